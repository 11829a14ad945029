"""Ballast: a file that is given up when the disk is full, so that what must be written still can be."""

import errno
import logging
import os
from pathlib import Path

SIZE = 1024 * 1024
"""Bytes. A deletion record takes about 1 kB of write-ahead log and table; this is room for some hundreds."""

ROOM = 4 * SIZE
"""Bytes that must be free before the ballast is made again, so that it is not made and given up in turns."""

log = logging.getLogger(__name__)


class Ballast:
    """One file beside the ledger, really allocated."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def ensure(self) -> bool:
        """Make it where it is missing and there is room; True when it is there."""
        if self.path.exists():
            return True
        if free(self.path.parent) < ROOM:
            return False
        try:
            self.make()
        except OSError as failure:
            log.warning("no ballast could be laid in: %s", failure)
            self.path.unlink(missing_ok=True)
            return False
        return True

    def make(self) -> None:
        """Write random bytes: zeros may be compressed, or never allocated."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb", closefd=False) as file:
                file.write(os.urandom(SIZE))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def give_up(self) -> None:
        """Give its room to what matters more."""
        self.path.unlink(missing_ok=True)


def free(folder: Path) -> int:
    """Bytes that are free on the disk of a folder, for whoever asks; nought when it cannot be told."""
    try:
        disk = os.statvfs(folder)
    except OSError as failure:
        if failure.errno == errno.ENOSYS:
            return ROOM
        return 0
    return disk.f_bavail * disk.f_frsize
