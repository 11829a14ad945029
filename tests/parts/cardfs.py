"""A card as cameras format them, through FUSE: capitals do not count in names, inode numbers are made up when asked.

`python -m tests.parts.cardfs BACK MOUNT`. Nothing is forgotten here: see faultfs.py for that.
"""

import os
import sys
from typing import Any

from fuse import FUSE, Operations

SHOWN = ("st_mode", "st_uid", "st_gid", "st_mtime", "st_atime", "st_ctime", "st_size", "st_nlink")


class CardFS(Operations):  # type: ignore[misc]  # fusepy has no types
    """The card."""

    def __init__(self, back: str) -> None:
        self.back = back

    def real(self, path: str) -> str:
        """Where a file really is: each name as it was written, whatever its capitals when it is asked for."""
        found = self.back
        for part in path.strip("/").split("/"):
            there = os.listdir(found) if os.path.isdir(found) else []  # noqa: PTH112, PTH208 - paths may be anything
            found = os.path.join(found, next((name for name in there if name.lower() == part.lower()), part))  # noqa: PTH118
        return found

    def getattr(self, path: str, _fh: int | None = None) -> dict[str, Any]:
        status = os.lstat(self.real(path))
        return {name: getattr(status, name) for name in SHOWN}

    def readdir(self, path: str, _fh: int) -> list[str]:
        return [".", "..", *os.listdir(self.real(path))]  # noqa: PTH208 - paths may be anything

    def create(self, path: str, mode: int, _fi: object = None) -> int:
        return os.open(self.real(path), os.O_CREAT | os.O_RDWR | os.O_TRUNC, mode)

    def open(self, path: str, flags: int) -> int:
        return os.open(self.real(path), flags)

    def read(self, _path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def write(self, _path: str, data: bytes, offset: int, fh: int) -> int:
        return os.pwrite(fh, data, offset)

    def release(self, _path: str, fh: int) -> None:
        os.close(fh)

    def unlink(self, path: str) -> None:
        os.unlink(self.real(path))  # noqa: PTH108 - paths may be anything

    def mkdir(self, path: str, mode: int) -> None:
        os.mkdir(self.real(path), mode)  # noqa: PTH102 - paths may be anything

    def rmdir(self, path: str) -> None:
        os.rmdir(self.real(path))  # noqa: PTH106 - paths may be anything

    def fsyncdir(self, _path: str, _datasync: int, _fh: int) -> None:
        """All is kept at once."""


if __name__ == "__main__":
    FUSE(CardFS(os.path.realpath(sys.argv[1])), sys.argv[2], foreground=True, nothreads=True, hard_remove=True)
