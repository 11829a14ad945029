"""What hides elsewhere when a photo goes: thumbnails, trash, sidecars, copies; and only what is proved to be its own.

What lies near is found by its name: thumbnails are called by the digest of the photo's address, sidecars by the photo's
name. What lies elsewhere is found by its size and proved by its digest. Copies with other bytes that no name proves are
compared as pictures, where that can be done; otherwise they stay and are counted as left.
"""

import contextlib
import errno
import hashlib
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from agent.media.browsers import holds as holds_body
from agent.media.deleting import ChangedError, Proof, remove
from agent.media.digests import digest
from agent.media.holders import Holders
from agent.media.kinds import BINS, DERIVED, PENDING, TRASHED, is_about, is_media, is_sidecar_of, key, stem
from agent.media.lease import HeldError
from agent.media.places import NOWHERE, TRIES, Place, identity, names
from agent.media.search import Search
from agent.seams.photos import FoundFile

SIZES = ("normal", "large", "x-large", "xx-large")
UNESCAPED = "!$&'()*+,-./:=@_~"
"""What GLib leaves as it is in the path of a URI, beside letters and digits."""

CACHES = frozenset({".cache", "cache", "caches", "cache2", ".caches"})
NO_COPY = NOWHERE | {errno.EINVAL, errno.ENXIO, errno.EISDIR}
NO_FILE = (FileNotFoundError, NotADirectoryError, IsADirectoryError, ChangedError)
MANY = 1000
"""Copies that would not go are tried again at every look, up to so many of one photo."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A copy that would not go with its photo, as it was then."""

    place: Place
    kind: str
    was: tuple[int, int, int, int]
    is_held: bool

    def is_it(self, descriptor: int) -> bool:
        """Tell whether an open file is still this one."""
        return identity(os.fstat(descriptor)) == self.was


@dataclass
class Copies:
    """Removes the copies of one photo, and counts them by kind; what would not go is counted as left."""

    thumbnail_folders: tuple[Place, ...]
    search: Callable[[], Search]
    holders: Holders
    is_only: Callable[[str], bool] = lambda _: True  # whether no other photo bears this name
    aliases: Callable[[str], Iterator[str]] = lambda path: iter((path,))
    removed: Counter[str] = field(default_factory=Counter)
    waiting: list[Waiting] = field(default_factory=list)

    def remove(self, photo: Place) -> None:
        """Remove what bears the name of a photo that is gone from this place."""
        self.sidecars(photo)
        self.previews(photo)
        self.databases(photo)

    def previews(self, photo: Place) -> None:
        """Remove the thumbnails that the photo's address or name calls its own."""
        self.hidden_thumbnails(photo)
        for path in self.aliases(photo.path):
            self.thumbnails(uri(path))

    def unlink(self, place: Place, kind: str) -> bool:
        """Remove one file that its name proves, durably; True when it is gone now and was there."""
        return self.counted(place, kind, lambda: unlink(place))

    def take(self, place: Place, is_it: Proof, kind: str) -> bool:
        """Remove one file that its content proves, when nobody has it open."""
        return self.counted(place, kind, lambda: remove(place, is_it, self.holders))

    def counted(self, place: Place, kind: str, removal: Callable[[], None]) -> bool:
        """Remove something, and count what comes of it; True when it is gone now and was there."""
        try:
            removal()
        except NO_FILE:
            return False
        except HeldError:
            self.leave(kind, "a program has it open", place, is_held=True)
            return False
        except OSError as failure:
            self.leave(kind, failure.strerror or "the system does not say why", place)
            return False
        self.removed[kind] += 1
        return True

    def leave(self, kind: str, why: str, place: Place | None = None, *, is_held: bool = False) -> None:
        """Count what stays; what was meant to go is tried again at the next looks."""
        log.warning("a %s of a purged photo is left: %s", kind, why)
        self.removed[f"{kind} left"] += 1
        if place and len(self.waiting) < MANY and (status := status_of(place)):
            self.waiting.append(Waiting(place, kind, identity(status), is_held))

    # by name

    def thumbnails(self, address: str) -> None:
        """The desktop's thumbnails in every home: their names are the digest of the photo's address."""
        name = hashlib.md5(address.encode(), usedforsecurity=False).hexdigest() + ".png"
        for cache in self.thumbnail_folders:
            makers = [("fail", maker) for maker in names(Place(cache.root, (*cache.folders, "fail"), ""))]
            for size in (*((size,) for size in SIZES), *makers):
                self.unlink(Place(cache.root, (*cache.folders, *size), name), "thumbnail")

    def hidden_thumbnails(self, photo: Place) -> None:
        """Thumbnails in a hidden folder beside the photo; at the top too, where the name can mean no other photo."""
        own = {photo.name, *shared(photo.name)}
        for folders in {photo.folders, ()} if self.is_only(photo.name) else {photo.folders}:
            for hidden in names(Place(photo.root, folders, "")):
                if hidden.lower() in DERIVED:
                    for inside in (Place(photo.root, (*folders, hidden, *more), "") for more in self.inner(photo)):
                        for name in names(inside):
                            if own & {name, stem(name)} or inside.folders[-1] == photo.name:
                                self.unlink(inside.beside(name), "thumbnail")

    def inner(self, photo: Place) -> Iterator[tuple[str, ...]]:
        """Folders in a folder of thumbnails: none, one a size, or one a photo (Synology)."""
        yield ()
        yield from ((size,) for size in SIZES)
        yield (photo.name,)

    def sidecars(self, photo: Place) -> None:
        """Edits beside the photo, once no other picture of that name is left there; a video is never a sidecar."""
        there = names(photo)
        own = key(stem(photo.name))
        is_shared = any(is_media(name) and key(stem(name)) == own for name in there)
        is_still_here = any(key(name) == key(photo.name) for name in there)
        for name in there:
            exact = is_about(name, photo.name) and (name.startswith(photo.name) or not is_still_here)
            if exact or (is_sidecar_of(name, photo.name) and not is_shared):
                self.unlink(photo.beside(name), "partner")
        self.unlink(Place(photo.root, (*photo.folders, ".comments"), f"{photo.name}.xml"), "partner")

    def databases(self, photo: Place) -> None:
        """Thumbnails of many pictures in one file: in the photo's folder, above it, and in hidden folders there."""
        for place in [found for found in self.search().databases if holds(found, photo)]:
            self.search().databases.remove(place)
            self.take(place, lambda _: True, "thumbnail database")

    # by content

    def elsewhere(self, file: FoundFile) -> None:
        """Remove whatever is this very picture, by its digest, but for what is a photo of its own."""
        search = self.search()
        for seen in search.of(file.size):
            if seen.is_photo or not self.is_copy(seen.place, file):
                continue
            if seen.is_spared:
                self.leave("copy", "its folder is kept in step with a server")
            elif self.take(seen.place, proof(file), kind(seen.place)):
                self.thumbnails(uri(seen.place.path))
                self.forget(seen.place)
        for place in search.entries.that_hold(file):
            self.take(place, lambda descriptor: holds_body(descriptor, file), "cache")
        if not search.complete:
            self.removed["search cut short"] = 1

    def is_copy(self, place: Place, file: FoundFile) -> bool:
        """Tell whether there is a regular file in this place with the photo's size and digest."""
        for _ in range(TRIES):
            try:
                with place.opened() as (_, descriptor):
                    return proof(file)(descriptor)
            except OSError as failure:
                if failure.errno in NO_COPY:
                    return False
                log.warning("it cannot be told whether a file is a copy of a purged photo: %s", failure.strerror)
        self.removed["search cut short"] = 1
        return False

    def forget(self, place: Place) -> None:
        """Remove the note that says where a file in the trash came from, and its thumbnail as the trash shows it."""
        *above, last = (place.root, *place.folders)
        notes = []
        if os.path.basename(last) == "files":  # noqa: PTH119 - a name, and the root may be a whole path
            self.thumbnails("trash:///" + quote(os.fsencode(place.name), safe=UNESCAPED))
            if above:
                notes.append(Place(place.root, (*place.folders[:-1], "info"), f"{place.name}.trashinfo"))
        if place.name.upper().startswith("$R"):
            notes.append(place.beside(f"$I{place.name[2:]}"))
        for note in notes:
            with contextlib.suppress(OSError), note.folder() as folder:
                os.unlink(note.name, dir_fd=folder)


