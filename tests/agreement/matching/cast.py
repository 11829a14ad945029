"""Photos, bursts and journal copies for the matcher's tests, made from a few free pictures."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from agreement.matching.fingerprints import Kind, fingerprint
from agreement.matching.verdicts import Judgement, Photo, Picture, judge

PHOTOS = Path(__file__).parents[2] / "data/photos"


@lru_cache
def picture(name: str, longest: int = 1200) -> Image.Image:
    """One of the free pictures, in colours."""
    with Image.open(PHOTOS / f"{name}.jpg") as image:
        colours = image.convert("RGB")
    colours.thumbnail((longest, longest))
    return colours


def burst(name: str, moves: Sequence[tuple[float, float]], noise: float = 1.5) -> list[Image.Image]:
    """Photos of one moment: the camera moved by a few pixels (right, down), and fresh noise in each."""
    still, grains = picture(name), np.random.default_rng(11)
    photos = []
    for right, down in moves:
        shot = still.transform(
            still.size, Image.Transform.AFFINE, (1, 0, right, 0, 1, down), Image.Resampling.BICUBIC
        ).crop((20, 20, still.width - 20, still.height - 20))
        speckled = np.asarray(shot) + grains.normal(0, noise, (shot.height, shot.width, 1))
        photos.append(Image.fromarray(np.clip(speckled, 0, 255).astype(np.uint8)))
    return photos


def encoded(image: Image.Image, longest: int | None = None, quality: int = 92, kind: str = "JPEG") -> bytes:
    """A file, scaled down first where a length is given."""
    small = image
    if longest is not None:
        scale = longest / max(image.size)
        size = (round(image.width * scale), round(image.height * scale))
        small = image.resize(size, Image.Resampling.LANCZOS)
    sink = io.BytesIO()
    small.save(sink, kind, quality=quality)
    return sink.getvalue()


def decoded(data: bytes) -> Image.Image:
    """A file's colours."""
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB")


def on_tablet(name: str, data: bytes, *, gone: bool = False) -> Photo:
    """A photo on the tablet, or one that has left."""
    known = fingerprint(io.BytesIO(data), Kind.PICTURE, parts=True)
    return Photo(name, known, lambda: None if gone else io.BytesIO(data), hashlib.sha256(data).hexdigest())


def in_journal(data: bytes, *, at_hand: bool = True) -> Picture:
    """A journal picture."""
    known = fingerprint(io.BytesIO(data), Kind.PICTURE)
    return Picture(hashlib.sha256(data).hexdigest(), known, lambda: io.BytesIO(data) if at_hand else None)


def said(photos: Sequence[Photo], *pictures: Picture, claims: Mapping[str, str] | None = None) -> dict[str, str]:
    """The verdict on each photo, by its id."""
    return {one.photo: one.verdict.value for one in full(photos, *pictures, claims=claims)}


def full(photos: Sequence[Photo], *pictures: Picture, claims: Mapping[str, str] | None = None) -> list[Judgement]:
    """The judgements."""
    return judge(photos, list(pictures), claims or {})
