"""One journal picture, and every tablet photo that it may be: which of them became it, if that is certain."""

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from PIL import Image

from agreement.matching.judgement import Contest, Photo, Picture, score_of
from agreement.matching.known import UndecodableError
from agreement.matching.likeness import (
    Copy,
    Scaled,
    brought_to,
    copy_of,
    detail_of,
    likeness,
    photo_of,
    photo_on_screen,
    preference,
    strangeness,
    with_unevenness,
)
from agreement.matching.pictures import Grey, as_array
from agreement.matching.shortlist import CLEAR, same_shape

GLANCE = (64, 64)
"""Size at which photos are looked at first: encoders leave less than one grey level there."""

MOST_COMPARED = 12
"""Photos that are compared closely with one picture. Where more are as like it at a glance, nothing is certain."""

ALIKE, TIMES_ALIKE = 3.0, 2.5
"""Grey levels at a glance up to which a photo is compared closely, and the same as a multiple of the best one's."""

ROUGHLY = 8.0
"""The strangeness up to which a rough scaler may be all that makes a photo strange."""

SURE, MOST = 0.7, 1.2
"""The least preference by which a photo beats another; and the most: beyond, the picture was made of neither."""

NO_TELLING = 1.7
"""The strangeness up to which another photo is so nearly the picture that one which has left may be it just as well."""

DETAILED = 24
"""The fewest tiles in which fine detail outlived the encoder, where PDQ, which sees only the coarse, is unclear."""

KEPT_DECODED = 6
SAME = 1.0
"""Grey levels: two photos that nowhere differ by more are one picture."""

LOOKS = "It looks like this journal picture, but {}."
EDITED = LOOKS.format("the journal's was cropped, turned or changed, or is another photo of the same moment")
UNCLEAR = LOOKS.format("there is too little in either to tell it from others")
RIVAL = LOOKS.format("another photo on the tablet is nearly as like it")
CROWD = LOOKS.format("so do many other photos on the tablet")
GONE = LOOKS.format("another photo of the same moment has left the tablet, and the journal's may be that one")
FOUND = "It became this journal picture: nothing differs but scaling and encoding, and no other photo comes as near."


@dataclass(frozen=True, slots=True)
class Rival:
    """One photo that was compared closely."""

    name: str
    scaled: Scaled
    strangeness: float


class Decoded:
    """The photos' pixels, decoded when needed; a few are kept, and a glance at each."""

    def __init__(self, photos: Mapping[str, Photo]) -> None:
        self.photos = photos
        self.broken: dict[str, str] = {}
        self._kept: OrderedDict[str, Image.Image] = OrderedDict()
        self._glances: dict[str, Grey] = {}

    def full(self, name: str) -> Image.Image | None:
        """A photo as greys; None where its pixels are not here, or do not decode."""
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name]
        image = self._decode(name, photo_of)
        if image is not None:
            self._kept[name] = image
            if len(self._kept) > KEPT_DECODED:
                self._kept.popitem(last=False)
        return image

    def _decode(self, name: str, how: Callable[[BinaryIO], Image.Image | None]) -> Image.Image | None:
        source = None if name in self.broken else self.photos[name].pixels()
        if source is None:
            return None
        try:
            with source:
                return how(source)
        except UndecodableError as reason:
            self.broken[name] = str(reason)
            return None

    def glance(self, name: str) -> Grey | None:
        """A photo in 64×64 greys; None where its pixels are not here."""
        if name not in self._glances:
            image = self.full(name)
            if image is None:
                return None
            self._glances[name] = glance_at(image)
        return self._glances[name]

    def beside(self, picture: Picture, copy: Copy, name: str) -> Rival | None:
        """Compare one photo closely; None where it cannot have become the picture, by its shape or size."""
        image, known = self.full(name), self.photos[name].known
        height, width = copy.grey.shape
        if image is None or not same_shape(known, picture.known) or image.width < width or image.height < height:
            return None
        plain = rival_of(name, brought_to(image, copy), copy)
        if plain.strangeness <= 1:
            return plain
        shown = self._decode(name, photo_on_screen)
        others = [] if shown is None else [rival_of(name, brought_to(shown, copy), copy)]
        return least_strange([*others, plain], copy)


def rival_of(name: str, scaled: Scaled, copy: Copy) -> Rival:
    """A photo at the copy's size, measured."""
    return Rival(name, scaled, strangeness(likeness(copy, scaled)))


def least_strange(rivals: Sequence[Rival], copy: Copy) -> Rival:
    """Of one photo looked at in several ways the likest, as a rough scaler may have left it where that helps."""
    best = min(rivals, key=lambda rival: rival.strangeness)
    if not 1 < best.strangeness <= ROUGHLY:
        return best
    rough = rival_of(best.name, with_unevenness(best.scaled, copy), copy)
    return min(best, rough, key=lambda rival: rival.strangeness)


def glance_at(image: Image.Image) -> Grey:
    """A picture in 64×64 greys."""
    return as_array(image.resize(GLANCE, Image.Resampling.BOX))


