"""Ending a life at a chosen system call, or failing that call; and judging what is left."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.ledger import Ledger
from agreement.letters import GENESIS, link
from tests.agreement.cast import NOON
from tests.faults.story import DIGEST, KEPT, prepare
from tests.parts.program import ROOT

WRITING = ("mkdir", "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "unlink", "unlinkat")
"""The system calls by which a life changes the disk."""


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


def cut_short(home: Path, point: Point) -> int:
    """A life that meets a fault at this point."""
    inject = f"inject={point.call}:{point.fault}:when={point.number}"
    return life(home, "-o", "/dev/null", "-e", f"trace={point.call}", "-e", inject)


def whole(home: Path) -> None:
    """A life that nothing happens to."""
    assert life(home, "-o", "/dev/null", "-e", "trace=none") == 0


def points(home: Path, fault: str = "signal=KILL", calls: tuple[str, ...] = WRITING) -> Iterator[Point]:
    """Every point of a whole life on this disk. The life is lived to find them."""
    trace = home.with_suffix(".trace")
    assert life(home, "-o", str(trace), "-e", f"trace={','.join(WRITING)}") == 0
    counts = Counter(re.findall(r"^(\w+)\(", trace.read_text(errors="replace"), re.MULTILINE))
    for call in calls:
        yield from (Point(call, number + 1, fault) for number in range(counts[call]))


def judge_wreck(home: Path) -> None:
    """Right after a life was cut short: no photo is gone that was not written down before; the other is untouched."""
    assert (home / "DCIM/kept.jpg").read_bytes() == KEPT
    if (home / "DCIM/added.jpg").exists():
        assert records(home) == [], "a deletion was told that had not happened"
        return
    ledger = Ledger(home / "state/ledger.sqlite3")
    intents, counts = ledger.intents(), ledger.counts(NOON, 0)
    ledger.close()
    assert [i.file.digest for i in intents] == [DIGEST] or counts.purged == 1, "a deed without intent or record"


def judge_end(home: Path) -> None:
    """After a whole life: one deed, one record, no gap, nothing else touched."""
    assert (home / "DCIM/kept.jpg").read_bytes() == KEPT
    assert not (home / "DCIM/added.jpg").exists()
    assert [r["digest"] for r in records(home)] == [DIGEST]
    ledger = Ledger(home / "state/ledger.sqlite3")
    counts = ledger.counts(NOON, 0)
    assert (counts.taken, counts.purged, counts.gone, ledger.intents()) == (2, 1, 0, ())
    ledger.close()


def records(home: Path) -> list[dict[str, str]]:
    """The deletion records as the controller counts them: by number, each once, on an unbroken chain."""
    told = home / "told"
    lines = {line["number"]: line for line in map(json.loads, told.read_text().splitlines())} if told.exists() else {}
    chain = GENESIS
    for number, line in sorted(lines.items()):
        assert number >= 1
        assert line["chain"] == link(chain, number, NOON, line["what"].encode()), "the chain is broken"
        chain = line["chain"]
    assert sorted(lines) == list(range(1, len(lines) + 1))
    said = [json.loads(line["what"]) for _, line in sorted(lines.items())]
    return [what for what in said if what["type"] == "purged"]


def fresh(folder: Path) -> Path:
    """A home that nobody has lived in."""
    home = folder / "home"
    prepare(home)
    return home
