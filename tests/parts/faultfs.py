"""A disk that loses, at a power cut, whatever was not synced: FUSE over a folder, one process a disk.

`python -m tests.parts.faultfs BACK MOUNT`. What is written stays in this process until fsync puts it into BACK. A file
that is unlinked waits beside BACK until its folder is synced, and is back after a power cut before that. Other names
(create, rename) are kept at once. Killing the process is the power cut.
"""

import base64
import contextlib
import os
import sys
from pathlib import Path
from typing import Any

from fuse import FUSE, Operations

SHOWN = (
    "st_mode", "st_ino", "st_dev", "st_uid", "st_gid", "st_mtime", "st_atime", "st_ctime", "st_nlink", "st_size"
)  # fmt: skip


class FaultFS(Operations):  # type: ignore[misc]  # fusepy has no types
    """The disk. `unsynced` holds the content of files that were written to and not synced, by path."""

    def __init__(self, back: str) -> None:
        self.back, self.unsynced = back, dict[str, bytearray]()
        self.limbo = Path(f"{back}.unlinked")
        self.limbo.mkdir(exist_ok=True)
        for kept in self.limbo.iterdir():
            self.give_back(kept)

    def give_back(self, kept: Path) -> None:
        """A file whose unlinking was not synced when the power went."""
        path = self.real(os.fsdecode(base64.urlsafe_b64decode(kept.name)))
        if os.path.lexists(path):
            kept.unlink()
        else:
            kept.rename(path)

    def waiting(self, path: str) -> Path:
        """Where an unlinked file waits. A name there may hold 255 bytes: enough for paths of 190."""
        return self.limbo / base64.urlsafe_b64encode(os.fsencode(path)).decode()

    def real(self, path: str) -> str:
        """Where a file really is."""
        return self.back + path

    def content(self, path: str) -> bytearray:
        """The content of a file as it is being written."""
        if path not in self.unsynced:
            with open(self.real(path), "rb") as file:  # noqa: PTH123 - paths may be anything
                self.unsynced[path] = bytearray(file.read())
        return self.unsynced[path]

    def getattr(self, path: str, _fh: int | None = None) -> dict[str, Any]:
        status = os.lstat(self.real(path))
        shown = {name: getattr(status, name) for name in SHOWN}
        if path in self.unsynced:
            shown["st_size"] = len(self.unsynced[path])
        return shown

    def readdir(self, path: str, _fh: int) -> list[str]:
        with os.scandir(self.real(path)) as entries:
            return [".", "..", *(entry.name for entry in entries)]

    def create(self, path: str, mode: int, _fi: object = None) -> int:
        with contextlib.suppress(FileNotFoundError):
            self.waiting(path).unlink()
        os.close(os.open(self.real(path), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode))
        self.unsynced[path] = bytearray()
        return 0

    def read(self, path: str, size: int, offset: int, _fh: int) -> bytes:
        if path in self.unsynced:
            return bytes(self.unsynced[path][offset : offset + size])
        with open(self.real(path), "rb") as file:  # noqa: PTH123 - paths may be anything
            file.seek(offset)
            return file.read(size)

    def write(self, path: str, data: bytes, offset: int, _fh: int) -> int:
        content = self.content(path)
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data
        return len(data)

    def truncate(self, path: str, length: int, _fh: int | None = None) -> None:
        content = self.content(path)
        content[:] = content[:length] + bytes(max(0, length - len(content)))

    def fsync(self, path: str, _datasync: int, _fh: int) -> None:
        if path in self.unsynced:
            with open(self.real(path), "wb") as file:  # noqa: PTH123 - paths may be anything
                file.write(self.unsynced.pop(path))

    def fsyncdir(self, path: str, _datasync: int, _fh: int) -> None:
        """What was unlinked in this folder is gone for good."""
        for kept in list(self.limbo.iterdir()):
            if os.path.dirname(os.fsdecode(base64.urlsafe_b64decode(kept.name))) == path:  # noqa: PTH120 - as given
                kept.unlink()

    def rename(self, old: str, new: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.waiting(old).unlink()
        os.rename(self.real(old), self.real(new))  # noqa: PTH104 - paths may be anything
        self.unsynced.pop(new, None)
        if old in self.unsynced:
            self.unsynced[new] = self.unsynced.pop(old)

    def unlink(self, path: str) -> None:
        os.rename(self.real(path), self.waiting(path))  # noqa: PTH104 - paths may be anything
        self.unsynced.pop(path, None)

    def mkdir(self, path: str, mode: int) -> None:
        os.mkdir(self.real(path), mode)  # noqa: PTH102 - paths may be anything

    def rmdir(self, path: str) -> None:
        os.rmdir(self.real(path))  # noqa: PTH106 - paths may be anything

    def chmod(self, path: str, mode: int) -> None:
        os.chmod(self.real(path), mode)  # noqa: PTH101 - paths may be anything

    def utimens(self, path: str, times: tuple[float, float] | None = None) -> None:
        os.utime(self.real(path), times)


if __name__ == "__main__":
    FUSE(
        FaultFS(os.path.realpath(sys.argv[1])),
        sys.argv[2],
        foreground=True,
        nothreads=True,
        use_ino=True,
        hard_remove=True,
    )
