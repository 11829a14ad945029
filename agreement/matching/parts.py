"""The PDQ of a picture's parts, and of it turned: so that a copy that was cropped or turned can be asked about.

A crop may take from each side what it likes. Its cosine terms are sums over the picture's own samples, so those of all
crops come from two multiplications, and hundreds cost no more than one.
"""

import numpy as np
from PIL import Image

from agreement.matching.pdq import COSINES, SAMPLES, TERMS, Luma, hash_of, hashes_of
from agreement.matching.pictures import as_array

GRAIN = 128
"""Samples of a side from which the crops are taken."""

STEP, MOST_CUT = 0.08, 0.4
"""How finely the edges of crops are tried, and how much of a side may be cut off, as parts of the side. A crop between
two steps still is within 80 bits, nine times in ten."""

LEANS = (-6.0, -3.0, 3.0, 6.0)
"""Degrees of a picture that was set straight; about a seventh of each side is cut off then."""
STRAIGHT = 0.86

_EDGES = [
    (before * STEP, 1 - after * STEP)
    for before in range(int(MOST_CUT / STEP) + 1)
    for after in range(int(MOST_CUT / STEP) + 1 - before)
]
_LENGTHS = np.array([last - first for first, last in _EDGES])
SHAPES: Luma = np.concatenate(
    [np.full(1, 1.0), np.full(len(LEANS), 1.0), np.divide.outer(1 / _LENGTHS, 1 / _LENGTHS).ravel(), np.full(2, -1.0)]
).astype(np.float32)
"""By how much each part is wider for its height than the whole; of a quarter turn the sign is turned as well: there it
is as wide as the whole is high. In the order of a fingerprint's `parts`: upside down, leaning, crops, quarter turns."""


def _weights(first: float, last: float) -> Luma:
    """From a line of samples to the 64 that PDQ would take of a part of it."""
    step = (last - first) * GRAIN / SAMPLES
    middles = first * GRAIN + (np.arange(SAMPLES)[:, None] + 0.5) * step
    reach = np.maximum(0, 1 - np.abs(np.arange(GRAIN)[None, :] + 0.5 - middles) / max(step, 1.0))
    weights: Luma = (reach / reach.sum(axis=1, keepdims=True)).astype(np.float32)
    return weights


_ALL = np.concatenate([COSINES @ _weights(first, last) for first, last in _EDGES])


def parts_of(small: Image.Image) -> bytes:
    """The hashes of a picture's parts and turns, one after the other. `small` is square."""
    whole = as_array(small.resize((SAMPLES, SAMPLES), Image.Resampling.BILINEAR))
    turned = [np.rot90(whole, k) for k in (1, 3)]
    middling = small.resize((GRAIN * 2, GRAIN * 2), Image.Resampling.BOX)
    others = [np.rot90(whole, 2), *(leaning(middling, degrees) for degrees in LEANS)]
    crops = crops_of(as_array(small.resize((GRAIN, GRAIN), Image.Resampling.BOX)))
    return b"".join([*map(hash_of, others), crops, *map(hash_of, turned)])


def leaning(small: Image.Image, degrees: float) -> Luma:
    """A picture set straight by some degrees, cut to what is left of it."""
    cut = small.width * (1 - STRAIGHT) / 2
    box = (cut, cut, small.width - cut, small.height - cut)
    turned = small.rotate(degrees, Image.Resampling.BILINEAR)
    return as_array(turned.resize((SAMPLES, SAMPLES), Image.Resampling.BILINEAR, box=box))


def crops_of(samples: Luma) -> bytes:
    """The hashes of all crops: those of the first height with each width, then those of the next."""
    count = len(_EDGES)
    terms = (_ALL @ samples @ _ALL.T).reshape(count, TERMS, count, TERMS).swapaxes(1, 2)
    return hashes_of(terms.reshape(count * count, TERMS * TERMS))
