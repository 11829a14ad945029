"""Children that decode pictures are bound for good, and never less tightly than before."""

import resource
import subprocess
import sys

import pytest

from agreement.bounds import DRAWING, JUDGING, READING, Bounds

TRY = """
import resource, sys
from agreement.bounds import Bounds
if sys.argv[1] == "tight":
    resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
Bounds(memory=2**30, seconds=7, files=33).lay_on(resource)
names = ("AS", "FSIZE", "CORE", "CPU", "NOFILE")
print(*(resource.getrlimit(getattr(resource, "RLIMIT_" + name))[1] for name in names))
try:
    bytearray(2**31)
except MemoryError:
    print("no memory")
try:
    with open(sys.argv[2], "wb") as file:
        file.write(b"x")
except OSError as refused:
    print("no file", refused.errno)
"""


def tried(how: str, path: object) -> list[str]:
    """What a process says of itself once it is bound."""
    command = [sys.executable, "-c", TRY, how, str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()


def test_a_process_that_is_bound_can_neither_grow_nor_write(tmp_path: object) -> None:
    limits, memory, file = tried("free", f"{tmp_path}/file")
    assert limits == f"{2**30} 0 0 7 33"
    assert (memory, file) == ("no memory", "no file 27")  # EFBIG: the file is too large


def test_what_is_tighter_already_stays_so(tmp_path: object) -> None:
    assert tried("tight", f"{tmp_path}/file")[0] == f"{2**30} 0 0 7 20"


@pytest.mark.parametrize("bounds", [JUDGING, DRAWING, READING])
def test_every_kind_of_child_has_a_bound_on_memory_and_writes_nothing(bounds: Bounds) -> None:
    laid: dict[int, tuple[int, int]] = {}

    class Recorded:
        """Stands in for the system: remembers what is laid on."""

        RLIM_INFINITY = resource.RLIM_INFINITY
        RLIMIT_AS, RLIMIT_CORE = resource.RLIMIT_AS, resource.RLIMIT_CORE
        RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_NOFILE = resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE

        def getrlimit(self, _resource: int, /) -> tuple[int, int]:
            return resource.RLIM_INFINITY, resource.RLIM_INFINITY

        def setrlimit(self, limit: int, limits: tuple[int, int], /) -> None:
            laid[limit] = limits

    bounds.lay_on(Recorded())
    assert 2**30 < laid[resource.RLIMIT_AS][1] <= 3 * 2**30
    assert laid[resource.RLIMIT_FSIZE] == laid[resource.RLIMIT_CORE] == (0, 0)
