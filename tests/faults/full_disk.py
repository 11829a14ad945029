"""A tablet whose disk is full to the last byte, told as JSON: `python -m tests.faults.full_disk FOLDER`, in own mounts.

The disk is a small tmpfs that only this process sees. A deletion and a lock happen while it is full, and far more
lesser news than there is room for.
"""

import contextlib
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from agent.ledger import Ledger
from agent.media import Media
from agreement.facts import Evidence, Strength
from agreement.letters import AgentNote, Done
from agreement.rulings import Finding
from tests.agreement.cast import NOON

DISK = "12m"


def fill(path: Path) -> None:
    """Write until nothing more fits."""
    with contextlib.suppress(OSError), path.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(65536))
    with contextlib.suppress(OSError), path.open("ab", buffering=0) as file:
        while True:
            file.write(b"x")


def flood(ledger: Ledger, start: int) -> None:
    """Tell far more lesser news than fits."""
    for number in range(start, start + 400):
        ledger.post(AgentNote("note", f"{number} " + "x" * 1500), NOON)
        ledger.turn([Finding(9, "dpkg:gimp", f"version {number}", "m" * 1500, NOON)], NOON)


def main(folder: Path) -> dict[str, object]:
    """Live through a full disk; gives what came of it."""
    subprocess.run(["/usr/bin/mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], check=True)
    (folder / "DCIM").mkdir()
    for name in ("added.jpg", "kept.jpg"):
        (folder / "DCIM" / name).write_bytes(name.encode() * 20)
    ledger = Ledger(folder / "state/ledger.sqlite3")
    media = Media([folder / "DCIM"], [folder], settle=timedelta(microseconds=1))
    photos = ledger.note(media.settled(), NOON)
    flood(ledger, 0)
    fill(folder / "filler")
    full = os.statvfs(folder).f_bavail == 0
    flood(ledger, 1000)
    tight = ledger.tight
    ledger.believe(Evidence(photos[0].digest, Strength.DELIVERED, "drop (folder)", NOON))
    fill(folder / "filler")
    intent = ledger.intend(ledger.note(media.settled(), NOON)[0])
    ledger.purged(intent, media.purge(intent.file), NOON)
    ledger.ended("lock", "INC-1", (Done.DONE, "every session is locked"), NOON)
    ledger.next_sequence()
    ledger.close()
    ledger = Ledger(folder / "state/ledger.sqlite3")
    numbers, kinds, shed = drained(ledger)
    (folder / "filler").unlink()
    ledger.post(AgentNote("room again"), NOON)
    after, _, _ = drained(ledger)
    ledger.close()
    return {
        "full": full,
        "tight": tight,
        "left": sorted(p.name for p in (folder / "DCIM").iterdir()),
        "kinds": kinds,
        "shed": shed,
        "gapless": numbers + after == list(range(1, len(numbers + after) + 1)),
        "ballast again": (folder / "state/ledger.sqlite3.ballast").exists(),
        "tight after": ledger.tight,
    }


def drained(ledger: Ledger) -> tuple[list[int], dict[str, int], dict[str, int]]:
    """Hand everything over: the numbers, how many of each kind, and what was shed."""
    numbers: list[int] = []
    kinds: dict[str, int] = {}
    shed: dict[str, int] = {}
    while pieces := ledger.unsent(500):
        for piece in pieces:
            what = json.loads(bytes(piece.what))
            numbers.append(piece.number)
            kinds[what["type"]] = kinds.get(what["type"], 0) + 1
            shed |= {kind: shed.get(kind, 0) + count for kind, count in what.get("counts", {}).items()}
        ledger.confirmed(pieces[-1].number)
    return numbers, kinds, shed


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
