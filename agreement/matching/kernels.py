"""A tablet photo brought to the size of a journal's copy, by the kernel that the journal seems to have used.

It is scaled, and never moved: a small shift between two photos of a burst is what tells them apart. Journals scale with
kernels of many kinds, so several are tried on a few strips, and the two that together come nearest are mixed. All of
them are symmetric, so no mixture can imitate a shift.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from PIL import Image

from agreement.matching.pictures import Grey, as_array

Scaler = Callable[[Image.Image, tuple[int, int], tuple[int, int]], Grey]
"""From a picture, the wanted size (width, height), and the wanted rows (first, last)."""

STRIPS, THICKNESS = 7, 16
MOST_MIXED = 2.0
"""How far a mixture may reach beyond its kernels: some journals sharpen."""


def smooth(kernel: Image.Resampling) -> Scaler:
    """A kernel that grows with the reduction, as Pillow, vips and FFmpeg have it."""

    def scale(photo: Image.Image, size: tuple[int, int], rows: tuple[int, int]) -> Grey:
        step = photo.height / size[1]
        box = (0.0, rows[0] * step, float(photo.width), rows[1] * step)
        return as_array(photo.resize((size[0], rows[1] - rows[0]), kernel, box=box))

    return scale


def pointwise(kernel: Image.Transform | Image.Resampling) -> Scaler:
    """A kernel that stays small whatever the reduction, as OpenCV and Android have it."""

    def scale(photo: Image.Image, size: tuple[int, int], rows: tuple[int, int]) -> Grey:
        across, down = photo.width / size[0], photo.height / size[1]
        grid = (across, 0.0, 0.0, 0.0, down, rows[0] * down)
        wanted = (size[0], rows[1] - rows[0])
        return as_array(photo.transform(wanted, Image.Transform.AFFINE, grid, Image.Resampling(kernel)))

    return scale


SCALERS: dict[str, Scaler] = {
    "box": smooth(Image.Resampling.BOX),
    "bilinear": smooth(Image.Resampling.BILINEAR),
    "hamming": smooth(Image.Resampling.HAMMING),
    "bicubic": smooth(Image.Resampling.BICUBIC),
    "lanczos": smooth(Image.Resampling.LANCZOS),
    "bilinear, pointwise": pointwise(Image.Resampling.BILINEAR),
    "bicubic, pointwise": pointwise(Image.Resampling.BICUBIC),
}


@dataclass(frozen=True, slots=True)
class Mixture:
    """Two kernels and the part of the second."""

    first: str
    second: str
    part: float
    error: float


def scaled(photo: Image.Image, copy: Grey) -> Grey:
    """The photo at the size of the copy, as the copy's maker would have scaled it."""
    height, width = copy.shape
    if photo.size == (width, height):
        return as_array(photo)
    best = mixture(photo, copy)
    first, second = (SCALERS[name](photo, (width, height), (0, height)) for name in (best.first, best.second))
    mixed: Grey = np.clip(first + best.part * (second - first), 0, 255)
    return mixed


def mixture(photo: Image.Image, copy: Grey) -> Mixture:
    """The two kernels, and how to mix them, that come nearest to the copy on a few strips."""
    height, width = copy.shape
    strips = strips_of(height)
    wanted = np.concatenate([copy[first:last].ravel() for first, last in strips])
    made = {
        name: np.concatenate([scaler(photo, (width, height), rows).ravel() for rows in strips])
        for name, scaler in SCALERS.items()
    }
    return min((mix(made, wanted, pair) for pair in combinations(made, 2)), key=lambda tried: tried.error)


def mix(made: dict[str, Grey], wanted: Grey, pair: tuple[str, str]) -> Mixture:
    """Mix two scaled strips so that they come nearest to what is wanted."""
    step, rest = made[pair[1]] - made[pair[0]], wanted - made[pair[0]]
    length = float(step @ step)
    part = float(np.clip(float(step @ rest) / length, -MOST_MIXED, 1 + MOST_MIXED)) if length > 1 else 0.0
    return Mixture(*pair, part, float(np.square(rest - part * step).mean()))


def strips_of(height: int) -> Sequence[tuple[int, int]]:
    """Rows of a few strips, spread over the picture."""
    if height <= STRIPS * THICKNESS:
        return [(0, height)]
    return [(int(first), int(first) + THICKNESS) for first in np.linspace(0, height - THICKNESS, STRIPS)]
