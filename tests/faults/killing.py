"""Ending a life at a chosen system call, or failing that call; and judging what is left."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.ledger import Ledger
from tests.agreement.cast import NOON
from tests.faults.story import BEGINS, KEPT, PROVED, RAW, digest, files, prepare, second
from tests.faults.told import news
from tests.parts.program import ROOT

WRITING = ("mkdir", "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "unlink", "unlinkat")
"""The system calls by which a life changes the disk."""

LOOKING = ("fcntl", "openat", "read", "pread64", "getdents64", "newfstatat", "lseek", "close")
"""The other system calls of its work: leases, locks, looks. Killed there, the disk is as after the last change."""

MEMORY = Path("/dev/shm")  # noqa: S108 - a disk that syncs at once; what a kill leaves does not depend on it


@dataclass(frozen=True, slots=True)
class Point:
    """The n-th time that a life makes one system call, and what happens there: "signal=KILL", "error=EIO"."""

    call: str
    number: int
    fault: str = "signal=KILL"

    def __str__(self) -> str:
        return f"{self.call} {self.number} {self.fault}"


def life(home: Path, *options: str) -> int:
    """One life under strace; gives how it ended: 0, an error, or minus the signal."""
    command = ["/usr/bin/strace", "-qq", *options, sys.executable, "-B", "-m", "tests.faults.story", str(home)]
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0"}
    return subprocess.run(command, env=env, cwd=ROOT, check=False, stderr=subprocess.DEVNULL, timeout=60).returncode


def cut_short(home: Path, point: Point) -> bool:
    """A life that meets a fault at this point; tells whether it ended there, or badly."""
    inject = f"inject={point.call}:{point.fault}:when={point.number}"
    return life(home, "-o", "/dev/null", "-e", f"trace={point.call}", "-e", inject) != 0


def whole(home: Path) -> None:
    """A life that nothing happens to."""
    assert life(home, "-o", "/dev/null", "-e", "trace=none") == 0


def points(home: Path, fault: str = "signal=KILL", calls: tuple[str, ...] = WRITING) -> list[Point]:
    """Every point of a whole life on this disk, in their order, from where its own work begins."""
    trace = home.with_suffix(".trace")
    assert life(home, "-o", str(trace), "-e", f"trace={','.join({*calls, 'newfstatat'})}") == 0
    counts, begun, found = Counter[str](), False, []
    for line in trace.read_text(errors="replace").splitlines():
        called = re.match(r"(\w+)\(", line)
        begun = begun or BEGINS in line
        if called:
            counts[called[1]] += 1
            if begun and called[1] in calls:
                found.append(Point(called[1], counts[called[1]], fault))
    return found


def spread(found: list[Point], number: int) -> list[Point]:
    """So many of these points, evenly spread; all of them where there are fewer."""
    step = max(len(found) / number, 1)
    return [found[int(at * step)] for at in range(min(number, len(found)))]


def judge_wreck(home: Path) -> None:
    """Right after a life was cut short: nothing is gone that was not written down before; the others are untouched."""
    judge_innocents(home)
    missing = {digest(content): gone(home, name) for name, content in PROVED.items()}
    missing |= {digest(RAW[name]): not (home / f"DCIM/{name}.dng").exists() for name in RAW}
    if not any(missing.values()):
        assert records(home) == [], "a deletion was told that had not happened"
        return
    ledger = Ledger(home / "state/ledger.sqlite3")
    intents, counts = {i.file.digest: i for i in ledger.intents()}, ledger.counts(NOON, 0)
    told = {record["digest"] for record in records(home)}
    ledger.close()
    unexplained = [what for what, is_gone in missing.items() if is_gone and what not in {*intents, *told}]
    assert len(unexplained) <= counts.purged - len(told), "a deed without intent or record"
    assert all(intent.evidence.digest == what for what, intent in intents.items()), "an intent without its evidence"
    assert told <= {what for what, is_gone in missing.items() if is_gone}, "a record without its deed"


def judge_innocents(home: Path) -> None:
    """What is not in the journal is there with all that belongs to it."""
    for name, content in KEPT.items():
        for path, held in files(home, name, content).items():
            assert path.read_bytes() == held, f"{path.relative_to(home)} was never in the journal"
    assert (home / "DCIM/kept.dng").exists()


def gone(home: Path, name: str) -> bool:
    """Tell whether anything of a photo is missing."""
    return not all(path.exists() for path in files(home, name, PROVED[name]))


def judge_end(home: Path) -> None:
    """After a whole life: one deed, one record, no gap, nothing else touched."""
    judge_innocents(home)
    left = [path for name, content in PROVED.items() for path in files(home, name, content) if path.exists()]
    left += [path for path in (second(home, "added"), home / "DCIM/added.dng") if path.exists()]
    assert left == []
    assert residue(home) == []
    assert sorted(r["digest"] for r in records(home)) == sorted(map(digest, [*PROVED.values(), *RAW.values()]))
    ledger = Ledger(home / "state/ledger.sqlite3")
    counts = ledger.counts(NOON, 0)
    assert (counts.taken, counts.purged, counts.gone, ledger.intents()) == (6, 3, 0, ())
    ledger.close()


def residue(home: Path) -> list[Path]:
    """Every file that still holds what is in the journal, under whatever name."""
    proved = {digest(content) for content in [*PROVED.values(), *RAW.values()]}
    return [path for path in home.rglob("*") if path.is_file() and digest(path.read_bytes()) in proved]


def records(home: Path) -> list[dict[str, str]]:
    """The deletion records as the controller counts them: by number, each once, on an unbroken chain."""
    return [what for what in news(home) if what["type"] == "purged"]


def fresh(folder: Path) -> Path:
    """A home that nobody has lived in."""
    home = folder / "home"
    prepare(home)
    return home


@contextmanager
def fast_disk(folder: Path) -> Iterator[Path]:
    """A folder in memory where there is room for it, else below this one."""
    with tempfile.TemporaryDirectory(prefix="safeuse-", dir=MEMORY if MEMORY.is_dir() else folder) as made:
        yield Path(made)


def every(folder: Path, found: Iterable[Point], trial: Callable[[Path, Point], bool]) -> tuple[int, int]:
    """Try each point on a disk of its own, as many at once as there are cores; gives how many ended there, of all.

    Fails with the points that went wrong.
    """

    def one(numbered: tuple[int, Point]) -> tuple[bool, str]:
        number, point = numbered
        own = folder / str(number)
        own.mkdir()
        try:
            return trial(own, point), ""
        except AssertionError as wrong:
            return True, f"{point}: {wrong}"
        finally:
            shutil.rmtree(own)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        ended = list(pool.map(one, enumerate(found)))
    wrong = [why for _, why in ended if why]
    assert not wrong, "\n".join(wrong)
    return sum(cut for cut, _ in ended), len(ended)
