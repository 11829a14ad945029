"""Pictures and videos that are of the same exposure as a photo: its raw file, its motion, what it was before an edit.

They are photos of their own, with other bytes, so that no digest proves them. The rule (decision 16): the name says
which file it could be, and something that no other picture shares says that it is. A name alone never does. What is
found here is not deleted here: it becomes evidence, and goes with an intent and a record of its own.
"""

import contextlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from agent.media.digests import digest
from agent.media.kinds import PICTURES, RAW, key, stem, suffix
from agent.media.moments import head, index, is_named_in, moment, seconds
from agent.media.places import identity, place
from agent.seams.photos import FoundFile

TOGETHER = timedelta(seconds=5)
"""How far apart a camera writes the files of one exposure."""

MOTION = 4.0
"""Seconds: the motion of a live photo lasts three."""

MOVING = frozenset({"mov", "mp4"})
KEPT = (".picasaoriginals", "Originals")
"""Folders beside an edited picture in which programs keep it as it was, under its own name."""

AFTER = ("_modified", "-edited", "_edited")
"""What Shotwell and Google's galleries put after the name of an edited copy. "~2" is not among them: some cameras call
the second picture of one second so, and that is another picture."""

GONE = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)
"""A file that is not there any more, or that nobody lets us read, proves nothing."""


class Family:
    """What was found at one look, by folder and name."""

    def __init__(self, files: Iterable[FoundFile]) -> None:
        self._stems: defaultdict[tuple[str, str], list[FoundFile]] = defaultdict(list)
        self._names: defaultdict[str, int] = defaultdict(int)
        for file in files:
            folder, name = os.path.split(file.path)
            self._stems[folder, key(stem(name))].append(file)
            self._names[key(name)] += 1

    def is_only(self, name: str) -> bool:
        """Tell whether no more than one photo bears this name, whatever its folder."""
        return self._names[key(name)] <= 1

    def of_stem(self, folder: str, stem: str) -> list[FoundFile]:
        """Every photo in this folder with this name, whatever its suffix."""
        return self._stems.get((folder, key(stem)), [])

    def partners(self, photo: FoundFile, roots: tuple[str, ...]) -> Iterator[FoundFile]:
        """Those that are proved to be of the same exposure as this photo, which is read again to prove it.

        Raises OSError when the disk fails.
        """
        candidates = [*self.made_with(photo), *self.made_before(photo)]
        opening = witness(photo, roots) if candidates else None
        for candidate in candidates if opening is not None else ():
            if is_of(candidate, photo, opening or b"", roots):
                yield candidate

    def made_with(self, photo: FoundFile) -> Iterator[FoundFile]:
        """The raw file and the motion of a picture, unless another picture could claim them."""
        folder, name = os.path.split(photo.path)
        if suffix(name) not in PICTURES:
            return
        others = [file for file in self.of_stem(folder, stem(name)) if file != photo]
        if not any(suffix(other.path) in PICTURES for other in others):
            yield from (other for other in others if suffix(other.path) in RAW | MOVING)

    def made_before(self, photo: FoundFile) -> Iterator[FoundFile]:
        """What an edited picture may have been before."""
        folder, name = os.path.split(photo.path)
        own = stem(name)
        places = [(folder, f"{own}_original"), *((os.path.join(folder, kept), own) for kept in KEPT)]  # noqa: PTH118
        places += [(folder, own.removesuffix(ending)) for ending in AFTER if own.endswith(ending)]
        if own.upper().startswith("IMG_E"):
            places.append((folder, f"IMG_{own[5:]}"))
        for place_ in places:
            yield from (file for file in self.of_stem(*place_) if suffix(file.path) in PICTURES | RAW)


def witness(photo: FoundFile, roots: tuple[str, ...]) -> bytes | None:
    """The beginning of the very photo that the evidence is about; None when it is not there, or was changed.

    Raises OSError when the disk fails.
    """
    where = place(photo.path, roots)
    with contextlib.suppress(*GONE):
        if where:
            with where.opened() as (_, descriptor):
                was = (photo.device, photo.inode, photo.size, photo.mtime_ns)
                if identity(os.fstat(descriptor)) == was and digest(descriptor) == photo.digest:
                    return head(descriptor)
    return None


def is_of(candidate: FoundFile, photo: FoundFile, opening: bytes, roots: tuple[str, ...]) -> bool:
    """Tell whether a file that could be of the same exposure is. Raises OSError when the disk fails."""
    where = place(candidate.path, roots)
    with contextlib.suppress(*GONE):
        if where:
            with where.opened() as (_, descriptor):
                is_it = identity(os.fstat(descriptor))[:2] == (candidate.device, candidate.inode)
                return is_it and says_so(descriptor, candidate, photo, opening)
    return False


def says_so(descriptor: int, candidate: FoundFile, photo: FoundFile, opening: bytes) -> bool:
    """Tell whether an open file says that it is of the same exposure. Raises OSError."""
    together = abs(candidate.mtime_ns - photo.mtime_ns) <= TOGETHER // timedelta(microseconds=1) * 1000
    if suffix(candidate.path) in MOVING:
        return is_motion(index(descriptor), opening, together=together)
    return is_exposure(head(descriptor), opening, together=together and suffix(candidate.path) in RAW)


def is_motion(index: bytes, opening: bytes, *, together: bool) -> bool:
    """Tell whether a video is a photo's motion: by the identifier in both, or short and written at the same time."""
    length = seconds(index)
    return is_named_in(index, opening) or (together and length is not None and length <= MOTION)


def is_exposure(candidate: bytes, opening: bytes, *, together: bool) -> bool:
    """Tell whether two pictures are one exposure: taken in the same second, or written together and not telling."""
    one, other = moment(candidate), moment(opening)
    return one == other if one and other else together
