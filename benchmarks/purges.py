"""A thousand photos in the journal → gone with their copies: the agent's own hands, media and ledger, on this disk.

Against the least that could do it, in the same run: open, SHA-256, unlink and fsync of the folder, for each. The home
holds 20,000 other files, and every photo a thumbnail and a copy in the trash. How many folders were listed is counted:
one walk must serve them all.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.clock import SteadyClock
from agent.ledger import Ledger
from agent.media import Media, search
from agent.media.boxes import Boxes
from agent.media.copies import uri
from agent.removing import Removing
from agreement.facts import Evidence, Strength
from benchmarks.figures import Figure, main

PHOTOS, OTHERS, FOLDERS, SIZE = 1000, 20_000, 200, 200_000
AIM = 15.0
"""Milliseconds of processor time a photo."""


def fill(home: Path) -> None:
    """A home with photos, their copies, and many other files."""
    for folder in ("DCIM", ".cache/thumbnails/normal", ".local/share/Trash/files"):
        (home / folder).mkdir(parents=True)
    for number in range(FOLDERS):
        (home / f"Documents/{number}").mkdir(parents=True)
    for number in range(OTHERS):
        (home / f"Documents/{number % FOLDERS}/{number}.txt").write_bytes(b"a letter")
    for number in range(PHOTOS):
        content, photo = os.urandom(SIZE + number), home / f"DCIM/{number}.jpg"
        photo.write_bytes(content)
        (home / f".local/share/Trash/files/{number}.jpg").write_bytes(content)
        name = hashlib.md5(uri(str(photo)).encode(), usedforsecurity=False).hexdigest()
        (home / f".cache/thumbnails/normal/{name}.png").write_bytes(b"small")


def purged(home: Path) -> tuple[float, int]:
    """Purge them all: milliseconds of processor time a photo, and how many folders the search listed."""
    listed, listing = [0], search.listing

    def counted(folder: str) -> list["os.DirEntry[str]"] | None:
        listed[0] += 1
        return listing(folder)

    ledger = Ledger(home / "state/ledger.sqlite3")
    media = Media([home / "DCIM"], [home], settle=timedelta(microseconds=1))
    removing = Removing(SteadyClock(), media, Boxes(home / "held", [home / "DCIM"]), ledger)
    while len(found := media.settled()) < PHOTOS:
        pass
    now = datetime.now(UTC)
    ledger.note(found, now)
    for file in found:
        ledger.believe(Evidence(file.digest, Strength.DELIVERED, "drop (folder)", now))
    photos = ledger.note(media.settled(), now)
    search.listing, began = counted, time.process_time()
    for photo in photos:
        removing.purge(photo)
    spent = time.process_time() - began
    search.listing = listing
    ledger.close()
    if any((home / "DCIM").iterdir()) or any((home / ".local/share/Trash/files").iterdir()):
        msg = "not every photo was purged with its copies"
        raise RuntimeError(msg)
    return 1000 * spent / PHOTOS, listed[0]


def bare(home: Path) -> float:
    """The least work for the same photos and the copies of their bytes: milliseconds of processor time a photo."""
    began = time.process_time()
    for folder in (home / "DCIM", home / ".local/share/Trash/files"):
        descriptor = os.open(folder, os.O_RDONLY)
        for path in list(folder.iterdir()):
            hashlib.sha256(path.read_bytes()).hexdigest()
            path.unlink()
            os.fsync(descriptor)
        os.close(descriptor)
    return 1000 * (time.process_time() - began) / PHOTOS


def measure() -> Sequence[Figure]:
    """Both, on homes of their own."""
    with tempfile.TemporaryDirectory(dir=".") as ours, tempfile.TemporaryDirectory(dir=".") as least:
        fill(Path(ours))
        fill(Path(least))
        spent, listed = purged(Path(ours))
        bound = bare(Path(least))
        folders = sum(1 for _ in os.walk(ours))
    return (
        Figure(
            "a photo of 1,000 → gone: CPU", spent, "ms", "digest + unlink + fsync", bound, f"≤ {AIM} ms", spent <= AIM
        ),
        Figure(
            "folders searched for 1,000 photos",
            float(listed),
            "",
            "folders that there are",
            float(folders),
            "once each",
            listed <= folders,
        ),
    )


if __name__ == "__main__":
    main(measure)
