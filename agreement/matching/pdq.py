"""PDQ: 256 bits that stay nearly the same when a picture is scaled or encoded anew, and a measure of how much is in it.

The published algorithm ("PDQ & TMK+PDQF", Meta, ThreatExchange): two Jarosz passes, 64×64 samples, the 16×16 lowest
cosine terms, each bit telling whether a term lies above the median. Written in numpy, since the reference has no wheel
that a tablet could install; held to that reference in a test.
"""

import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.float32]

SAMPLES, TERMS = 64, 16
BYTES = TERMS * TERMS // 8
BEST = 100
"""The highest quality."""

_STEP_WORTH = 90
"""Gradient that makes one point of quality; from the reference."""

_ROW, _COLUMN = np.arange(1, TERMS + 1)[:, None], np.arange(SAMPLES)[None, :]
COSINES = (np.sqrt(2 / SAMPLES) * np.cos(np.pi / 2 / SAMPLES * _ROW * (2 * _COLUMN + 1))).astype(np.float32)


def pdq(luma: Luma) -> tuple[bytes, int]:
    """Hash a picture: 32 bytes, the highest term first, and its quality from 0 to 100. Any size; 512×512 is enough."""
    samples = sampled(luma)
    return hash_of(samples), quality_of(samples)


def sampled(luma: Luma) -> Luma:
    """The picture smoothed and reduced to 64×64."""
    smooth = np.asarray(luma, np.float32)
    for _ in range(2):
        smooth = _box(_box(smooth, axis=1), axis=0)
    rows, columns = (((np.arange(SAMPLES) + 0.5) * n / SAMPLES).astype(int) for n in smooth.shape)
    samples: Luma = smooth[rows[:, None], columns[None, :]]
    return samples


def hash_of(samples: Luma) -> bytes:
    """The 256 bits of 64×64 samples."""
    return hashes_of((COSINES @ samples @ COSINES.T).reshape(1, -1))


def hashes_of(terms: Luma) -> bytes:
    """The bits of the 256 terms in each row, one row after the other."""
    at = (terms.shape[1] - 1) // 2
    middles = np.partition(terms, at, axis=1)[:, at : at + 1]
    return np.packbits((terms > middles)[:, ::-1], axis=1).tobytes()


def quality_of(samples: Luma) -> int:
    """How much there is to tell this picture by, from 0 (one colour) to 100."""
    steps = (np.diff(samples, axis=axis) * 100 / 255 for axis in (0, 1))
    return min(int(sum(int(np.abs(np.trunc(step)).sum()) for step in steps) / _STEP_WORTH), BEST)


def _box(values: Luma, axis: int) -> Luma:
    """The mean over a window along one axis, cut off at the edges, exactly as wide and as placed as the reference's."""
    length = values.shape[axis]
    window = (length + 2 * SAMPLES - 1) // (2 * SAMPLES)
    half = (window + 2) // 2
    sums = np.insert(np.cumsum(values, axis=axis, dtype=np.float64), 0, 0, axis=axis)
    ends = np.minimum(np.arange(length) + half, length)
    starts = np.maximum(np.arange(length) + half - window, 0)
    totals = np.take(sums, ends, axis=axis) - np.take(sums, starts, axis=axis)
    counts = (ends - starts).reshape((-1, 1) if axis == 0 else (1, -1))
    means: Luma = (totals / counts).astype(np.float32)
    return means
