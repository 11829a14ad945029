"""A small picture of a photo or video, for a person to know it by: upright, in colour, and without its metadata."""

from typing import BinaryIO

from PIL import Image, ImageOps

from agreement.matching import clips, pictures
from agreement.matching.known import Kind, UndecodableError

QUALITY = 80


def thumbnail(source: BinaryIO, kind: Kind, side: int, into: BinaryIO) -> None:
    """Write a JPEG whose longer side has `side` pixels at the most. Raises UndecodableError, whatever is wrong."""
    small = still(source, side) if kind is Kind.PICTURE else frame(source, side)
    small.save(into, "JPEG", quality=QUALITY)  # nothing of the original's metadata comes along


def still(source: BinaryIO, side: int) -> Image.Image:
    """A picture, small."""
    with pictures.opened(source) as image:
        if image.format in {"JPEG", "MPO"}:
            image.draft("RGB", (side, side))
        image.thumbnail((side, side), Image.Resampling.BOX, reducing_gap=2.0)
        return bare(coloured(ImageOps.exif_transpose(image)))


def frame(source: BinaryIO, side: int) -> Image.Image:
    """A video's frame from a little way in, small: the first is often black."""
    with clips.opened(source) as (container, stream):
        wanted = [clips.duration_of(container, stream) / 4]
        for _, found in clips.frames_at(container, stream, wanted):
            image = Image.fromarray(found.reformat(format="rgb24").to_ndarray())
            image.thumbnail((side, side), Image.Resampling.BOX, reducing_gap=2.0)
            return image.rotate(int(getattr(found, "rotation", 0)), expand=True)
    msg = "not one frame of it can be shown"
    raise UndecodableError(msg)


def coloured(image: Image.Image) -> Image.Image:
    """Any mode as colours of eight bits; what is transparent is laid on white, as a browser shows it."""
    if image.mode.startswith("I"):
        return pictures.greyed(image).convert("RGB")
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return image.convert("RGB")


def bare(image: Image.Image) -> Image.Image:
    """The pixels alone."""
    image.info.clear()
    return image
