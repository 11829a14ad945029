"""The fingerprint of a still picture: its PDQ, the PDQ of its parts and turns, and what its metadata tells."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image

from agreement.matching.known import Fingerprint, Kind
from agreement.matching.pdq import SAMPLES, hash_of, pdq
from agreement.matching.pictures import as_array, grey_image, opened, turned_size

SIDE = 512
"""Pixels of the side that PDQ is taken from; the published tools reduce to the same."""

CROPS = (
    *((0.5, 0.5, s, s) for s in (0.92, 0.84, 0.76, 0.68, 0.6)),
    *((x, y, 0.8, 0.8) for x in (0.4, 0.6) for y in (0.4, 0.6)),
    *((x, y, s, t) for x, y, s, t in ((0.5, 0.5, 0.75, 1.0), (0.5, 0.5, 1.0, 0.75), (0.5, 0.5, 0.5625, 1.0))),
    *(
        (x, y, s, t)
        for x, y, s, t in ((0.45, 0.5, 0.9, 1), (0.55, 0.5, 0.9, 1), (0.5, 0.45, 1, 0.9), (0.5, 0.55, 1, 0.9))
    ),
)
"""Parts whose PDQ is kept: middle (x, y), width and height, as parts of the whole."""

LEANS = (-6.0, -3.0, 3.0, 6.0)
"""Degrees of a picture that was set straight."""

_ZONE = re.compile(r"([+-])(\d\d):(\d\d)")


def fingerprint_of_picture(source: BinaryIO) -> Fingerprint:
    """Take the fingerprint of a picture. Raises UndecodableError."""
    with opened(source) as image:
        width, height = turned_size(image)
        taken = taken_at(image)
        grey = grey_image(image, SIDE)
        small = grey.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)
        bits, quality = pdq(as_array(small))
        return Fingerprint(
            Kind.PICTURE, width, height, bits, quality, taken=taken, views=views_of(small), moment=moment_of(image)
        )


def views_of(small: Image.Image) -> tuple[bytes, ...]:
    """The PDQ of a picture's parts, of its quarter turns and mirror, and of it leaning. `small` is square."""
    whole = as_array(small.resize((SAMPLES, SAMPLES), Image.Resampling.BILINEAR))
    turns = [np.rot90(whole, k) for k in (1, 2, 3)] + [whole[:, ::-1]]
    parts = [small.resize((SAMPLES, SAMPLES), Image.Resampling.BILINEAR, box=box_of(crop)) for crop in CROPS]
    leaning = [small.rotate(lean, Image.Resampling.BILINEAR) for lean in LEANS]
    inner = box_of((0.5, 0.5, 0.86, 0.86))
    parts += [one.resize((SAMPLES, SAMPLES), Image.Resampling.BILINEAR, box=inner) for one in leaning]
    return tuple(hash_of(samples) for samples in (*turns, *map(as_array, parts)))


def box_of(crop: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """A part's edges in a picture of `SIDE`: left, top, right, bottom; kept inside."""
    x, y, width, height = crop
    left, top = (max(0.0, min(1 - size, middle - size / 2)) for middle, size in ((x, width), (y, height)))
    return left * SIDE, top * SIDE, (left + width) * SIDE, (top + height) * SIDE


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
