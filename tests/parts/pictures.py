"""Pictures for tests of the matching: a photo, its neighbour in a burst, and what an online journal makes of one."""

import io
from pathlib import Path

from PIL import Image, ImageChops

PHOTOS = Path(__file__).parent.parent / "data" / "photos"


def photo(name: str) -> bytes:
    """One of the test photos, as a camera wrote it."""
    return (PHOTOS / f"{name}.jpg").read_bytes()


def neighbour(content: bytes, by: int = 6) -> bytes:
    """The next photo of a burst: the camera moved by a few pixels."""
    image = Image.open(io.BytesIO(content))
    moved = ImageChops.offset(image, by, by // 2).crop((by, by, image.width, image.height))
    return as_jpeg(moved.resize(image.size, Image.Resampling.LANCZOS), 92)


def crop(content: bytes, share: float = 0.7) -> bytes:
    """What is left when somebody cuts the edges off."""
    image = Image.open(io.BytesIO(content))
    cut = (1 - share) / 2
    edges = (image.width * cut, image.height * cut, image.width * (1 - cut), image.height * (1 - cut))
    return as_jpeg(image.crop(edges), 92)


def in_journal(content: bytes, longest: int = 1024, quality: int = 80) -> bytes:
    """The copy that a journal serves: smaller, encoded anew, without metadata."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return as_jpeg(image, quality)


def as_jpeg(image: Image.Image, quality: int) -> bytes:
    """A picture as JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
