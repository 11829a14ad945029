"""Small pictures for people: upright, in colour, of a bounded size, and with nothing of the original's metadata."""

import io
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
import pytest
from PIL import ExifTags, Image

from agreement.matching.known import HEAD, Kind, UndecodableError, kind_of
from agreement.matching.thumbnails import thumbnail

SIDE = 480
PHOTOS = Path(__file__).parents[2] / "data/photos"
RED, BLUE = (200, 30, 30), (30, 30, 200)
SECRET = "Larkfield, by the pond"


def two_colours(size: tuple[int, int] = (900, 600), mode: str = "RGB") -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, *size))
    return image.convert(mode)


def written(image: Image.Image, form: str, **how: object) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, form, **how)
    return file


def small(file: io.BytesIO, kind: Kind = Kind.PICTURE) -> Image.Image:
    image = Image.open(io.BytesIO(drawn(file, kind)))
    image.load()
    return image


def drawn(file: BinaryIO, kind: Kind = Kind.PICTURE) -> bytes:
    """The small picture's bytes."""
    into = io.BytesIO()
    thumbnail(file, kind, SIDE, into)
    return into.getvalue()


def is_red(image: Image.Image, x: float, y: float) -> bool:
    """Tell whether the pixel there, in parts of the whole, is more red than blue."""
    red, _, blue = image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))  # type: ignore[misc]  # a tuple for RGB
    return bool(red > blue)


@pytest.mark.parametrize(
    ("form", "mode"),
    [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("HEIF", "RGB"), ("GIF", "P")],
)
def test_every_kind_of_picture_becomes_a_small_jpeg_in_colour(form: str, mode: str) -> None:
    image = small(written(two_colours(mode=mode), form))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (480, 320))
    assert is_red(image, 0.5, 0.1)
    assert not is_red(image, 0.5, 0.9)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_upright(orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = two_colours()
    if orientation in undo:
        stored = stored.transpose(undo[orientation])
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image = small(written(stored, "JPEG", exif=exif))
    assert image.size == (480, 320)
    assert is_red(image, 0.5, 0.1)
    assert not is_red(image, 0.5, 0.9)


def test_nothing_of_the_metadata_comes_along() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = SECRET
    for form in ("JPEG", "PNG", "WEBP"):
        body = drawn(written(two_colours(), form, exif=exif, comment=SECRET.encode()))
        assert SECRET.encode() not in body
        assert b"Exif" not in body


def test_sixteen_bits_and_small_pictures_are_no_trouble() -> None:
    grey = Image.fromarray(np.linspace(0, 65535, 30 * 20).astype(np.uint16).reshape(20, 30))
    assert small(written(grey, "PNG")).size == (30, 20)


def test_a_real_photo_is_a_few_kilobytes() -> None:
    with (PHOTOS / "tractor.jpg").open("rb") as file:
        assert kind_of(file.read(HEAD)) is Kind.PICTURE
        body = drawn(file)
    assert len(body) < 100_000
    assert max(Image.open(io.BytesIO(body)).size) == SIDE


def clip() -> io.BytesIO:
    """Two seconds, red above and blue below."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for _ in range(20):
            pixels = np.asarray(two_colours((640, 480)))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return file


def test_a_video_is_shown_by_a_frame() -> None:
    image = small(clip(), Kind.VIDEO)
    assert (image.format, image.size) == ("JPEG", (480, 360))
    assert is_red(image, 0.5, 0.1)
    assert not is_red(image, 0.5, 0.9)


@pytest.mark.parametrize("body", [b"", b"\xff\xd8\xff\xe0 nothing", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"x" * 500])
@pytest.mark.parametrize("kind", Kind)
def test_what_is_no_picture_is_refused_in_words(body: bytes, kind: Kind) -> None:
    with pytest.raises(UndecodableError, match=r"\w+ \w+"):
        drawn(io.BytesIO(body), kind)
