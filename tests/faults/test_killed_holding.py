"""Killed at every system call while people's words hold photos, and while they are put back and let go."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import words
from tests.faults.killing import Point, cut_short, every, fast_disk, points, spread, whole

SAMPLE = 16
FAULTS = {
    "error=EIO": ("pwrite64", "write", "fsync", "fdatasync", "unlinkat", "unlink", "openat", "linkat"),
    "error=ENOSPC": ("pwrite64", "write", "fdatasync", "openat"),
}
FAILURES = 40
CALLS = (
    "mkdir",
    "write",
    "pwrite64",
    "ftruncate",
    "fsync",
    "fdatasync",
    "unlink",
    "unlinkat",
    "linkat",
    "fchown",
    "utimensat",
)
Tried = Callable[[int, int], None]
pytestmark = pytest.mark.needs("strace")


def fresh(folder: Path) -> Path:
    """A home that nobody has lived in."""
    home = folder / "home"
    words.prepare(home)
    return home


def survives(folder: Path, *cuts: Point) -> bool:
    """Each life is cut short at its point; the last one is whole. Tells whether the last cut ended a life."""
    home = fresh(folder)
    ended = False
    for point in cuts:
        ended = cut_short(home, point)
        words.judge_wreck(home)
    whole(home)
    words.judge_end(home)
    return ended


@pytest.mark.timeout(300)
def test_killed_at_a_sample_of_points_of_holding(tmp_path: Path, tried: Tried) -> None:
    with fast_disk(tmp_path) as disk:
        found = points(fresh(disk / "counted"), calls=CALLS)
        tried(*every(disk, spread(found, SAMPLE), survives))


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_killed_at_every_point_of_holding(tmp_path: Path, tried: Tried) -> None:
    with fast_disk(tmp_path) as disk:
        tried(*every(disk, points(fresh(disk / "counted"), calls=CALLS), survives))


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_killed_again_while_it_recovers_a_hold(tmp_path: Path, tried: Tried) -> None:
    """The first life is killed half-way; the next at every point."""
    with fast_disk(tmp_path) as disk:
        found = points(fresh(disk / "first"), calls=CALLS)
        first = found[len(found) // 2]
        home = fresh(disk / "counted")
        assert cut_short(home, first)
        tried(*every(disk, points(home, calls=CALLS), lambda folder, point: survives(folder, first, point)))


@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_call_of_holding_fails_once(tmp_path: Path, fault: str, tried: Tried) -> None:
    with fast_disk(tmp_path) as disk:
        found = points(fresh(disk / "counted"), fault, FAULTS[fault])
        kinds = [[point for point in found if point.call == call] for call in FAULTS[fault]]
        tried(*every(disk, [point for kind in kinds for point in spread(kind, FAILURES)], survives))


def test_the_judge_sees_a_photo_that_is_in_no_box(tmp_path: Path) -> None:
    home = fresh(tmp_path)
    words.judge_wreck(home)
    (home / "DCIM/held.jpg").unlink()
    with pytest.raises(AssertionError, match=r"held\.jpg is lost"):
        words.judge_wreck(home)
