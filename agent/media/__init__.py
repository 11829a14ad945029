"""The pictures and videos on the tablet: finding them once they are finished, and removing one with all its copies."""

import errno
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.media.boxes import Boxes
from agent.media.digests import digest
from agent.media.holders import Holders
from agent.media.mounts import read
from agent.media.opening import opened
from agent.media.places import apart, identity, place, same
from agent.media.purging import Purging
from agent.media.scan import Scan
from agent.media.settling import Settling
from agent.media.surroundings import Surroundings
from agent.media.undecided import Undecided
from agent.seams.photos import FoundFile, PurgePostponedError

__all__ = ["Boxes", "Media"]

BUDGET = 500_000_000
"""Nanoseconds that one look may spend on digests: a first look at a full card must not hold up a lock. The rest follows
in the next looks."""

AGAIN = timedelta(seconds=30)
"""How soon to look again at a file that a program holds open: its closing is an event of its own."""

GONE = frozenset({errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.EINVAL, errno.ENXIO, errno.EISDIR})
"""The system's words for: there is no such file in this place."""

Key = tuple[int, int, int, int]
log = logging.getLogger(__name__)


class Media:
    """The watched folders. They need not exist yet. `digests` is what was digested before, from the ledger."""

    def __init__(
        self,
        folders: Sequence[Path],
        homes: Sequence[Path] = (),
        digests: Mapping[Key, str] | None = None,
        settle: timedelta = timedelta(seconds=2),
        wall: Callable[[], int] = time.time_ns,
    ) -> None:
        self._roots = apart(tuple(folders))
        self._homes = tuple(os.path.normpath(home) for home in homes)
        self._before: Mapping[Key, str] = digests or {}
        self._known: dict[tuple[int, int], tuple[FoundFile, int]] = {}
        self._settling, self._holders, self._wall = Settling(settle, wall), Holders(), wall
        self._spared: frozenset[str] = frozenset()
        self._purging = Purging(self._roots, self._holders, self._settling)
        self._purging.around = Surroundings(self._roots, self._homes, self._spared)
        self._undecided = Undecided(self._holders)
        self.unseen: Mapping[str, int] = {}

    def heed(self, spared: Iterable[Path]) -> None:
        """Name folders where no copy is removed."""
        self._spared = frozenset(os.path.normpath(folder) for folder in spared)
        self._purging.around = Surroundings(self._roots, self._homes, self._spared)

    def settled(self) -> tuple[FoundFile, ...]:
        """Every picture and video in the watched folders that nothing has written to for a while, by path.

        A file with several names is one, under the first of them. What could not be seen is in `unseen`, by reason.
        """
        scan, found = Scan(self._roots), dict[tuple[int, int], tuple[FoundFile, int]]()
        self._settling.begin()
        self._holders.forget()
        self._deadline: int | None = None
        for path, status in sorted(scan.media(), key=lambda seen: seen[0]):
            file = (status.st_dev, status.st_ino)
            if file not in found and (known := self.file(path, status, scan)):
                found[file] = known
        self._settling.end()
        self._known = found
        if self._settling.next_in() is None:
            self._before = {}  # all that was there is known now; the memory is wanted back
        self.tell(scan.unseen)
        self._undecided.found(self._purging.around.searched())
        photos = tuple(known for known, _ in found.values())
        self._purging.around = Surroundings(self._roots, self._homes, self._spared, photos)
        self._purging.look_once_more()
        if not self._purging.try_again():
            self._settling.again(AGAIN)
        return photos

    def file(self, path: str, status: os.stat_result, scan: Scan) -> tuple[FoundFile, int] | None:
        """One file with its change time: as it was known, or digested now; None while it is not settled."""
        known = self._known.get((status.st_dev, status.st_ino))
        if known and as_known(known, path, status):
            return known
        if (before := self._before.get(identity(status))) and known is None:
            return self.found(path, status, before)
        touched = known is not None and (known[0].size, known[0].mtime_ns) == (status.st_size, status.st_mtime_ns)
        if not touched and not self._settling.has_settled(status):
            return None
        if self._holders.writing(status.st_dev, status.st_ino):
            self._settling.again(AGAIN)
            return None
        return self.digested(path, status, scan)

    def digested(self, path: str, status: os.stat_result, scan: Scan) -> tuple[FoundFile, int] | None:
        """Digest a file that has settled; None when it cannot be read, changed meanwhile, or time is up."""
        now = time.monotonic_ns()
        self._deadline = self._deadline or now + BUDGET
        where = place(path, self._roots)
        if now > self._deadline or where is None:
            self._settling.again(timedelta())
            return None
        try:
            with where.opened() as (_, descriptor):
                content = digest(descriptor)
                after = os.fstat(descriptor)
        except FileNotFoundError:
            return None
        except OSError as failure:
            scan.missed(str(failure.strerror))
            return None
        if not same(status, after):
            self._settling.again(timedelta())
            return None
        return self.found(path, status, content)

    def found(self, path: str, status: os.stat_result, content: str) -> tuple[FoundFile, int]:
        """A file as it was found. A picture from the future was taken now."""
        taken = datetime.fromtimestamp(min(max(status.st_mtime_ns, 0), self._wall()) / 1e9, UTC)
        size, mtime = status.st_size, status.st_mtime_ns
        return FoundFile(path, content, size, taken, status.st_dev, status.st_ino, mtime), status.st_ctime_ns

    def tell(self, unseen: Mapping[str, int]) -> None:
        """Log what cannot be seen, when that changes."""
        if unseen != self.unseen:
            for why, number in unseen.items():
                log.warning("%d files or folders in the watched folders cannot be seen: %s", number, why)
        self.unseen = unseen

    def next_settles_in(self) -> timedelta | None:
        """How long until a file that is still changing may have settled; None when none is."""
        return self._settling.next_in()

    def opened(self, file: FoundFile) -> AbstractContextManager[int]:
        """This very file, or preview, as a descriptor for reading. Raises PurgeRefusedError. Any thread may ask."""
        return opened(place(file.path, self._roots) or self._undecided.place_of(file), file)

    def partners(self, file: FoundFile) -> tuple[FoundFile, ...]:
        """The photos of their own that are proved to be of the same exposure as this one: its raw file, its motion.

        Raises PurgeRefusedError when a disk fails, so that it cannot be told.
        """
        return self._purging.partners(file)

    def purge(self, file: FoundFile) -> Mapping[str, int]:
        """Delete this very file, checked again on the open descriptor, then its copies; durable on return.

        Gives how many copies went with it, by kind: "link", "thumbnail", "trash", "partner", "copy", "cache",
        "thumbnail database"; "... left" for what would not go, "preview unknown" where nobody looked at previews yet,
        "search cut short". Raises PurgePostponedError while a program has it open, PurgeRefusedError; OSError when the
        file is gone and that could not be made durable.
        """
        known = self._known.pop((file.device, file.inode), None)  # whatever comes of it, it is looked at afresh
        try:
            return self._purging.purge(file)
        except PurgePostponedError:
            if known:
                self._known[file.device, file.inode] = known  # but for this: nothing speaks against it
            raise

    def purge_copies(self, file: FoundFile) -> Mapping[str, int]:
        """Delete what was derived from a file that is gone already: the second half of a purge cut short.

        A name that the very same file still has, because it was moved meanwhile, goes too: its digest is proved.
        """
        return self._purging.rest(file)

    def previews(self) -> tuple[FoundFile, ...]:
        """Previews with numbers for names, as the last search found them, until they are decided on; the newest first.

        Their digests are empty.
        """
        return self._undecided.files()

    def decide(self, preview: FoundFile, *, goes: bool) -> bool:
        """Remove a preview, or let it stay; True when it is gone. One that a program has open is decided on later."""
        return self._undecided.decide(preview, goes=goes)

    def is_there(self, file: FoundFile) -> bool:
        """Tell whether this very file (inode, size, digest) is still in its place; True when that cannot be told.

        Where inodes are not stored, one with the same content is: a purge that is begun again does no harm, one that is
        told and was not done does.
        """
        try:
            return is_file(file, self._roots, by_inode=read().keeps_inodes(file.path))
        except OSError as failure:
            log.warning("it cannot be told whether a photo is still there: %s", failure.strerror)
            return True

    def was_changed(self, file: FoundFile) -> bool:
        """Tell whether the same file, by its inode, is in its place with another content: somebody edited it."""
        where = place(file.path, self._roots)
        if where is None or not read().keeps_inodes(file.path):
            return False
        try:
            with where.opened() as (_, descriptor):
                return os.fstat(descriptor).st_ino == file.inode and digest(descriptor) != file.digest
        except OSError:
            return False


def as_known(known: tuple[FoundFile, int], path: str, status: os.stat_result) -> bool:
    """Tell whether a file is as it was at the last look: not even renamed."""
    file, changed = known
    return (
        file.path == path
        and file.size == status.st_size
        and file.mtime_ns == status.st_mtime_ns
        and changed == status.st_ctime_ns
    )


def is_file(file: FoundFile, roots: tuple[str, ...], *, by_inode: bool) -> bool:
    """Tell whether this file is in its place. The number of its disk does not count: a restart may change it.

    Raises OSError when it cannot be told.
    """
    where = place(file.path, roots)
    if where is None:
        return False
    try:
        with where.opened() as (_, descriptor):
            status = os.fstat(descriptor)
            if status.st_size != file.size or (by_inode and status.st_ino != file.inode):
                return False
            return digest(descriptor) == file.digest
    except OSError as failure:
        if failure.errno in GONE:
            return False
        raise
