"""A sample of `make bench-matching`: nothing is ever added that is not in the journal, through any encoder."""

from pathlib import Path

import pytest

from benchmarks.matching.scenes import Scene
from benchmarks.matching.table import none_at_most, wilson
from benchmarks.matching.trials import burst_trial, single_trial

PHOTOS = Path(__file__).parents[2] / "data/photos"


def scene(name: str) -> Scene:
    """One of the free pictures."""
    return Scene(name, PHOTOS / f"{name}.jpg")


@pytest.mark.parametrize("name", ["frog", "snow"])
def test_no_neighbour_in_a_burst_is_ever_added(name: str) -> None:
    found = burst_trial(scene(name), 1, "made")
    assert {one.case for one in found} == {"here", "forgotten", "remembered"}
    assert not [one for one in found if one.false_purge]


def test_ordinary_copies_are_added_and_changed_ones_never() -> None:
    found = single_trial(scene("valley"), 1, 3)
    assert [one.verdict for one in found if one.group == "single"] == ["added"] * 3
    assert not [one for one in found if one.false_purge]


def test_the_bounds_are_those_of_the_books() -> None:
    assert none_at_most(1000) == pytest.approx(0.00299, abs=1e-5)
    low, high = wilson(97, 100)
    assert low == pytest.approx(0.9155, abs=1e-4)
    assert high == pytest.approx(0.9897, abs=1e-4)
