"""Sealed photos: a file for each in a folder of the agent's own, written whole before the photo leaves in clear.

The tablet cannot open a box by itself: agreement/boxes.py. A photo that is put back is written beside its place first,
compared with the digest that was sealed, and only then given its name; no other file is ever replaced.
"""

import contextlib
import errno
import os
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from agent.media.digests import digest
from agent.media.kinds import PENDING, stem, suffix
from agent.media.opening import opened
from agent.media.places import FOLDER, Place, apart, place
from agent.seams.photos import Box, FoundFile, PurgeRefusedError
from agreement.boxes import BoxError, Content, beginning, seal, sealed_key, unseal
from agreement.facts import Held

OWN = 0o700
FILE = 0o600
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
OTHER_NAMES = 100
"""How many names are tried for a photo whose own name is taken by another file."""


class Boxes:
    """The boxes of this tablet, in a folder that only the agent can read; photos are put back below these roots."""

    def __init__(self, folder: Path, roots: Sequence[Path]) -> None:
        self._folder, self._roots = folder, apart(tuple(roots))

    def seal(self, file: FoundFile, public: str, photo: str = "") -> Box:
        """Seal this very file for a public key (64 hex digits); the box is durable on return.

        `photo` is the name of the box of the photo that it goes with: the key of that box opens this one too.
        Raises PurgeRefusedError when the file is not what was found, OSError when there is no room.
        """
        name = secrets.token_hex(16)
        self._folder.mkdir(mode=OWN, parents=True, exist_ok=True)
        target = self._folder / name
        try:
            with (
                opened(place(file.path, self._roots), file) as found,
                open(found, "rb", closefd=False) as source,
                open(target, "xb", opener=private) as box,
            ):
                content = seal(source, box, public, self.partners_of(photo))
                box.flush()
                os.fsync(box.fileno())
                is_whole(content, file)
            synced(self._folder)
            return Box(name, self.key_of(name))
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def key_of(self, name: str) -> bytes:
        """The sealed key of a box: its beginning. Raises BoxError, OSError."""
        with (self._folder / name).open("rb") as box:
            return sealed_key(box)

    def partners_of(self, photo: str) -> str:
        """For which key the boxes of a photo's partners are sealed too; empty where there is none. Raises BoxError."""
        with contextlib.suppress(FileNotFoundError):
            if photo:
                with (self._folder / photo).open("rb") as box:
                    return beginning(box).partners
        return ""

    def put_back(self, held: Held, name: str, path: str, key: str) -> None:
        """Open a box and put its photo back where it was; durable on return, and done already is done.

        Raises BoxError when the key does not open it, OSError.
        """
        where = self.nearest(path)
        with where.folder() as folder:
            draft = f"{PENDING}{name}"
            removed(folder, draft)  # what a crash left of it, in clear
            try:
                if not is_there(folder, where.name, held.digest):
                    self.written(folder, draft, held, name, bytes.fromhex(key))
                    named(folder, draft, where.name)
            finally:
                removed(folder, draft)
            os.fsync(folder)

    def written(self, folder: int, draft: str, held: Held, name: str, key: bytes) -> None:
        """Write the content of a box into a new file of this folder, and compare it with what was sealed."""
        descriptor = os.open(draft, NEW, FILE, dir_fd=folder)
        with open(descriptor, "wb") as target, (self._folder / name).open("rb") as box:  # noqa: PTH123 - as above
            content = unseal(box, target, key)
            if content.digest != held.digest:
                msg = "what is in this box is not what was sealed"
                raise BoxError(msg)
            target.flush()
            whose(descriptor, folder, held.taken_at)
            os.fsync(descriptor)

    def nearest(self, path: str) -> Place:
        """The place of a path; in the nearest folder above it that is still there. Raises FileNotFoundError."""
        where = place(path, self._roots)
        while where is not None:
            with contextlib.suppress(OSError), where.folder():
                return where
            if not where.folders:
                break
            where = Place(where.root, where.folders[:-1], where.name)
        for root in self._roots:
            with contextlib.suppress(OSError):
                os.close(os.open(root, FOLDER))
                return Place(root, (), path.rpartition("/")[2])
        raise FileNotFoundError(errno.ENOENT, "no watched folder is there to put the photo back into")

    def drop(self, name: str) -> None:
        """Remove a box, durably; one that is gone already is gone. Raises OSError."""
        (self._folder / name).unlink(missing_ok=True)
        if self._folder.is_dir():
            synced(self._folder)

    def sweep(self, wanted: frozenset[str]) -> None:
        """Remove the boxes that nothing hangs on: what a crash left of a seal that was begun."""
        if self._folder.is_dir():
            for box in self._folder.iterdir():
                if box.name not in wanted:
                    self.drop(box.name)


def is_whole(content: Content, file: FoundFile) -> None:
    """Make sure that what was sealed is what was found. Raises PurgeRefusedError."""
    if content.digest != file.digest:
        msg = "The photo stays: it was changed while it was being sealed."
        raise PurgeRefusedError(msg)


def private(path: str, flags: int) -> int:
    """Open a new file that only the agent can read, following no link."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, FILE)


def synced(folder: Path) -> None:
    """Make what was done in a folder durable."""
    descriptor = os.open(folder, FOLDER)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def removed(folder: int, draft: str) -> None:
    """See to it that there is no such draft. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(draft, dir_fd=folder)


def is_there(folder: int, name: str, content: str) -> bool:
    """Tell whether this very picture has this name already."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return False
    try:
        return digest(descriptor) == content
    except OSError:
        return False
    finally:
        os.close(descriptor)


def whose(descriptor: int, folder: int, taken_at: datetime) -> None:
    """Give a file to the owner of its folder, and the time when it was taken."""
    owner = os.fstat(folder)
    if os.geteuid() == 0:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    taken = taken_at.timestamp()
    os.utime(descriptor, (taken, taken))


def named(folder: int, draft: str, name: str) -> None:
    """Give a finished file its name, or one like it where that is taken; nothing is ever replaced. Raises OSError."""
    ending = f".{suffix(name)}" if suffix(name) else ""
    for number in range(OTHER_NAMES):
        wanted = name if number == 0 else f"{stem(name)} (put back {number}){ending}"
        try:
            os.link(draft, wanted, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError:
            continue
        except OSError as failure:
            if failure.errno not in {errno.EPERM, errno.ENOTSUP, errno.EMLINK}:
                raise
            if taken(folder, wanted):  # a card knows no second names: looked at, then renamed
                continue
            os.rename(draft, wanted, src_dir_fd=folder, dst_dir_fd=folder)
        return
    raise FileExistsError(errno.EEXIST, "every name for the photo is taken")


def taken(folder: int, name: str) -> bool:
    """Tell whether a name is in use."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
