"""A photo's whole life, through real processes: controller, journal, tablets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.nursery import Nursery
from tests.parts.waiting import eventually

PICTURES = Path(__file__).parents[1] / "data/photos"


@pytest.fixture
def larkfield(tmp_path: Path) -> Iterator[Nursery]:
    with Nursery(tmp_path) as nursery:
        yield nursery


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_tablet_that_delivers_is_empty_once_everything_is_in_the_journal(larkfield: Nursery) -> None:
    tablet = larkfield.tablet("Sunflower 1", delivers=True)
    for picture in PICTURES.glob("*.jpg"):
        tablet.take(picture, picture.name)
    eventually(lambda: not names(tablet.camera), within=30)
    originals = {picture.read_bytes() for picture in PICTURES.glob("*.jpg")}
    assert {path.read_bytes() for path in larkfield.journal.folder.iterdir()} == originals
    eventually(lambda: tablet.status()["photos"]["purged"] == len(originals))


def test_what_staff_added_goes_and_what_they_forgot_stays(larkfield: Nursery) -> None:
    tablet = larkfield.tablet("Sunflower 2")
    added = tablet.take(PICTURES / "frog.jpg", "one.jpg")
    tablet.take(PICTURES / "roses.jpg", "two.jpg")
    eventually(lambda: tablet.status()["photos"]["waiting"] == 2)
    assert names(tablet.camera) == {"one.jpg", "two.jpg"}
    larkfield.journal.add(added, "observation.jpg")
    eventually(lambda: names(tablet.camera) == {"two.jpg"}, within=30)
    eventually(lambda: tablet.status()["photos"] | {"oldest": ""} == EXPECTED)


EXPECTED = {
    "waiting": 1,
    "waiting_bytes": (PICTURES / "roses.jpg").stat().st_size,
    "oldest": "",
    "overdue": 0,
    "taken": 2,
    "in_journal": 1,
    "purged": 1,
    "gone": 0,
    "held": 0,
    "discarded": 0,
    "asked": 0,
}


def test_a_crash_at_any_moment_loses_no_photo_and_no_news(larkfield: Nursery) -> None:
    tablet = larkfield.tablet("Bluebell 1", delivers=True)
    for n in range(12):
        tablet.take(PICTURES / "trees.jpg", f"{n}.jpg", bytes([n]))
        assert tablet.agent
        tablet.agent.kill()
        tablet.switch_on(larkfield.processes)
    eventually(lambda: not names(tablet.camera), within=60)
    assert len(names(larkfield.journal.folder)) == 12
    eventually(lambda: tablet.status()["photos"]["purged"] == 12)
