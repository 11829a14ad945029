"""Killed at every system call that changes the disk, and every such call failing: no photo lost, no record missing."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.faults.killing import Point, cut_short, fresh, judge_end, judge_wreck, points, whole

FAULTS = {
    "error=EIO": ("pwrite64", "fsync", "fdatasync", "unlinkat", "ftruncate"),
    "error=ENOSPC": ("pwrite64", "write"),
}
SAMPLE = [
    *(Point("pwrite64", n) for n in (1, 60, 150, 272, 278, 284, 285, 290, 300)),
    *(Point("fdatasync", n) for n in (1, 9, 15, 16, 17, 18, 19)),
    *(Point("fsync", n) for n in (1, 2, 3)),
    Point("unlinkat", 1),
    Point("unlink", 1),
    Point("unlinkat", 1, "error=EPERM"),
    Point("fsync", 2, "error=EIO"),
]
pytestmark = pytest.mark.needs("strace")


def survives(folder: Path, *cuts: Point) -> None:
    """Each life is cut short at its point; the last one is whole."""
    home = fresh(folder)
    for point in cuts:
        cut_short(home, point)
        judge_wreck(home)
    whole(home)
    judge_end(home)


@pytest.mark.parametrize("point", SAMPLE, ids=str)
def test_killed_at_a_sample_of_points(tmp_path: Path, point: Point) -> None:
    survives(tmp_path, point)


def test_killed_between_the_deed_and_its_record(tmp_path: Path) -> None:
    """The story's second fsync is that of the photo's folder: the photo is gone, and nothing says so yet."""
    home = fresh(tmp_path)
    cut_short(home, Point("fsync", 2))
    assert not (home / "DCIM/added.jpg").exists()
    judge_wreck(home)
    whole(home)
    judge_end(home)


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_killed_at_every_point(tmp_path: Path) -> None:
    every(tmp_path, points(fresh(tmp_path / "counted")), survives)


@pytest.mark.faults
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_writing_call_fails_once(tmp_path: Path, fault: str) -> None:
    found = points(fresh(tmp_path / "counted"), fault, FAULTS[fault])
    every(tmp_path, found, survives)


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_killed_again_at_every_point_of_the_recovery(tmp_path: Path) -> None:
    first = Point("fsync", 2)
    home = fresh(tmp_path / "counted")
    cut_short(home, first)
    every(tmp_path, points(home), lambda folder, point: survives(folder, first, point))


def every(folder: Path, found: Iterable[Point], trial: Callable[[Path, Point], None]) -> None:
    """Try each point on a disk of its own, and name the one that fails."""
    tried = 0
    for point in found:
        tried += 1
        try:
            trial(folder / f"{tried}", point)
        except AssertionError as wrong:
            pytest.fail(f"{point}: {wrong}")
    assert tried > 0
