"""Who holds a file open for writing, as far as /proc tells: all of it for root, one's own programs for anyone else."""

import os
import stat
import time
from collections.abc import Callable, Iterator

FRESH = 1_000_000_000
"""Nanoseconds for which one look at /proc serves: a thousand photos leave without a thousand looks at every process.

A program that opens a photo for writing within that second has either written already, which the digest shows, or
writes to a file that is proved to be in the journal."""

File = tuple[int, int]  # device and inode


class Writers:
    """The files that are open for writing, by one look that serves for a moment."""

    def __init__(self, proc: str = "/proc", clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._proc, self._clock = proc, clock
        self._seen: frozenset[File] = frozenset()
        self._at: int | None = None

    def holding(self, device: int, inode: int) -> bool:
        """Tell whether any program has this file open for writing."""
        if self._at is None or self._clock() - self._at > FRESH:
            self.look()
        return (device, inode) in self._seen

    def forget(self) -> None:
        """What was seen before serves no longer: a look at the photos wants a look at the programs of its own."""
        self._at = None

    def look(self) -> None:
        """Look afresh, whatever was seen before."""
        self._seen = frozenset(written(self._proc))
        self._at = self._clock()


def written(proc: str) -> Iterator[File]:
    """Every regular file that a program has open for writing. A program that ends meanwhile holds nothing."""
    for process in listed(proc):
        if process.isdecimal():
            for descriptor in listed(f"{proc}/{process}/fd"):
                file = target(f"{proc}/{process}/fd/{descriptor}")
                if file:
                    yield file


def listed(folder: str) -> list[str]:
    """The names in a folder; none where it is closed to us, or gone."""
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]
    except OSError:
        return []


def target(link: str) -> File | None:
    """The file behind a descriptor, when it is regular and open for writing: the link's own mode says so."""
    try:
        if not os.lstat(link).st_mode & stat.S_IWUSR:
            return None
        status = os.stat(link)  # noqa: PTH116 - a Path costs more than the call, and there are thousands
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None
