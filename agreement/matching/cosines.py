"""Greys as JPEG sees them: blocks of 8×8 cosine terms, in which an encoder rounds.

A journal's JPEG tells by its own tables how coarsely each term was rounded. So it can be asked, term by term, whether
a picture could have become this copy: the difference is at most half a step, whoever encoded it.
"""

import numpy as np
from numpy.typing import NDArray

from agreement.matching.pictures import Grey

Terms = NDArray[np.float32]
"""Blocks × 64: the terms of each block, row by row."""

BLOCK = 8
_K, _N = np.arange(BLOCK)[:, None], np.arange(BLOCK)[None, :]
_ONE = np.where(_K == 0, np.sqrt(1 / BLOCK), np.sqrt(2 / BLOCK)) * np.cos(np.pi * (2 * _N + 1) * _K / 2 / BLOCK)
_BOTH = np.kron(_ONE, _ONE).astype(np.float32)
"""64×64: from a block's pixels to its terms; keeps lengths, so that sums of squares mean the same on both sides."""

MIDDLE_GREY = 128

PLAIN = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float32,
).ravel()
"""The table of the JPEG standard (ITU T.81, K.1), at its quality 50; row by row."""


def terms_of(grey: Grey) -> Terms:
    """The cosine terms of every whole block; up to seven pixels at the right and lower edge are left out."""
    rows, columns = (side // BLOCK for side in grey.shape)
    blocks = grey[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2)
    terms: Terms = (blocks.reshape(-1, BLOCK * BLOCK) - MIDDLE_GREY) @ _BOTH.T
    return terms


def greys_of(terms: Terms, shape: tuple[int, int]) -> Grey:
    """The pixels of the terms, cut off at black and white as a decoder does; of the whole blocks of a shape alone."""
    rows, columns = (side // BLOCK for side in shape)
    blocks = (terms @ _BOTH + MIDDLE_GREY).reshape(rows, columns, BLOCK, BLOCK).swapaxes(1, 2)
    greys: Grey = np.clip(blocks.reshape(rows * BLOCK, columns * BLOCK), 0, 255)
    return greys


def rounded(terms: Terms, steps: Terms) -> Terms:
    """What an encoder with these steps keeps of the terms."""
    kept: Terms = np.rint(terms / steps) * steps
    return kept


SLACK = 0.5
"""Whole grey levels on both sides leave this much in a term, whatever the steps."""


def outside(rest: Terms, steps: Terms) -> Terms:
    """The squares of what rounding by these steps does not explain of a difference, term by term."""
    beyond: Terms = np.square(np.maximum(np.abs(rest) - steps / 2 - SLACK, 0))
    return beyond


def lost(terms: Terms, steps: Terms) -> Terms:
    """The squares that rounding takes from each term, as expected: all of a small one, a twelfth of a step's square."""
    expected: Terms = np.minimum(terms**2, steps**2 / 12)
    return expected
