"""Could this photo have become that copy? What is left when scaling and encoding are accounted for, and where.

Re-encoding leaves an error everywhere, and a neighbour of a burst leaves one where something moved. So four things are
measured, each against what encoding alone would leave:

* *change*: in a tile of 32 pixels, how much lies outside the steps by which the copy says that it was rounded; in the
  worst tile, and ordinarily;
* *tone*: whether it is brighter, darker or harsher than the photo encoded alike;
* *drift*: by how many pixels a tile seems to have moved, which rounding does not imitate;
* the plain difference: whether it is the same picture at all.
"""

from dataclasses import dataclass, fields
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from agreement.matching.cosines import BLOCK, PLAIN, Terms, greys_of, lost, outside, rounded, terms_of
from agreement.matching.evening import evened
from agreement.matching.kernels import scaled
from agreement.matching.pictures import Grey, as_array, grey_by_colours, grey_image, grey_on_screen, is_sideways, opened

TILE = 32
_UNKNOWN = PLAIN * 0.5
"""Steps of a copy that is no JPEG: those of an ordinary quality, 75."""

LOSSLESS = frozenset({"PNG", "GIF", "BMP"})
_WHOLE: Terms = np.full(BLOCK * BLOCK, 2, np.float32)
"""Steps of a copy that only rounded to whole greys."""

_FIRST = PLAIN * 0.6
"""Steps of an encode before the last one, of which nothing is left to read."""

_FLOOR, _FINE, _GRADIENT = 1.0, 0.4, 8.0
_LEAST_FLOOR, _FLOOR_GROWS = 0.25, 50.0
"""Where the rest leaves next to nothing outside the steps, little is much: a pale logo on pale ground."""

_CALM = 0.95
"""The part of the tiles, the least changed, that tells what is ordinary: what was drawn into a few, such as a logo,
must not excuse itself."""

_ROW, _COLUMN = np.divmod(np.arange(BLOCK * BLOCK), BLOCK)
_BLUR: Terms = (((_ROW**2 + _COLUMN**2) / (2 * (BLOCK - 1) ** 2)) ** 2).astype(np.float32)
"""How much of each term's square an unknown kernel may add or take: most of the finest, nothing of the coarse."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A journal picture, decoded: greys, cosine terms, and the steps by which its encoder rounded."""

    grey: Grey
    terms: Terms
    steps: Terms


@dataclass(frozen=True, slots=True)
class Scaled:
    """A tablet photo at the size of a copy."""

    grey: Grey
    terms: Terms


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a photo differs from a copy, beyond scaling and encoding; 0 is not at all.

    `rms`, `worst` (of 16×16 tiles) and `offset` are grey levels; `contrast` is a part; `change` and `everywhere` are
    ratios to what encoding leaves, in the worst tile and ordinarily; `drift`, `drift_often` (the 95th percentile of the
    tiles) and `shift` (of the whole) are pixels; `pull` is the grey levels that a tile's drift explains.
    """

    rms: float
    worst: float
    offset: float
    contrast: float
    change: float
    everywhere: float
    drift: float
    drift_often: float
    pull: float
    shift: float


LIMITS = Likeness(
    rms=13.0,
    worst=20.0,
    offset=0.72,
    contrast=0.017,
    change=4.0,
    everywhere=0.6,
    drift=0.32,
    drift_often=0.11,
    pull=2.8,
    shift=0.03,
)
"""The most that encoding alone leaves; tuned on one half of the scenes, reported on the other (docs/matching.md)."""


_POWER = 4
"""How much the largest measure outweighs the others; several that are high tell as much as one that is too high."""


def strangeness(found: Likeness) -> float:
    """All measures as parts of their limits, put together: up to 1 the photo could have become the copy."""
    parts = (getattr(found, each.name) / getattr(LIMITS, each.name) for each in fields(Likeness))
    return float(sum(part**_POWER for part in parts) ** (1 / _POWER))


def copy_of(source: BinaryIO) -> Copy:
    """Decode a journal picture. Raises UndecodableError."""
    with opened(source) as image:
        steps = steps_of(image)
        grey = as_array(grey_image(image))
    return Copy(grey, terms_of(grey), steps)


def steps_of(image: Image.Image) -> Terms:
    """By how much the encoder rounded each term, as far as the file tells."""
    if image.format in LOSSLESS:
        return _WHOLE
    tables = getattr(image, "quantization", None)
    steps = np.array(tables[0], np.float32) if tables else _UNKNOWN
    if steps.size != BLOCK * BLOCK:
        return _UNKNOWN
    return steps.reshape(BLOCK, BLOCK).T.ravel() if is_sideways(image) else steps


def photo_of(source: BinaryIO) -> Image.Image:
    """Decode a tablet photo as greys, in full. Raises UndecodableError."""
    with opened(source) as image:
        return grey_by_colours(image)


def photo_on_screen(source: BinaryIO) -> Image.Image | None:
    """The same by the photo's own colour profile; None where it has none of its own. Raises UndecodableError."""
    with opened(source) as image:
        return grey_on_screen(image)


def brought_to(photo: Image.Image, copy: Copy) -> Scaled:
    """The photo at the size of the copy, by the copy's own kernel."""
    grey = scaled(photo, copy.grey, copy.steps)
    return Scaled(grey, terms_of(grey))


def with_unevenness(photo: Scaled, copy: Copy) -> Scaled:
    """The photo as a scaler that does not smooth would have left it."""
    grey = evened(photo.grey, copy.grey)
    return Scaled(grey, terms_of(grey))


