"""Photos for tests: files as a look would find them, and evidence about them."""

import hashlib
import os
import time
from datetime import timedelta
from pathlib import Path

from agent.media import Media
from agent.seams.photos import FoundFile
from agreement.facts import Evidence, Strength
from tests.agreement.cast import NOON
from tests.parts.waiting import eventually

SETTLE = timedelta(milliseconds=5)


def digest(content: bytes | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def found(name: str, content: str = "", inode: int | None = None, age: timedelta = timedelta(hours=1)) -> FoundFile:
    """A settled file that only the ledger knows: its content is its name unless it is told."""
    content = content or name
    number = inode if inode is not None else int(digest(name)[:8], 16)
    return FoundFile(f"/home/cleo/DCIM/{name}", digest(content), len(content), NOON - age, 1, number, 7)


def evidence(file: FoundFile, strength: Strength = Strength.DELIVERED) -> Evidence:
    return Evidence(file.digest, strength, "journal drop (webdav)", NOON)


def settled(media: Media) -> tuple[FoundFile, ...]:
    """What is there once everything has settled."""

    def look() -> bool:
        media.settled()
        return media.next_settles_in() is None

    eventually(look)
    return media.settled()


def write(path: Path | bytes, content: bytes = b"a picture") -> None:
    with open(path, "wb") as file:  # noqa: PTH123 - a name may be bytes
        file.write(content)


def one(media: Media) -> FoundFile:
    (file,) = settled(media)
    return file


def age(path: Path, by: timedelta) -> None:
    """Make a file's own time older."""
    then = time.time() - by.total_seconds()
    os.utime(path, (then, then))
