"""Pictures as greys: decoded within bounds, orientation applied once and always, whatever the format.

Grey is what JPEG keeps as its own channel, so most files never have their colours decoded.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageFile, ImageOps

from agreement.matching.known import UndecodableError

Grey = NDArray[np.float32]

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP")
MOST_PIXELS = 120_000_000
"""Larger than any tablet's camera; what claims more is a bomb or a poster."""

Image.MAX_IMAGE_PIXELS = None  # judged below, before a pixel is decoded
ImageFile.LOAD_TRUNCATED_IMAGES = False
pillow_heif.register_heif_opener(thumbnails=False)
Image.init()

SCREEN = ImageCms.createProfile("sRGB")
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")


@contextmanager
def opened(source: BinaryIO) -> Iterator[Image.Image]:
    """Open a picture without decoding it. Raises UndecodableError, then and for whatever its decoding raises."""
    try:
        source.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a torn EXIF block is no reason to refuse a picture
            with Image.open(source, formats=FORMATS) as image:
                check_size(image)
                yield image
    except UndecodableError:
        raise
    except MemoryError as full:
        msg = "it needs more memory to decode than is given to it"
        raise UndecodableError(msg) from full
    except Exception as broken:  # a hostile file may raise anything in a decoder
        raise UndecodableError(in_words(broken)) from broken


def check_size(image: Image.Image) -> None:
    """Refuse a picture that is too large to decode, or has no area. Raises UndecodableError."""
    if image.width * image.height > MOST_PIXELS:
        msg = f"it claims {image.width}×{image.height} pixels, more than is decoded here"
        raise UndecodableError(msg)
    if not image.width or not image.height:
        msg = "it has no pixels"
        raise UndecodableError(msg)


def in_words(broken: Exception) -> str:
    """Why a picture does not decode, for a person."""
    if isinstance(broken, OSError) and "truncated" in str(broken):
        return "the file is cut short"
    return "the file is damaged, or no picture of a kind that is known here"


def turned_size(image: Image.Image) -> tuple[int, int]:
    """Width and height after the orientation is applied."""
    return (image.height, image.width) if is_sideways(image) else (image.width, image.height)


def is_sideways(image: Image.Image) -> bool:
    """Tell whether the orientation turns the picture by a quarter."""
    return image.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)


def grey_image(image: Image.Image, least: int | None = None) -> Image.Image:
    """The picture as greys, upright. With `least`, a JPEG may come smaller, its shorter side that long at the least."""
    if image.format in {"JPEG", "MPO"} and image.mode in {"RGB", "L"}:
        shrink = 1.0 if least is None else max(1.0, min(image.size) / least)
        image.draft("L", (int(image.width / shrink), int(image.height / shrink)))
    return greyed(ImageOps.exif_transpose(image))


def grey_by_colours(image: Image.Image) -> Image.Image:
    """The same in full size, by way of the colours, as whoever makes a copy sees them.

    A camera's JPEG holds colours that no screen can show; they are cut off on the way, which changes the grey.
    """
    return greyed(ImageOps.exif_transpose(image))


class Held:
    """Bytes that are read as a file, for a library that takes none otherwise."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, size: int = -1) -> bytes:
        """All of them."""
        del size
        return self._content


def grey_on_screen(image: Image.Image) -> Image.Image | None:
    """The same with the picture's own colour profile applied, as some who make copies do; None where it has none.

    A profile that cannot be read, or that is the screen's own, changes nothing.
    """
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "CMYK"}:
        return None
    try:
        own = ImageCms.ImageCmsProfile(Held(profile))
        if "srgb" in ImageCms.getProfileDescription(own).lower():
            return None
        colours = ImageCms.profileToProfile(ImageOps.exif_transpose(image), own, SCREEN, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return None
    return colours if colours is None else greyed(colours)


def greyed(image: Image.Image) -> Image.Image:
    """Any mode as eight bits of grey; what is transparent is laid on white, as a browser shows it."""
    if image.mode in _SIXTEEN_BITS:
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    if image.mode == "CMYK":
        image = image.convert("RGB")
    return image if image.mode == "L" else image.convert("L")


def as_array(image: Image.Image) -> Grey:
    """Greys from 0 to 255, a row a line."""
    return np.asarray(image, dtype=np.float32)
