"""Reading small files of the system: what is missing or cannot be read is empty, never an error; all is bounded."""

import errno
import fcntl
import os
import stat
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

MOST = 1 << 20
"""Bytes read of a file that ought to be small."""

FLOCK = "hhqqi"
"""struct flock: type, whence, start, length, process."""

Made = TypeVar("Made")
Stamp = tuple[int, int, int]


def text(path: Path, most: int = MOST) -> str:
    """The first bytes of a file, as text; empty when it cannot be read."""
    try:
        with regular(path) as file:
            return (file.read(most) or b"").decode("utf-8", "replace")
    except OSError:
        return ""


def tail(path: Path, most: int = MOST) -> str:
    """The last bytes of a file, as text, from the first whole line on; empty when it cannot be read."""
    try:
        with regular(path) as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - most))
            read = file.read(most)
    except OSError:
        return ""
    if size > most:
        read = read.partition(b"\n")[2]
    return read.decode("utf-8", "replace")


def regular(path: Path) -> BinaryIO:
    """Open a file for reading, only if it is one. Raises OSError.

    Some lie in people's homes: a pipe there would keep the agent waiting for ever, and a link may lead to a device.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # it may be exchanged in between
    return os.fdopen(descriptor, "rb")


def line(path: Path) -> str:
    """The first line of a file without spaces around it; kernel files end it with a zero byte at times."""
    return text(path, 4096).partition("\n")[0].strip("\0 \t\r\n")


def stamp(path: Path) -> Stamp:
    """What changes when a file, folder or link does: inode, size, time of change; zeroes when it is not there."""
    try:
        seen = path.lstat()
    except OSError:
        return 0, 0, 0
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def children(folder: Path) -> tuple[Path, ...]:
    """What is in a folder, sorted; nothing when it cannot be read."""
    try:
        return tuple(sorted(folder.iterdir(), key=lambda path: path.name))
    except OSError:
        return ()


def is_locked(path: Path) -> bool:
    """Tell whether another process holds a lock on the file, without taking it; False where that cannot be known."""
    question = struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    try:
        with path.open("rb") as file:
            answer = fcntl.fcntl(file, fcntl.F_GETLK, question)
    except OSError:
        return False
    return bool(struct.unpack(FLOCK, answer)[0] != fcntl.F_UNLCK)


class Remembered(Generic[Made]):
    """Something made from files, made again only when one of them changed."""

    def __init__(self, make: Callable[[], Made], sources: Callable[[], Iterable[Path]]) -> None:
        self._make, self._sources = make, sources
        self._stamps: tuple[Stamp, ...] | None = None
        self._made: Made | None = None

    def get(self) -> tuple[Made, bool]:
        """What was made, and whether it was made just now."""
        stamps = tuple(stamp(path) for path in self._sources())  # before the reading: a change in between counts later
        if self._made is not None and stamps == self._stamps:
            return self._made, False
        self._made, self._stamps = self._make(), stamps
        return self._made, True
