"""A journal that is a folder: a share that the system has mounted, or an export that was unpacked."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.journals.proving import Wanted
from agent.journals.settings import Journal
from agent.journals.way import DEEPEST, PIECE, Body, Entry, FileTroubleError, TroubleError


class Folder:
    """The way through the file system."""

    def __init__(self, journal: Journal, wanted: Sequence[Wanted]) -> None:
        self._top = Path(journal.path)
        self._own = {(file.device, file.inode) for file in wanted}
        try:
            device = self._top.stat().st_dev
        except OSError as failure:
            raise trouble(failure) from failure
        if not journal.same_disk and any(file.device == device for file in wanted):
            msg = (
                f"the folder {self._top} is on the tablet's own disk: is the share not mounted?"
                " Set same_disk = true if that is meant"
            )
            raise TroubleError(msg)

    def size(self, name: str) -> int | None:
        """How long the file of this name is."""
        try:
            status = (self._top / name).lstat()
        except FileNotFoundError:
            return None
        except OSError as failure:
            raise trouble(failure) from failure
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def send(self, name: str, body: Body) -> None:
        """Write it, through to the disk."""
        try:
            descriptor = os.open(self._top / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
            with open(descriptor, "wb") as file:  # noqa: PTH123 - by descriptor, so that no link is followed
                while piece := body.read(PIECE):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except OSError as failure:
            raise trouble(failure) from failure

    def rename(self, old: str, new: str) -> None:
        """Move it into place, durably."""
        try:
            (self._top / old).replace(self._top / new)
            descriptor = os.open(self._top, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as failure:
            raise trouble(failure) from failure

    def remove(self, name: str) -> None:
        """Remove it."""
        try:
            (self._top / name).unlink(missing_ok=True)
        except OSError as failure:
            raise trouble(failure) from failure

    def read(self, name: str) -> Iterator[bytes]:
        """Read it from the disk or the share, not from what this tablet remembers of it."""
        try:
            with open(os.open(self._top / name, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:  # noqa: PTH123 - by descriptor, so that no link is followed
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                while piece := file.read(PIECE):
                    yield piece
        except OSError as failure:
            msg = f"a file of the journal cannot be read: {failure.strerror}"
            raise FileTroubleError(msg) from failure

    def listing(self) -> Iterator[Entry]:
        """Every file that is not the tablet's own under another name; no link is followed."""
        yield from self.below("", DEEPEST)

    def below(self, folder: str, depth: int) -> Iterator[Entry]:
        """Every file in one folder, and in those below it."""
        try:
            with os.scandir(self._top / folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as failure:
            raise trouble(failure) from failure
        for entry in entries:
            status = entry.stat(follow_symlinks=False)
            name = f"{folder}{entry.name}"
            if stat.S_ISDIR(status.st_mode) and depth:
                yield from self.below(f"{name}/", depth - 1)
            elif stat.S_ISREG(status.st_mode) and (status.st_dev, status.st_ino) not in self._own:
                yield Entry(name, status.st_size, f"{status.st_ino} {status.st_mtime_ns}")

    def close(self) -> None:
        """Nothing is held open."""


def trouble(failure: OSError) -> TroubleError:
    """What went wrong, in words; a full disk ends the try."""
    if failure.errno in {errno.ENOSPC, errno.EDQUOT}:
        return TroubleError("the journal's disk is full")
    return TroubleError(f"the journal's folder cannot be used: {failure.strerror}")
