"""What is known of a picture or video: its kind, and the few hundred bytes by which its looks are known again."""

import re
from datetime import datetime
from enum import StrEnum

import msgspec

HEAD = 64
"""Bytes that tell what a file is."""


class Kind(StrEnum):
    """What a file is, by its content."""

    PICTURE = "picture"
    VIDEO = "video"


class UndecodableError(Exception):
    """The file cannot be read as a picture or video; one plain sentence says why."""


class Frame(msgspec.Struct, frozen=True):
    """One sampled frame of a video: seconds from its start, and its PDQ."""

    at: float
    pdq: bytes


class Fingerprint(msgspec.Struct, frozen=True):
    """A picture or video, known by its looks.

    Width and height are pixels, after the orientation was applied. `pdq` is 32 bytes, for a video that of the frame in
    its middle; `quality` from 0 to 100 tells how much there is to go by. `parts`, where it was asked for, are the PDQ
    of the picture's parts and of it turned, so that a copy that was cropped or turned can be found (parts.py).
    `duration` is seconds. `taken` is the moment that the file's own metadata tells; where it tells no time zone it is
    read as UTC.
    """

    kind: Kind
    width: int
    height: int
    pdq: bytes
    quality: int
    duration: float = 0.0
    frames: tuple[Frame, ...] = ()
    taken: datetime | None = None
    parts: bytes = b""
    moment: str = ""
    """Apple's content identifier, which a live photo's still and clip share; empty where there is none."""


_PICTURE_HEADS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM")
_STILL_BRANDS = re.compile(rb"(heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis|miaf)")
_VIDEO_ATOMS = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_MATROSKA = b"\x1a\x45\xdf\xa3"


def kind_of(head: bytes) -> Kind | None:
    """Tell by the first `HEAD` bytes what a file is; None where it is no picture or video that is known here."""
    if head.startswith(_PICTURE_HEADS):
        return Kind.PICTURE
    if head[:4] == b"RIFF":
        return {b"WEBP": Kind.PICTURE, b"AVI ": Kind.VIDEO}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return Kind.PICTURE if _STILL_BRANDS.match(head[8:12]) else Kind.VIDEO
    if head[4:8] in _VIDEO_ATOMS or head.startswith(_MATROSKA):
        return Kind.VIDEO
    return None
