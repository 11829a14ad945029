"""A photo as a scaler would have left it that does not smooth: columns and rows moved and blurred unevenly.

Some scalers (a box between one and two pixels wide; a small kernel without smoothing) take each column of the copy from
where it suits them: this one half a pixel to the left, the next half a pixel to the right. Over a few dozen columns
that averages out, and each column is moved as a whole; what a hand or a child moves does neither.
"""

import numpy as np
from numpy.typing import NDArray

from agreement.matching.pictures import Grey

SMOOTHLY = 64
"""Pixels over which unevenness averages out. What is smoother is movement, and is left as it is."""

_FLAT = 0.5
"""Square of a slope up to which a column is too flat to tell how it was moved."""

Line = NDArray[np.float32]


def evened(photo: Grey, copy: Grey) -> Grey:
    """The photo, already of the copy's size, with the copy's own unevenness."""
    grey = photo
    for axis in (1, 0):
        grey = grey + explained(grey, copy - grey, axis)
    cut: Grey = np.clip(grey, 0, 255)
    return cut


def explained(grey: Grey, rest: Grey, axis: int) -> Grey:
    """What moving and blurring columns (axis 1) or rows (axis 0), each by itself, explains of a difference."""
    slope: Grey = np.gradient(grey, axis=axis)
    bend: Grey = np.gradient(slope, axis=axis)
    slopes, bends, both, moving, blurring = (
        np.mean(one * other, axis=1 - axis)
        for one, other in ((slope, slope), (bend, bend), (slope, bend), (slope, rest), (bend, rest))
    )
    slopes, bends = slopes + _FLAT, bends + _FLAT
    area = slopes * bends - both * both
    moved = rough((bends * moving - both * blurring) / area)
    blurred = rough((slopes * blurring - both * moving) / area)
    told: Grey = np.expand_dims(moved, 1 - axis) * slope + np.expand_dims(blurred, 1 - axis) * bend
    return told


def rough(values: Line) -> Line:
    """A line without what is smooth in it."""
    width = min(SMOOTHLY, len(values) // 2)
    bell = np.hanning(width + 2)[1:-1]
    padded = np.pad(values, width, mode="reflect")
    smooth = np.convolve(padded, bell / bell.sum(), mode="same")[width : len(values) + width]
    left: Line = (values - smooth).astype(np.float32)
    return left
