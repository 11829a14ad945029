"""One journal video, and every tablet clip that it may be: which of them became it, if that is certain.

A transcoder leaves an error in every frame, but the motion is the same, moment by moment. Two clips of one scene may
look alike in every frame, and never move alike.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from agreement.matching.clips import paced, watched
from agreement.matching.judgement import Contest, Photo, Picture
from agreement.matching.known import UndecodableError
from agreement.matching.pictures import Grey

PACE = 0.2
"""Seconds between the frames that are compared."""

WIDTH = 256
MOST_COMPARED = 8

SAME_MOTION = 0.7
"""The least correlation of what moves from one frame to the next."""

MOST_APART = 10.0
"""Grey levels (rms) by which transcoded frames may differ."""

STILL = 0.4
"""Grey levels (rms) from frame to frame below which nothing moves: then nothing tells such clips apart."""

SURE = 0.75
FEWEST = 3
"""Frames: between two of them things move or do not, in thousands of places."""


LOOKS = "It looks like this journal video, but {}."
FOUND = "It became this journal video: the same things move at the same moments, and no other clip comes as near."


@dataclass(frozen=True, slots=True)
class Rival:
    """One clip that was watched beside the journal's."""

    name: str
    frames: Grey
    apart: float
    motion: float


def decide_clip(picture: Picture, near: Sequence[str], photos: Mapping[str, Photo], gone: AbstractSet[str]) -> Contest:
    """Decide one journal video; `near` are clips that may be it, those of `gone` have left the tablet."""
    here = [name for name in near if name not in gone][:MOST_COMPARED]
    size = size_of(picture)
    try:
        copy = seen(picture, size)
    except UndecodableError as reason:
        return asked(picture, here, f"the journal's cannot be compared: {reason}")
    if copy is None:
        return asked(picture, here, "the journal's is not at hand to be compared")
    times, frames = copy
    rivals = [rival for name in here if (rival := watch(frames, photos[name], times, size)) is not None]
    rivals.sort(key=lambda rival: -rival.motion)
    but = doubt(frames, rivals, unseen=len(near) > MOST_COMPARED, gone=any(name in gone for name in near))
    if but:
        return asked(picture, here, but)
    return Contest(picture.id, (rivals[0].name,), round(rivals[0].motion, 3), FOUND)


def doubt(copy: Grey, rivals: Sequence[Rival], *, unseen: bool, gone: bool) -> str:
    """What speaks against the clip that moves most like the journal's; empty where nothing does."""
    if energy(copy) < STILL:
        return "nothing moves in it by which to know it"
    if not rivals or not fits(rivals[0]):
        return "the journal's was cut or changed, or is another clip of the same scene"
    if unseen or any(preferred(copy, rivals[0], other) < SURE for other in rivals[1:]):
        return "another clip on the tablet is as like it"
    return "another clip like it has left the tablet, and the journal's may be that one" if gone else ""


def size_of(picture: Picture) -> tuple[int, int]:
    """The size at which frames are compared: small, and no larger than the journal's."""
    width = min(WIDTH, picture.known.width)
    return width, max(8, round(picture.known.height * width / picture.known.width))


def seen(picture: Picture, size: tuple[int, int]) -> tuple[Sequence[float], Grey] | None:
    """A journal video's moments and its frames; None where it is not at hand. Raises UndecodableError."""
    source = picture.pixels()
    if source is None:
        return None
    with source:
        times, frames = paced(source, PACE, size)
    return times, np.stack(frames)


def watch(copy: Grey, photo: Photo, times: Sequence[float], size: tuple[int, int]) -> Rival | None:
    """Watch one clip beside the journal's; None where it is not here, does not decode, or is too short."""
    source = photo.pixels()
    if source is None:
        return None
    try:
        with source:
            frames = watched(source, times, size)
    except UndecodableError:
        return None
    if min(len(frames), len(copy)) < FEWEST:
        return None
    count = min(len(frames), len(copy))
    ours, theirs = np.stack(frames[:count]), copy[:count]
    apart = float(np.median(np.sqrt(np.square(ours - theirs).mean(axis=(1, 2)))))
    return Rival(photo.id, ours, apart, same_motion(ours, theirs))


def same_motion(ours: Grey, theirs: Grey) -> float:
    """The correlation of what changes from frame to frame, from -1 to 1."""
    mine, other = np.diff(ours, axis=0), np.diff(theirs, axis=0)
    lengths = float(np.sqrt(np.square(mine).sum() * np.square(other).sum()))
    return float((mine * other).sum()) / lengths if lengths else 0.0


def energy(frames: Grey) -> float:
    """How much changes from frame to frame, in grey levels (rms)."""
    return float(np.sqrt(np.square(np.diff(frames, axis=0)).mean()))


def fits(rival: Rival) -> bool:
    """Tell whether a clip could have become the journal's."""
    return rival.motion >= SAME_MOTION and rival.apart <= MOST_APART


def preferred(copy: Grey, winner: Rival, other: Rival) -> float:
    """The matched filter over all frames: near 1 where the copy was made of the winner, near 0 where of the other."""
    count = min(len(copy), len(winner.frames), len(other.frames))
    step = winner.frames[:count] - other.frames[:count]
    length = float(np.square(step).sum())
    return float(((copy[:count] - other.frames[:count]) * step).sum()) / length if length else 0.0


def asked(picture: Picture, names: Sequence[str], but: str) -> Contest:
    """A question about every one of these clips."""
    return Contest(picture.id, doubtful=tuple((name, LOOKS.format(but), 0.0) for name in names))
