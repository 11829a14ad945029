"""What hides elsewhere when a photo goes: thumbnails, trash, sidecars; and only what is proved to be the photo's own.

Sources: the freedesktop.org Thumbnail Managing Standard 0.9.0 and Trash Specification 1.0; GLib's g_filename_to_uri.
"""

import contextlib
import hashlib
import logging
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from agent.media.digests import digest
from agent.media.kinds import DERIVED, PENDING, is_media, is_sidecar_of, stem
from agent.media.places import Place
from agent.seams import FoundFile

SIZES = ("normal", "large", "x-large", "xx-large")
UNESCAPED = "!$&'()*+,-./:=@_~"
"""What GLib leaves as it is in the path of a URI, beside letters and digits."""

DEEPEST = 100
"""Folders in folders: a trash that somebody made deeper than this must not keep a purge from its end."""

HOME_TRASH = (".local", "share", "Trash")
VOLUME_TRASH = re.compile(r"\.Trash-\d+")
log = logging.getLogger(__name__)


@dataclass
class Copies:
    """Removes the copies of one photo, and counts them by kind; what would not go is counted as left."""

    homes: tuple[str, ...]
    removed: Counter[str] = field(default_factory=Counter)

    def remove(self, photo: Place, file: FoundFile) -> None:
        """Remove everything derived from a photo that is gone from this place."""
        self.sidecars(photo)
        self.hidden_thumbnails(photo)
        self.thumbnails(photo.path)
        for trash in self.trashes(photo):
            self.empty(trash, file)

    def unlink(self, place: Place, kind: str) -> bool:
        """Remove one copy, durably; True when it is gone now and was there."""
        try:
            with place.folder() as folder:
                os.unlink(place.name, dir_fd=folder)
                os.fsync(folder)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as failure:
            log.warning("a %s of a purged photo is left: %s", kind, failure.strerror)
            self.removed[f"{kind} left"] += 1
            return False
        self.removed[kind] += 1
        return True

    def thumbnails(self, path: str) -> None:
        """The desktop's thumbnails in every home: their names are the digest of the photo's address."""
        name = hashlib.md5(uri(path).encode(), usedforsecurity=False).hexdigest() + ".png"
        for home in self.homes:
            cache = Place(home, (".cache", "thumbnails"), "")
            makers = [("fail", maker) for maker in names(Place(home, (*cache.folders, "fail"), ""))]
            for size in (*((size,) for size in SIZES), *makers):
                self.unlink(Place(home, (*cache.folders, *size), name), "thumbnail")

    def hidden_thumbnails(self, photo: Place) -> None:
        """Thumbnails in a hidden folder beside the photo, or at the top, that bear its own name."""
        for folders in {photo.folders, ()}:
            for hidden in names(Place(photo.root, folders, "")):
                if hidden.lower() in DERIVED:
                    inside = Place(photo.root, (*folders, hidden), "")
                    for name in names(inside):
                        if photo.name in {name, stem(name)}:
                            self.unlink(inside.beside(name), "thumbnail")

    def sidecars(self, photo: Place) -> None:
        """Edits beside the photo, once no other picture of that name is left there; a video is never a sidecar."""
        there = names(photo)
        own = stem(photo.name).casefold()
        shared = any(is_media(name) and stem(name).casefold() == own for name in there)
        for name in there:
            exact = stem(name).casefold() == photo.name.casefold()
            if is_sidecar_of(name, photo.name) and (exact or not shared):
                self.unlink(photo.beside(name), "partner")

    def trashes(self, photo: Place) -> Iterator[Place]:
        """Every trash that may hold a copy: of each home, and of the disk that the photo is on."""
        for home in self.homes:
            yield Place(home, HOME_TRASH, "")
        top = mount_of(photo.root)
        for name in names(Place(top, (), "")):
            if VOLUME_TRASH.fullmatch(name):
                yield Place(top, (name,), "")
            elif name == ".Trash":
                yield from (Place(top, (name, user), "") for user in names(Place(top, (name,), "")))
        yield Place(photo.root, photo.folders, PENDING)

    def empty(self, trash: Place, file: FoundFile) -> None:
        """Remove from one trash whatever is this very picture, by its digest."""
        if trash.name == PENDING:
            for name in names(trash):
                if name.startswith(PENDING) and is_copy(trash.beside(name), file):
                    self.unlink(trash.beside(name), "trash")
            return
        for part in ("files", "expunged"):
            for place in walk(Place(trash.root, (*trash.folders, part), ""), file.size):
                if is_copy(place, file) and self.unlink(place, "trash"):
                    self.thumbnails(place.path)
                    self.forget(trash, place)

    def forget(self, trash: Place, place: Place) -> None:
        """Remove the note that says where the file in the trash came from."""
        if place.folders == (*trash.folders, "files"):
            info = Place(trash.root, (*trash.folders, "info"), f"{place.name}.trashinfo")
            with contextlib.suppress(OSError), info.folder() as folder:
                os.unlink(info.name, dir_fd=folder)


def uri(path: str) -> str:
    """The address of a file, escaped byte for byte as GLib does."""
    return "file://" + quote(os.fsencode(path), safe=UNESCAPED)


def names(place: Place) -> list[str]:
    """The names in the folder of a place; none where there is no such folder, or it is closed to us."""
    try:
        with place.folder() as folder, os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries)
    except OSError:
        return []


def walk(top: Place, size: int) -> Iterator[Place]:
    """Every file of this size in a folder and the folders below it, down to DEEPEST of them, following no link."""
    below = [top.folders]
    while below:
        here = Place(top.root, below.pop(), "")
        for name, status in listed(here):
            if stat.S_ISREG(status.st_mode) and status.st_size == size:
                yield here.beside(name)
            elif stat.S_ISDIR(status.st_mode) and len(here.folders) - len(top.folders) < DEEPEST:
                below.append((*here.folders, name))


def listed(place: Place) -> list[tuple[str, os.stat_result]]:
    """The names in the folder of a place with what the disk says of each; what goes meanwhile is left out."""
    found = []
    with contextlib.suppress(OSError), place.folder() as folder, os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                found.append((entry.name, entry.stat(follow_symlinks=False)))
    return found


def is_copy(place: Place, file: FoundFile) -> bool:
    """Tell whether there is a regular file in this place with the photo's size and digest."""
    try:
        with place.opened() as (_, descriptor):
            return os.fstat(descriptor).st_size == file.size and digest(descriptor) == file.digest
    except OSError:
        return False


def mount_of(folder: str) -> str:
    """The top folder of the disk that a folder is on."""
    path = Path(folder).resolve()
    return str(next(above for above in (path, *path.parents) if above.is_mount()))
