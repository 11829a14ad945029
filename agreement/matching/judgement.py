"""What is judged, and what is answered: photos, journal pictures, and a verdict with its reason."""

from collections.abc import Callable
from enum import StrEnum
from typing import BinaryIO

import msgspec

from agreement.matching.known import Fingerprint

Opener = Callable[[], BinaryIO | None]
"""Gives a seekable file, opened anew; None where the pixels are not here (any more)."""


class Verdict(StrEnum):
    """Whether a tablet photo is in the journal."""

    ADDED = "added"
    NOT_ADDED = "not_added"
    ASK = "ask"


class Photo(msgspec.Struct, frozen=True):
    """A tablet photo. `digest` is the SHA-256 of its bytes, in hex. Of one that has left, `pixels` gives None."""

    id: str
    known: Fingerprint
    pixels: Opener
    digest: str = ""


class Picture(msgspec.Struct, frozen=True):
    """A journal picture. Its id is the SHA-256 of its bytes, in hex, so that it is the same in a later export."""

    id: str
    known: Fingerprint
    pixels: Opener


class Judgement(msgspec.Struct, frozen=True):
    """The verdict on one photo, and one plain sentence why.

    `picture` is the journal picture that it is, or the likeliest to be asked about; `pictures` are all to be shown
    beside it. `score` goes from 0 to 1; from 0.5 up the photo could have become that picture.
    """

    photo: str
    verdict: Verdict
    picture: str | None
    why: str
    score: float = 0.0
    pictures: tuple[str, ...] = ()


class Contest(msgspec.Struct, frozen=True):
    """What came of one journal picture: who it is, with certainty, or who it may be.

    `winners` are several only where they are the same picture to the last grey. `doubtful` are photos to be asked
    about, each with its reason and score. Neither: it is none of them.
    """

    picture: str
    winners: tuple[str, ...] = ()
    score: float = 0.0
    why: str = ""
    doubtful: tuple[tuple[str, str, float], ...] = ()


def score_of(strangeness: float) -> float:
    """A score from 0 to 1: a half where the strangeness is at its limit."""
    return round(max(0.0, 1 - strangeness / 2), 3)
