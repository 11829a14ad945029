"""A fingerprint is the same however a file holds its picture, and no file can do harm by being read."""

import io
import struct
import zlib
from datetime import UTC, datetime

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from agreement.matching.fingerprints import HEAD, Fingerprint, Kind, UndecodableError, fingerprint, kind_of
from tests.agreement.matching.cast import encoded, picture

TURNS = {
    1: [],
    2: [Image.Transpose.FLIP_LEFT_RIGHT],
    3: [Image.Transpose.ROTATE_180],
    4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE],
    6: [Image.Transpose.ROTATE_90],
    7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_270],
}
"""How a camera that was held so stores the picture, by its EXIF orientation."""

SAME = 12
"""Bits: encoding a small picture in another format moves a few."""


def taken(data: bytes) -> Fingerprint:
    """The fingerprint of a file in memory."""
    return fingerprint(io.BytesIO(data), Kind.PICTURE)


def apart(one: Fingerprint, other: Fingerprint) -> int:
    """Bits in which two differ."""
    return sum((a ^ b).bit_count() for a, b in zip(one.pdq, other.pdq, strict=True))


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_orientation_is_applied_once_in_every_format(orientation: int, kind: str) -> None:
    upright = picture("roses", 600)
    stored = upright
    for turn in TURNS[orientation]:
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    sink = io.BytesIO()
    stored.save(sink, kind, exif=exif, quality=95)
    found = taken(sink.getvalue())
    assert (found.width, found.height) == upright.size
    assert apart(found, taken(encoded(upright, quality=95))) <= SAME


@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_the_orientation_is_applied_once_in_heic(orientation: int) -> None:
    upright = picture("roses", 600)
    stored = upright
    for turn in TURNS[orientation]:
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    sink = io.BytesIO()
    pillow_heif.from_pillow(stored).save(sink, quality=90, exif=exif.tobytes())
    found = taken(sink.getvalue())
    assert kind_of(sink.getvalue()[:HEAD]) is Kind.PICTURE
    assert (found.width, found.height) == upright.size
    assert apart(found, taken(encoded(upright, quality=95))) <= SAME


def stored_as(mode: str) -> bytes:
    """The roses in another colour model."""
    roses, sink = picture("roses", 600), io.BytesIO()
    if mode == "16 bits":
        levels = np.asarray(roses.convert("L")).astype(np.uint16) * 257
        Image.fromarray(levels).save(sink, "PNG")
    elif mode == "alpha":
        roses.convert("RGBA").save(sink, "PNG")
    elif mode == "palette":
        roses.quantize(256).save(sink, "PNG")
    elif mode == "progressive":
        roses.save(sink, "JPEG", quality=90, progressive=True)
    elif mode == "profile":
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        roses.save(sink, "JPEG", quality=90, icc_profile=profile.tobytes())
    else:
        roses.convert(mode).save(sink, "JPEG", quality=90)
    return sink.getvalue()


@pytest.mark.parametrize("mode", ["L", "CMYK", "16 bits", "alpha", "palette", "progressive", "profile"])
def test_the_colour_model_does_not_matter(mode: str) -> None:
    assert apart(taken(stored_as(mode)), taken(encoded(picture("roses", 600)))) <= 2 * SAME


def test_the_capture_time_is_told_with_parts_of_a_second_and_in_utc() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2026:11:24 09:30:05", 0x9291: "25", 0x9011: "+01:00"})
    sink = io.BytesIO()
    picture("roses", 300).save(sink, "JPEG", exif=exif)
    assert taken(sink.getvalue()).taken == datetime(2026, 11, 24, 8, 30, 5, 250_000, tzinfo=UTC)


@pytest.mark.parametrize("told", ["", "0000:00:00 00:00:00", "yesterday", "2026:13:45 99:00:00"])
def test_a_capture_time_that_makes_no_sense_is_none(told: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = told
    sink = io.BytesIO()
    picture("roses", 300).save(sink, "JPEG", exif=exif)
    assert taken(sink.getvalue()).taken is None


def chunk(kind: bytes, data: bytes) -> bytes:
    """A piece of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb() -> bytes:
    """A PNG of a few bytes that claims to be a hundred thousand pixels wide and high."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


HOSTILE = {
    "nothing": (b"", "damaged"),
    "a bare head": (b"\xff\xd8\xff\xe0", "damaged"),
    "text": (b"not a picture at all", "damaged"),
    "cut short": (encoded(picture("roses", 600))[:9000], "cut short"),
    "a bomb": (bomb(), "more than is decoded here"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_cannot_be_decoded_says_so_in_a_sentence(what: str) -> None:
    data, why = HOSTILE[what]
    with pytest.raises(UndecodableError, match=why):
        taken(data)


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_never_raises_anything_else(seed: int) -> None:
    dice = np.random.default_rng(seed)
    data = bytearray(encoded(picture("roses", 300), kind=["JPEG", "PNG", "WEBP"][seed % 3]))
    for at in dice.integers(0, len(data), 12):
        data[at] = int(dice.integers(0, 256))
    try:
        assert taken(bytes(data)).width > 0
    except UndecodableError as reason:
        assert str(reason)  # noqa: PT017 - both ends are allowed, and no third


HEADS = {
    b"\xff\xd8\xff\xe1": Kind.PICTURE,
    b"\x89PNG\r\n\x1a\n": Kind.PICTURE,
    b"RIFF\0\0\0\0WEBPVP8 ": Kind.PICTURE,
    b"\0\0\0\x18ftypheic": Kind.PICTURE,
    b"\0\0\0\x18ftypmif1": Kind.PICTURE,
    b"\0\0\0\x14ftypqt  ": Kind.VIDEO,
    b"\0\0\0\x18ftypmp42": Kind.VIDEO,
    b"\0\0\0\x18ftyp3gp4": Kind.VIDEO,
    b"\x1a\x45\xdf\xa3": Kind.VIDEO,
    b"RIFF\0\0\0\0AVI LIST": Kind.VIDEO,
    b"RIFF\0\0\0\0WAVEfmt ": None,
    b"%PDF-1.7": None,
    b"MZ": None,
    b"": None,
}


@pytest.mark.parametrize("head", HEADS, ids=repr)
def test_a_file_is_known_by_its_content(head: bytes) -> None:
    assert kind_of(head.ljust(HEAD, b"\0")) is HEADS[head]
