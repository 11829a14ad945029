"""The fingerprint of a still picture: its PDQ, that of its parts where asked for, and what its metadata tells."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO

from PIL import ExifTags, Image

from agreement.matching.known import Fingerprint, Kind
from agreement.matching.parts import parts_of
from agreement.matching.pdq import pdq
from agreement.matching.pictures import as_array, grey_image, opened, turned_size

SIDE = 512
"""Pixels of the side that PDQ is taken from; the published tools reduce to the same."""

_ZONE = re.compile(r"([+-])(\d\d):(\d\d)")


def fingerprint_of_picture(source: BinaryIO, *, parts: bool = False) -> Fingerprint:
    """Take the fingerprint of a picture. Raises UndecodableError."""
    with opened(source) as image:
        width, height = turned_size(image)
        taken, moment = taken_at(image), moment_of(image)
        small = grey_image(image, SIDE).resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)
        bits, quality = pdq(as_array(small))
        own = parts_of(small) if parts else b""
    return Fingerprint(Kind.PICTURE, width, height, bits, quality, taken=taken, parts=own, moment=moment)


def taken_at(image: Image.Image) -> datetime | None:
    """When the picture was taken, by its EXIF: with parts of a second, and in UTC where a zone is told."""
    details = image.getexif().get_ifd(ExifTags.IFD.Exif)
    text = str(details.get(ExifTags.Base.DateTimeOriginal, "")).strip("\0 ")
    try:
        moment = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    parts = str(details.get(ExifTags.Base.SubsecTimeOriginal, "")).strip("\0 ")
    if parts.isascii() and parts.isdigit():
        moment += timedelta(seconds=float(f"0.{parts}"))
    return in_utc(moment, str(details.get(ExifTags.Base.OffsetTimeOriginal, "")))


def in_utc(moment: datetime, zone: str) -> datetime:
    """Apply the zone that EXIF tells, "+01:00", where it tells one."""
    told = _ZONE.match(zone)
    if not told:
        return moment
    sign = -1 if told[1] == "-" else 1
    minutes = min(int(told[2]) * 60 + int(told[3]), 24 * 60 - 1)
    return moment.replace(tzinfo=timezone(sign * timedelta(minutes=minutes))).astimezone(UTC)


def moment_of(image: Image.Image) -> str:
    """Apple's content identifier from the maker's note; empty where there is none."""
    note = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.MakerNote, b"")
    if not isinstance(note, bytes) or not note.startswith(b"Apple iOS"):
        return ""
    told = re.search(rb"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}", note)
    return told[0].decode("ascii") if told else ""
