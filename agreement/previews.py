"""Whether a small preview, whose name says nothing, shows a photo that has left: by what is kept of their looks.

A wrong answer costs a preview, which its program makes again, and never a photo; a missing one leaves a picture behind.
So a preview goes when it is near to a photo that left, and to none that is still here.
"""

from collections.abc import Collection, Iterable

import msgspec

NEAR = 31
"""Bits of 256 in which two fingerprints of one picture may differ: what PDQ's authors advise (Meta, ThreatExchange)."""

CLEAR = 50
"""The least PDQ quality, of 100: below, pictures have too little in them to be told apart."""


class Looks(msgspec.Struct, frozen=True):
    """What a fingerprint says of a picture, as agreement.matching writes it. Width and height are pixels."""

    kind: str
    width: int
    height: int
    pdq: bytes
    quality: int


def looks(fingerprint: bytes | None) -> Looks | None:
    """Read a fingerprint (JSON); None where there is none, or nothing that a preview could be known by."""
    if not fingerprint:
        return None
    try:
        read = msgspec.json.decode(fingerprint, type=Looks)
    except msgspec.MsgspecError:
        return None
    return read if read.quality >= CLEAR and min(read.width, read.height) > 0 else None


def shows(preview: Looks, left: Iterable[Looks], here: Collection[Looks]) -> bool:
    """Tell whether a preview shows one of the photos that left, and none of those that are here."""
    if any(is_near(preview, photo) for photo in here):
        return False
    return any(is_near(preview, photo) and same_shape(preview, photo) for photo in left if photo.kind == "picture")


def is_near(one: Looks, other: Looks) -> bool:
    """Tell whether two may be one picture, by their bits alone."""
    return (int.from_bytes(one.pdq) ^ int.from_bytes(other.pdq)).bit_count() <= NEAR


def same_shape(one: Looks, other: Looks) -> bool:
    """Tell whether two have the same ratio of sides, within one part in a hundred and the rounding of a pixel."""
    slack = 0.01 + 1 / min(one.width, one.height, other.width, other.height)
    return abs(one.width * other.height / (one.height * other.width) - 1) <= slack
