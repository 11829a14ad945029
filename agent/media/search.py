"""One walk of everybody's folders and cards for a whole round: what may be another copy of a photo that goes.

A thousand photos leave with one walk. Only files with the size of a known photo are remembered; whether one is a copy
is decided by its digest when its turn comes. Folders that are kept in step with a server are not touched: what is
removed there would be removed from the server, which may be the journal itself.
"""

import logging
import os
import re
import stat
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

from agent.media.browsers import Entries, is_entry
from agent.media.kinds import is_database, is_derived, is_media
from agent.media.places import NOWHERE, TRIES, Place, identity, place
from agent.media.previews import Preview, is_preview

SYNCED = re.compile(r"\._?sync_[0-9a-f]+\.db|\.(?:owncloud|nextcloud)sync\.log|\.stfolder|\.dropbox|\.seafile-data")
"""What shows that a folder is kept in step with a server: ownCloud, Nextcloud, Syncthing, Dropbox and Seafile."""

DEEPEST = 100
"""Folders in folders: somebody who nests deeper than this must not keep a purge from its end."""

PATIENCE = 20_000_000_000
"""Nanoseconds that a walk may take: a home with millions of files must not hold up a lock."""

MANY = 20_000
"""Previews, and entries of caches, that are remembered."""

File = tuple[int, int]  # device and inode
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """A file with the size of a known photo."""

    place: Place
    file: File
    is_photo: bool  # found by every look: purged on its own evidence, with its own record
    is_spared: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that the walk has yet to enter."""

    top: str
    path: str
    device: int
    depth: int = 0
    watched: bool = False
    spared: bool = False


@dataclass
class Search:
    """What one walk found. `complete` is False when it was ended, did not go deeper, or a disk failed."""

    tops: tuple[str, ...]
    roots: Collection[str]
    spared: Collection[str]
    sizes: Collection[int]
    clock: Callable[[], int] = time.monotonic_ns
    complete: bool = True
    databases: list[Place] = field(default_factory=list)
    previews: list[Preview] = field(default_factory=list)
    entries: Entries = field(default_factory=Entries)

    def __post_init__(self) -> None:
        """Walk."""
        self._seen: defaultdict[int, list[Seen]] = defaultdict(list)
        self._been: set[File] = set()
        until = self.clock() + PATIENCE
        below = [folder for top in reversed(self.tops) if (folder := self.entered(Folder(top, top, 0)))]
        while below:
            if self.clock() > until:
                log.warning("the search for copies took too long and was ended")
                self.complete = False
                return
            below += self.visited(below.pop())

    def of(self, size: int) -> tuple[Seen, ...]:
        """Every file of this size."""
        return tuple(self._seen.get(size, ()))

    def visited(self, folder: Folder) -> list[Folder]:
        """Note what is in a folder; gives the folders below it."""
        entries = listing(folder.path)
        if entries is None:
            self.complete = False
            return []
        if any(SYNCED.fullmatch(entry.name) for entry in entries):
            folder = replace(folder, spared=True)
        below = []
        for entry in entries:
            if entry.is_symlink():
                continue
            if not entry.is_dir(follow_symlinks=False):
                self.note(entry, folder)
            elif folder.depth == DEEPEST:
                self.complete = False
            else:
                inner = replace(folder, path=entry.path, depth=folder.depth + 1)
                if entered := self.entered(inner, derived=is_derived(entry.name)):
                    below.append(entered)
        return below

    def entered(self, folder: Folder, *, derived: bool = False) -> Folder | None:
        """A folder to enter; None for one that was entered before, by whatever path, or is on another disk."""
        try:
            status = os.stat(folder.path, follow_symlinks=False)  # noqa: PTH116 - a Path costs more than the call
        except OSError:
            return None
        file = (status.st_dev, status.st_ino)
        crossed = folder.depth > 0 and status.st_dev != folder.device and folder.path not in self.tops
        if file in self._been or crossed or not stat.S_ISDIR(status.st_mode):
            return None
        self._been.add(file)
        watched = (folder.watched or folder.path in self.roots) and not derived
        spared = folder.spared or folder.path in self.spared
        return replace(folder, device=status.st_dev, watched=watched, spared=spared)

    def note(self, entry: "os.DirEntry[str]", folder: Folder) -> None:
        """Remember a file when it may matter."""
        if is_database(entry.name) and not folder.spared and (where := place(entry.path, (folder.top,))):
            self.databases.append(where)
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            return
        where = place(entry.path, (folder.top,))
        if where and is_preview(folder.path, entry.name) and len(self.previews) < MANY and not folder.spared:
            self.previews.append(Preview(where, status.st_mtime_ns, identity(status)))
        if where and is_entry(entry.name) and len(self.entries.found) < MANY and not folder.spared:
            self.entries.found.append((status.st_size, where))
        if where and status.st_size in self.sizes:
            is_photo = folder.watched and is_media(entry.name)
            file = (status.st_dev, status.st_ino)
            self._seen[status.st_size].append(Seen(where, file, is_photo, folder.spared))


def listing(folder: str) -> list["os.DirEntry[str]"] | None:
    """What is in a folder; nothing where it is gone or closed to us, None where the disk fails."""
    for _ in range(TRIES):
        try:
            with os.scandir(folder) as entries:
                return list(entries)
        except OSError as failure:
            if failure.errno in NOWHERE:
                return []
            log.warning("a folder cannot be searched: %s", failure.strerror)
    return None


def tops(*groups: Iterable[str]) -> tuple[str, ...]:
    """Where to begin, each place once, in this order."""
    return tuple(dict.fromkeys(os.path.normpath(top) for group in groups for top in group))
