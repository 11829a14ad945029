"""Copies with other bytes that are no photos of their own: backups beside a photo, previews with numbers for names.

They are looked at before the photo goes, since they are proved by what it says. Android and Shotwell call a preview by
a number that only their own list explains; whether one shows this photo is told by comparing pictures, where that can
be done. Where it cannot, they stay, and that there are some is said.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from agent.media.kinds import is_backup_of
from agent.media.moments import head, moment
from agent.media.partners import TOGETHER, Same
from agent.media.places import Place, names
from agent.seams import FoundFile

PREVIEWS = frozenset({".thumbnails", ".thumbs", "thumbs128", "thumbs360"})
"""Folders in which previews have numbers for names: Android's, KPhotoAlbum's, Shotwell's; in lower case."""

ASKED = 200
"""Previews that are compared with one photo, the newest first: comparing is slow."""

NUMBERED = re.compile(r"(?:\d+|thumb[0-9a-f]{16})\.(?:jpe?g|png|webp)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture in a folder of previews."""

    place: Place
    mtime_ns: int


@dataclass
class Derived:
    """What was found: `proved` goes with the photo, by kind; the rest stays, and is counted."""

    proved: list[tuple[Place, str]] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)


def is_preview(folder: str, name: str) -> bool:
    """Tell whether a file is a preview whose name says nothing."""
    return bool(NUMBERED.fullmatch(name)) and os.path.basename(folder).lower() in PREVIEWS  # noqa: PTH119 - a string


def derived(
    photo: Place, file: FoundFile, witness: Callable[[], bytes | None], previews: list[Preview], same: Same | None
) -> Derived:
    """Look at everything that may be of this photo; `witness` gives how it begins, None when it is gone."""
    found, kept = Derived(), list(backups(photo))
    opening = witness() if kept else None
    for backup in kept:
        if (opening and is_before(backup, opening)) or (same and same(file, backup.path)):
            found.proved.append((backup, "partner"))
        else:
            found.left["partner left"] += 1
    later = [seen for seen in previews if seen.mtime_ns >= file.mtime_ns - TOGETHER.seconds * 1_000_000_000]
    asked = sorted(later, key=lambda seen: -seen.mtime_ns)[:ASKED] if same else []
    found.proved += [(seen.place, "thumbnail") for seen in asked if same and same(file, seen.place.path)]
    if len(asked) < len(later):
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
