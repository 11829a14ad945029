"""A tablet photo brought to the size of a journal's copy, by the kernel that the journal seems to have used.

It is scaled, and never moved: a small shift between two photos of a burst is what tells them apart. Journals scale with
kernels of many kinds, so several are tried on a few strips, and the two that together come nearest are mixed. All of
them are symmetric, so no mixture can imitate a shift.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from agreement.matching.cosines import BLOCK, Terms, outside, terms_of
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


def area(photo: Image.Image, size: tuple[int, int], rows: tuple[int, int]) -> Grey:
    """Exact means over what each pixel covers, as OpenCV has it for making pictures smaller."""
    down = np.arange(rows[0], rows[1] + 1) * photo.height / size[1]
    across = np.arange(size[0] + 1) * photo.width / size[0]
    top = int(down[0])
    lines = as_array(photo.crop((0, top, photo.width, math.ceil(down[-1]))))
    fewer = np.ascontiguousarray(averaged(lines, down - top).T)
    means: Grey = np.ascontiguousarray(averaged(fewer, across).T)
    return means


def averaged(values: Grey, edges: NDArray[np.float64]) -> Grey:
    """The means of rows between edges that need not be whole."""
    whole = np.minimum(edges.astype(int), len(values) - 1)
    parts = (edges - whole).astype(np.float32)[:, None] * values[whole]
    sums = np.add.reduceat(values, whole[:-1], axis=0)
    sums[-1] -= values[whole[-1] :].sum(axis=0)
    means: Grey = (sums + np.diff(parts, axis=0)) / np.diff(edges).astype(np.float32)[:, None]
    return means


SCALERS: dict[str, Scaler] = {
    "box": smooth(Image.Resampling.BOX),
    "bilinear": smooth(Image.Resampling.BILINEAR),
    "hamming": smooth(Image.Resampling.HAMMING),
    "bicubic": smooth(Image.Resampling.BICUBIC),
    "lanczos": smooth(Image.Resampling.LANCZOS),
    "area": area,
    "bilinear, pointwise": pointwise(Image.Resampling.BILINEAR),
    "bicubic, pointwise": pointwise(Image.Resampling.BICUBIC),
}


@dataclass(frozen=True, slots=True)
class Mixture:
    """Two kernels and the part of the second; `left` is what lies outside the copy's steps."""

    first: str
    second: str
    part: float
    left: float


def scaled(photo: Image.Image, copy: Grey, steps: Terms) -> Grey:
    """The photo at the size of the copy, as the copy's maker would have scaled it."""
    height, width = copy.shape
    if photo.size == (width, height):
        return as_array(photo)
    best = mixture(photo, copy, steps)
    first, second = (SCALERS[name](photo, (width, height), (0, height)) for name in (best.first, best.second))
    mixed: Grey = np.clip(first + best.part * (second - first), 0, 255)
    return mixed


def mixture(photo: Image.Image, copy: Grey, steps: Terms) -> Mixture:
    """The two kernels, and how to mix them, that leave the least outside the copy's steps, on a few strips.

    Not those that come nearest to its greys: an encoder takes the finest detail away, so the nearest is too smooth.
    """
    height, width = copy.shape
    strips = strips_of(height)
    wanted = np.concatenate([terms_of(copy[first:last]) for first, last in strips])
    made = {
        name: np.concatenate([terms_of(scaler(photo, (width, height), rows)) for rows in strips])
        for name, scaler in SCALERS.items()
    }
    tried = (mix(made, wanted, steps, pair) for pair in combinations(made, 2))
    return min((one for each in tried for one in each), key=lambda one: one.left)


def mix(made: dict[str, Terms], wanted: Terms, steps: Terms, pair: tuple[str, str]) -> list[Mixture]:
    """The first kernel alone, the second alone, and both mixed so that they come nearest to what is wanted."""
    step, rest = made[pair[1]] - made[pair[0]], wanted - made[pair[0]]
    length = float(np.square(step).sum())
    nearest = float((step * rest).sum()) / length if length > 1 else 0.0
    parts = (0.0, 1.0, float(np.clip(nearest, -MOST_MIXED, 1 + MOST_MIXED)))
    return [Mixture(*pair, part, float(outside(rest - part * step, steps).mean())) for part in parts]


def strips_of(height: int) -> Sequence[tuple[int, int]]:
    """Rows of a few strips, spread over the picture, each from the edge of a block on."""
    if height <= STRIPS * THICKNESS:
        return [(0, height)]
    firsts = (np.linspace(0, height - THICKNESS, STRIPS) // BLOCK).astype(int) * BLOCK
    return [(int(first), int(first) + THICKNESS) for first in firsts]
