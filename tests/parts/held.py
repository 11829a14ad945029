"""Another program that has a file open."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOLD = """
import mmap, os, sys
how, path = sys.argv[1:]
file = open(path, {"reads": "rb", "maps": "rb", "writes": "r+b"}[how])
if how == "maps":
    held = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    file.close()
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path: Path, how: str, before: list[str] | None = None) -> Iterator[None]:
    """Another program that has a file open until the end of this block."""
    command = [*(before or []), sys.executable, "-c", HOLD, how, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        assert program.stdout.readline() == "held\n"
        yield
        program.communicate("")
