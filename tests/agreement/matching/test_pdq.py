"""Our PDQ is the published one, bit for bit."""

from pathlib import Path

import numpy as np
import pdqhash
import pytest
from numpy.typing import NDArray
from PIL import Image

from agreement.matching.pdq import pdq

PHOTOS = sorted((Path(__file__).parents[2] / "data/photos").glob("*.jpg"))
WEIGHTS = np.array([0.299, 0.587, 0.114])


def agree(colours: NDArray[np.uint8]) -> None:
    """Hold one picture to the reference."""
    theirs, worth = pdqhash.compute(np.ascontiguousarray(colours))
    ours = pdq((colours * WEIGHTS).sum(axis=2).astype(np.float32))
    assert ours == (np.packbits(theirs).tobytes(), worth)


@pytest.mark.parametrize("path", PHOTOS, ids=lambda path: path.stem)
@pytest.mark.parametrize("side", [512, 300, 129, 65])
def test_it_agrees_with_the_reference_at_every_size(path: Path, side: int) -> None:
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((side, side))
    agree(np.asarray(picture))


def test_it_agrees_on_a_picture_that_is_longer_than_wide() -> None:
    agree(np.random.default_rng(7).integers(0, 256, (700, 90, 3), dtype=np.uint8))


def test_a_picture_of_one_colour_has_no_quality() -> None:
    assert pdq(np.full((100, 100), 87, np.float32))[1] == 0
