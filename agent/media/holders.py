"""Who holds a file open, as far as /proc tells: all of it for root, one's own programs for anyone else.

Open for writing, a photo is not finished yet. Open at all, or mapped into memory, it is not purged where the disk knows
no leases (see lease.py): the journal's app may still be uploading it. A descriptor opened with O_PATH reads nothing.
"""

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator

from agent.media.kinds import key

FRESH = 1_000_000_000
"""Nanoseconds for which one look at /proc serves: a thousand photos leave without a thousand looks at every process.

A program that opens a photo for writing within that second has either written already, which the digest shows, or
writes to a file that is proved to be in the journal."""

File = tuple[int, int]  # device and inode


class Holders:
    """The files that programs have open, by one look that serves for a moment."""

    def __init__(self, proc: str = "/proc", clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._proc, self._clock = proc, clock
        self._seen: dict[File, bool] = {}
        self._at: int | None = None
        self._mapped: frozenset[File] | None = None
        self._names: frozenset[str] | None = None

    def writing(self, device: int, inode: int) -> bool:
        """Tell whether any program has this file open for writing."""
        self.freshen()
        return self._seen.get((device, inode), False)

    def holding(self, device: int, inode: int) -> bool:
        """Tell whether any other program has this file open, or mapped into its memory."""
        self.freshen()
        if self._mapped is None:
            self._mapped = frozenset(mapped(self._proc))
        return (device, inode) in self._seen or (device, inode) in self._mapped

    def holding_name(self, path: str) -> bool:
        """Tell whether any other program has open what is called so, whatever the capitals.

        A card's inode numbers may differ by how a name was written. Whole paths are compared: what lies behind a FUSE
        disk may bear the same names, and is held open by the disk itself.
        """
        self.freshen()
        if self._names is None:
            self._names = frozenset(key(name) for name in called(self._proc))
        return key(path) in self._names

    def forget(self) -> None:
        """What was seen before serves no longer: a look at the photos wants a look at the programs of its own."""
        self._at = None

    def freshen(self) -> None:
        """Look, unless the last look still serves."""
        if self._at is None or self._clock() - self._at > FRESH:
            self.look()

    def look(self) -> None:
        """Look afresh, whatever was seen before."""
        seen: dict[File, bool] = {}
        for file, writes in opened(self._proc):
            seen[file] = seen.get(file, False) or writes
        self._seen, self._mapped, self._names, self._at = seen, None, None, self._clock()


def opened(proc: str) -> Iterator[tuple[File, bool]]:
    """Every regular file that a program has open, and whether for writing. What this one reads does not count."""
    own = str(os.getpid())
    for process in processes(proc):
        for descriptor in listed(f"{proc}/{process}/fd"):
            found = target(f"{proc}/{process}/fd/{descriptor}")
            if found and (found[1] or process != own):
                yield found


def mapped(proc: str) -> Iterator[File]:
    """Every file that a program has mapped into its memory (proc(5): address, rights, offset, device, inode, path)."""
    for process in processes(proc):
        try:
            with open(f"{proc}/{process}/maps", "rb") as maps:  # noqa: PTH123 - as below
                for line in maps:
                    _, _, _, device, inode, *_ = line.split(None, 5)
                    if inode != b"0":
                        major, minor = (int(part, 16) for part in device.split(b":"))
                        yield os.makedev(major, minor), int(inode)
        except OSError:
            continue  # it ended meanwhile, or is closed to us


def called(proc: str) -> Iterator[str]:
    """The path of everything that another program has open, as it was opened."""
    own = str(os.getpid())
    for process in processes(proc):
        for descriptor in listed(f"{proc}/{process}/fd") if process != own else ():
            with contextlib.suppress(OSError):  # it was closed meanwhile
                yield os.readlink(f"{proc}/{process}/fd/{descriptor}")  # noqa: PTH115 - there are thousands


def processes(proc: str) -> list[str]:
    """The numbers of all programs."""
    return [name for name in listed(proc) if name.isdecimal()]


def listed(folder: str) -> list[str]:
    """The names in a folder; none where it is closed to us, or gone."""
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]
    except OSError:
        return []


def target(link: str) -> tuple[File, bool] | None:
    """The file behind a descriptor, when it is regular, and whether it is open for writing: the link's mode says so."""
    try:
        rights = os.lstat(link).st_mode
        if not rights & (stat.S_IRUSR | stat.S_IWUSR):
            return None  # O_PATH
        status = os.stat(link)  # noqa: PTH116 - a Path costs more than the call, and there are thousands
    except OSError:
        return None
    return ((status.st_dev, status.st_ino), bool(rights & stat.S_IWUSR)) if stat.S_ISREG(status.st_mode) else None