def likeness(copy: Copy, photo: Scaled) -> Likeness:
    """Measure how a photo differs from a copy."""
    rest: Grey = copy.grey - photo.grey
    drift, pull, shift = drifts(rest, photo.grey)
    offset, contrast = tone_of(copy, photo)
    change, everywhere = changes(copy, photo)
    return Likeness(
        rms=float(np.sqrt(np.square(rest).mean())),
        worst=worst_of(rest),
        offset=offset,
        contrast=contrast,
        change=change,
        everywhere=everywhere,
        drift=float(drift.max()),
        drift_often=float(np.quantile(drift, 0.95)),
        pull=float(pull.max()),
        shift=shift,
    )


def tone_of(copy: Copy, photo: Scaled) -> tuple[float, float]:
    """By how many grey levels the copy is brighter or darker than the photo encoded alike, and by what part harsher.

    The photo is encoded for this, since rounding and what is cut off at black and white change the tone as well.
    """
    encoded = greys_of(rounded(photo.terms, copy.steps), copy.grey.shape)
    theirs, ours = (tiled(grey[: encoded.shape[0], : encoded.shape[1]], TILE) for grey in (copy.grey, encoded))
    apart = ours - ours.mean()
    harsher = float((apart * (theirs - ours)).sum()) / (float(np.square(apart).sum()) + apart.size)
    return abs(float((theirs - ours).mean())), abs(harsher)


def worst_of(rest: Grey, parts: int = 16) -> float:
    """The greatest rms of 16×16 tiles."""
    rows, columns = (np.linspace(0, side, parts + 1).astype(int)[:-1] for side in rest.shape)
    sums = np.add.reduceat(np.add.reduceat(np.square(rest), np.unique(rows), axis=0), np.unique(columns), axis=1)
    return float(np.sqrt(sums.max() * parts * parts / rest.size))


def changes(copy: Copy, photo: Scaled) -> tuple[float, float]:
    """The greatest change of a tile, and the ordinary one.

    The greatest as a ratio to what encoding, twice perhaps, and an unknown kernel would leave; the ordinary one as a
    ratio to what a first encoding would have left.
    """
    beyond = outside(copy.terms - photo.terms, copy.steps)
    found, twice, fine = (
        by_tile(each.mean(axis=1), copy) for each in (beyond, lost(photo.terms, _FIRST), np.square(photo.terms) * _BLUR)
    )
    calm = found <= np.quantile(found, _CALM)
    ordinary = found[calm].mean() / (twice[calm].mean() + 0.05)
    floor = np.clip(_FLOOR_GROWS * ordinary, _LEAST_FLOOR, _FLOOR)
    return float((found / (floor + ordinary * twice + _FINE * fine)).max()), float(ordinary)


def detail_of(copy: Copy) -> int:
    """How many tiles of 32 pixels there are in which each block kept, on average, a term beside its mean."""
    kept = (np.abs(copy.terms[:, 1:]) > copy.steps[1:] / 2).sum(axis=1).astype(np.float32)
    return int((by_tile(kept, copy) >= 1).sum())


def by_tile(blocks: Grey, copy: Copy) -> Grey:
    """The means over tiles of what is told of each block of a copy, block by block."""
    return tiled(blocks.reshape(copy.grey.shape[0] // BLOCK, copy.grey.shape[1] // BLOCK), TILE // BLOCK)


def drifts(rest: Grey, grey: Grey) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """By how many pixels each tile seems moved, how many grey levels (rms) that explains, and the whole's movement."""
    down, across = (np.asarray(slope, np.float32) for slope in np.gradient(grey))
    products = (across * across, down * down, across * down, across * rest, down * rest)
    tiles = np.stack([tiled(each, TILE) for each in products])
    right, below = moved(tiles, _GRADIENT)
    whole = moved(tiles.mean(axis=(1, 2)), _GRADIENT / TILE)
    pull = np.sqrt(np.maximum(right * tiles[3] + below * tiles[4], 0))
    return np.hypot(right, below), pull, float(np.hypot(*whole))


def moved(products: Grey, flat: float) -> tuple[Grey, Grey]:
    """The movement that explains the most, by least squares; what is `flat` tells of none."""
    xx, yy, xy, x, y = products[0] + flat, products[1] + flat, products[2], products[3], products[4]
    area = xx * yy - xy * xy
    return (yy * x - xy * y) / area, (xx * y - xy * x) / area


def tiled(values: Grey, side: int) -> Grey:
    """Means over square tiles; a rest at the right and lower edge belongs to none, unless there is no other."""
    rows, columns = (max(length // side, 1) for length in values.shape)
    tall, wide = (min(side, length) for length in values.shape)
    means: Grey = values[: rows * tall, : columns * wide].reshape(rows, tall, columns, wide).mean(axis=(1, 3))
    return means


def preference(copy: Copy, photo: Scaled, other: Scaled) -> float:
    """The matched filter: near 1 where the copy was made of the photo, near 0 where of the other.

    Both are encoded as the copy was, and only what then differs between them is asked about, so that the encoder's
    noise averages out, and what it rounds away says nothing. NaN where nothing differs.
    """
    mine, others = rounded(photo.terms, copy.steps), rounded(other.terms, copy.steps)
    step = mine - others
    length = float(np.square(step).sum())
    return float(((copy.terms - others) * step).sum()) / length if length else float("nan")