def unlink(place: Place) -> None:
    """Remove a name, durably. Raises OSError."""
    with place.folder() as folder:
        os.unlink(place.name, dir_fd=folder)
        os.fsync(folder)


def uri(path: str) -> str:
    """The address of a file, escaped byte for byte as GLib does."""
    return "file://" + quote(os.fsencode(path), safe=UNESCAPED)


def shared(name: str) -> Iterator[str]:
    """What a thumbnail in a shared repository may be called: the digest of the bare name, however it was written."""
    plain, escaped = os.fsencode(name), quote(os.fsencode(name), safe=UNESCAPED).encode()
    for written in (plain, escaped, b"./" + escaped):
        yield hashlib.md5(written, usedforsecurity=False).hexdigest()


def kind(place: Place) -> str:
    """What sort of copy lies in this place."""
    parts = [part.lower() for part in (*place.root.split("/"), *place.folders)]
    bin_ = any(part in BINS or part in {"trash", ".trash"} or part.startswith(".trash-") for part in parts)
    if bin_ or place.name.startswith((PENDING, TRASHED)):
        return "trash"
    return "cache" if CACHES.intersection(parts) else "copy"


def holds(database: Place, photo: Place) -> bool:
    """Tell whether a file of thumbnails is in the photo's folder or above it, by their places."""
    folders = (*(part for part in database.root.split("/") if part), *database.folders)
    if folders and folders[-1].lower() in DERIVED:
        folders = folders[:-1]
    above = (*(part for part in photo.root.split("/") if part), *photo.folders)
    return above[: len(folders)] == folders


def proof(file: FoundFile) -> Proof:
    """Tells whether an open file has the photo's size and digest."""
    return lambda descriptor: os.fstat(descriptor).st_size == file.size and digest(descriptor) == file.digest


def status_of(place: Place) -> os.stat_result | None:
    """What the disk says of a file; None when it is gone, or cannot be seen."""
    try:
        with place.folder() as folder:
            return os.stat(place.name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None
