"""Copies with other bytes that are no photos of their own: backups beside a photo, previews with numbers for names.

Backups are looked at before the photo goes, since they are proved by what it says. Android and Shotwell call a preview
by a number that only their own list explains. Whether one shows a photo that left is told by comparing pictures, which
takes a while (agent/clearing.py); that there are some is said.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent.media.kinds import is_backup_of
from agent.media.moments import head, moment
from agent.media.partners import TOGETHER
from agent.media.places import Place, identity, names
from agent.seams.photos import FoundFile

PREVIEWS = frozenset({".thumbnails", ".thumbs", "thumbs128", "thumbs360"})
"""Folders in which previews have numbers for names: Android's, KPhotoAlbum's, Shotwell's; in lower case."""

NUMBERED = re.compile(r"(?:\d+|thumb[0-9a-f]{16})\.(?:jpe?g|png|webp)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture in a folder of previews."""

    place: Place
    mtime_ns: int
    was: tuple[int, int, int, int] = (0, 0, 0, 0)  # identity

    def is_it(self, descriptor: int) -> bool:
        """Tell whether an open file is still this one."""
        return identity(os.fstat(descriptor)) == self.was

    @property
    def file(self) -> FoundFile:
        """The same as whoever looks at it is told; nobody digested it."""
        device, inode, size, mtime = self.was
        taken = datetime.fromtimestamp(max(mtime, 0) / 1e9, UTC)
        return FoundFile(self.place.path, "", size, taken, device, inode, mtime)


@dataclass
class Derived:
    """What was found: `proved` goes with the photo, by kind; the rest stays, and is counted."""

    proved: list[tuple[Place, str]] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)


def is_preview(folder: str, name: str) -> bool:
    """Tell whether a file is a preview whose name says nothing."""
    return bool(NUMBERED.fullmatch(name)) and os.path.basename(folder).lower() in PREVIEWS  # noqa: PTH119 - a string


def derived(photo: Place, file: FoundFile, witness: Callable[[], bytes | None], previews: list[Preview]) -> Derived:
    """Look at everything that may be of this photo; `witness` gives how it begins, None when it is gone."""
    found, kept = Derived(), list(backups(photo))
    opening = witness() if kept else None
    for backup in kept:
        if opening and is_before(backup, opening):
            found.proved.append((backup, "partner"))
        else:
            found.left["partner left"] += 1
    if any(seen.mtime_ns >= file.mtime_ns - TOGETHER.seconds * 1_000_000_000 for seen in previews):
        found.left["preview unknown"] += 1
    return found


def backups(photo: Place) -> Iterator[Place]:
    """What bears the name under which programs keep this photo as it was."""
    yield from (photo.beside(name) for name in names(photo) if is_backup_of(name, photo.name))


def is_before(backup: Place, opening: bytes) -> bool:
    """Tell whether a backup was taken in the same second as the photo."""
    try:
        with backup.opened() as (_, descriptor):
            taken = moment(head(descriptor))
    except OSError:
        return False
    return taken is not None and taken == moment(opening)