def decide(picture: Picture, near: Sequence[str], decoded: Decoded, stand_ins: Mapping[str, Picture | None]) -> Contest:
    """Decide one journal picture. `near` are photos that may be it; those of `stand_ins` have left the tablet.

    A stand-in is the journal's copy of a photo that has left, where it is at hand.
    """
    try:
        copy = opened_copy(picture)
    except UndecodableError as reason:
        return asked_all(picture, near, f"It may be this journal picture, which cannot be compared: {reason}.")
    here = [name for name in near if name not in stand_ins]
    glances = {name: glance for name in here if (glance := decoded.glance(name)) is not None}
    if copy is None or not glances:
        return asked_all(picture, here, "It may be this journal picture, which is not at hand to be compared.")
    likely = likeliest(glance_at(Image.fromarray(copy.grey)), glances)
    if len(likely) > MOST_COMPARED:
        return asked_some(picture, likely[:MOST_COMPARED], (), CROWD)
    compared = [rival for name in likely if (rival := decoded.beside(picture, copy, name)) is not None]
    compared.sort(key=lambda rival: rival.strangeness)
    winners = beating(copy, compared)
    why = doubt(copy, compared, winners, stand_ins)
    if compared and unclear(copy, picture, decoded.photos[compared[0].name]):
        why = UNCLEAR
    if why:
        return asked_some(picture, likely, compared, why)
    names = tuple(rival.name for rival in winners)
    return Contest(picture.id, names, score_of(winners[0].strangeness), FOUND)


def doubt(
    copy: Copy, compared: Sequence[Rival], winners: Sequence[Rival], stand_ins: Mapping[str, Picture | None]
) -> str:
    """What speaks against the winners; empty where nothing does."""
    if not compared or compared[0].strangeness > 1:
        return EDITED
    if not winners:
        return RIVAL
    return GONE if any(may_be(copy, winners[0], standing) for standing in stand_ins.values()) else ""


def opened_copy(picture: Picture) -> Copy | None:
    """Decode a journal picture; None where it is not at hand. Raises UndecodableError."""
    source = picture.pixels()
    if source is None:
        return None
    with source:
        return copy_of(source)


def likeliest(wanted: Grey, glances: Mapping[str, Grey]) -> list[str]:
    """The photos that are worth a close look, the likest first."""
    names = list(glances)
    apart = np.sqrt(np.square(np.stack([glances[name] for name in names]) - wanted).mean(axis=(1, 2)))
    order = np.argsort(apart, kind="stable")
    most = max(ALIKE, TIMES_ALIKE * float(apart[order[0]]))
    return [names[at] for at in order if apart[at] <= most]


def unclear(copy: Copy, picture: Picture, photo: Photo) -> bool:
    """Tell whether there is too little in a picture to tell it by: for PDQ, and in what its encoder kept."""
    return min(picture.known.quality, photo.known.quality) < CLEAR and detail_of(copy) < DETAILED


def beating(copy: Copy, compared: Sequence[Rival]) -> list[Rival]:
    """The photo that beats every other, with those that are the same picture; empty where none does."""
    for rival in compared:
        if rival.strangeness > 1:
            break
        others = [other for other in compared if other is not rival]
        same = [other for other in others if identical(rival, other)]
        if all(other in same or (other.strangeness > NO_TELLING and beats(copy, rival, other)) for other in others):
            return [rival, *same]
    return []


def beats(copy: Copy, rival: Rival, other: Rival) -> bool:
    """Tell whether the picture was made of one photo and not of the other."""
    return SURE <= preference(copy, rival.scaled, other.scaled) <= MOST


def identical(one: Rival, other: Rival) -> bool:
    """Tell whether two photos are one picture, to the last grey."""
    return float(np.abs(one.scaled.grey - other.scaled.grey).max()) <= SAME


def may_be(copy: Copy, winner: Rival, standing: Picture | None) -> bool:
    """Tell whether a photo that has left may be the picture after all, as its stand-in shows."""
    try:
        other = None if standing is None else opened_copy(standing)
    except UndecodableError:
        other = None  # unknown, so it may be
    if other is None or other.grey.shape[0] < copy.grey.shape[0] or other.grey.shape[1] < copy.grey.shape[1]:
        return True
    brought = brought_to(Image.fromarray(np.rint(other.grey).astype(np.uint8)), copy)
    apart, mine = (float(np.square(copy.grey - each.grey).mean()) for each in (brought, winner.scaled))
    favour = preference(copy, winner.scaled, brought)
    return math.isnan(favour) or favour < SURE or apart < 4 * mine


def asked_all(picture: Picture, names: Sequence[str], why: str) -> Contest:
    """A question about every one of these photos."""
    return Contest(picture.id, doubtful=tuple((name, why, 0.0) for name in names))


def asked_some(picture: Picture, likely: Sequence[str], compared: Sequence[Rival], why: str) -> Contest:
    """A question about the photos that are likest; those that were compared closely have a score."""
    scores = {rival.name: score_of(rival.strangeness) for rival in compared}
    return Contest(picture.id, doubtful=tuple((name, why, scores.get(name, 0.0)) for name in likely))
