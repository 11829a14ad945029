"""Ways to a file that nobody can bend: folder by folder, through descriptors, following no symbolic link.

The folders above a root (such as /home/cleo) are the system's; the root and everything below it may be anyone's.
"""

import contextlib
import errno
import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK

NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EACCES})
"""The system's words for: there is no such folder, or it is closed to us. Others may be of the moment."""

TRIES = 2
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """A name in a folder below a root."""

    root: str
    folders: tuple[str, ...]
    name: str

    @property
    def path(self) -> str:
        """The whole path."""
        return os.path.join(self.root, *self.folders, self.name)  # noqa: PTH118 - a Path costs more than this whole function

    def beside(self, name: str) -> "Place":
        """Another name in the same folder."""
        return Place(self.root, self.folders, name)

    @contextlib.contextmanager
    def folder(self) -> Iterator[int]:
        """The descriptor of its folder. Raises OSError; NotADirectoryError where a link stands in the way."""
        descriptor = descend(self.root, self.folders)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def opened(self) -> Iterator[tuple[int, int]]:
        """The descriptors of its folder and of the file itself, for reading. Raises OSError; ELOOP for a link."""
        with self.folder() as folder:
            descriptor = os.open(self.name, FILE, dir_fd=folder)
            try:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise OSError(errno.EINVAL, "not a regular file")
                yield folder, descriptor
            finally:
                os.close(descriptor)


def descend(root: str, folders: tuple[str, ...]) -> int:
    """Open a folder step by step. Raises OSError."""
    descriptor = os.open(root, FOLDER)
    for name in folders:
        try:
            below = os.open(name, FOLDER, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = below
    return descriptor


def place(path: str, roots: tuple[str, ...]) -> Place | None:
    """The place of a path below the nearest of these roots; None when it is below none of them."""
    for root in sorted(roots, key=len, reverse=True):
        above = root.rstrip("/") + "/"
        if path.startswith(above):
            *folders, name = path.removeprefix(above).split("/")
            if name and not {"", ".", ".."} & {*folders, name}:
                return Place(root, tuple(folders), name)
    return None


def apart(folders: tuple[PurePath, ...]) -> tuple[str, ...]:
    """These folders as roots: each once, and none that lies in another, so that no file is seen twice."""
    paths = sorted({os.path.normpath(folder) for folder in folders})
    return tuple(path for path in paths if not any(path.startswith(f"{other.rstrip('/')}/") for other in paths))


def same(one: os.stat_result, other: os.stat_result) -> bool:
    """Tell whether two looks show the same file, unchanged in between."""
    return identity(one) == identity(other)


def identity(status: os.stat_result) -> tuple[int, int, int, int]:
    """Device, inode, size and time of the last change: what a file is known by from look to look."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def names(place: Place) -> list[str]:
    """The names in the folder of a place; none where there is no such folder, or it is closed to us."""
    for _ in range(TRIES):
        try:
            with place.folder() as folder, os.scandir(folder) as entries:
                return sorted(entry.name for entry in entries)
        except OSError as failure:
            if failure.errno in NOWHERE:
                return []
            log.warning("a folder cannot be searched: %s", failure.strerror)
    return []
