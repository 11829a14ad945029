"""Killed at every system call of purges and the ledger, and each such call failing: nothing lost, no record missing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.killing import (
    LOOKING,
    WRITING,
    Point,
    cut_short,
    every,
    fast_disk,
    fresh,
    judge_end,
    judge_wreck,
    points,
    spread,
    whole,
)
from tests.faults.story import digest

FAULTS = {
    "error=EIO": ("pwrite64", "write", "fsync", "fdatasync", "unlinkat", "ftruncate", "openat", "pread64"),
    "error=ENOSPC": ("pwrite64", "write", "ftruncate", "fdatasync", "openat"),
    "error=EROFS": ("pwrite64", "unlinkat", "unlink", "openat", "mkdir"),
    "error=EPERM": ("unlinkat", "unlink", "fcntl"),
}
SAMPLE, LOOKS, FAILURES, RECOVERIES = 16, 240, 40, {0.2: 60, 0.5: 1000, 0.8: 60}
Tried = Callable[[int, int], None]
pytestmark = pytest.mark.needs("strace")


def survives(folder: Path, *cuts: Point) -> bool:
    """Each life is cut short at its point; the last one is whole. Tells whether the last cut ended a life."""
    home = fresh(folder)
    ended = False
    for point in cuts:
        ended = cut_short(home, point)
        judge_wreck(home)
    whole(home)
    judge_end(home)
    return ended


@pytest.mark.timeout(300)
def test_killed_at_a_sample_of_points(tmp_path: Path, tried: Tried) -> None:
    with fast_disk(tmp_path) as disk:
        found = points(fresh(disk / "counted"))
        tried(*every(disk, spread(found, SAMPLE), survives))


@pytest.mark.parametrize("is_done", [False, True])
def test_killed_right_before_and_after_the_deed(tmp_path: Path, is_done: bool) -> None:  # noqa: FBT001 - a table
    """The first unlink is the second name's, the next the photo's own; its folder is synced; nothing says so yet."""
    home = fresh(tmp_path)
    found = points(fresh(tmp_path / "counted"), calls=("unlinkat", "fsync"))
    own = [at for at, point in enumerate(found) if point.call == "unlinkat"][1]
    assert found[own + 1].call == "fsync"
    assert cut_short(home, found[own + is_done])
    judge_wreck(home)
    assert (home / "DCIM/added.jpg").exists() is not is_done
    whole(home)
    judge_end(home)


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_killed_at_every_point(tmp_path: Path, tried: Tried) -> None:
    with fast_disk(tmp_path) as disk:
        tried(*every(disk, points(fresh(disk / "counted")), survives))


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_killed_while_it_looks(tmp_path: Path, tried: Tried) -> None:
    """Between two changes the disk stays as it is: an even share of these calls is tried, of every kind."""
    with fast_disk(tmp_path) as disk:
        found = points(fresh(disk / "counted"), calls=LOOKING)
        kinds = [[point for point in found if point.call == call] for call in LOOKING]
        chosen = [point for kind in kinds for point in spread(kind, LOOKS // len(LOOKING))]
        tried(*every(disk, chosen, survives))


@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_call_fails_once(tmp_path: Path, fault: str, tried: Tried) -> None:
    with fast_disk(tmp_path) as disk:
        found = points(fresh(disk / "counted"), fault, FAULTS[fault])
        kinds = [[point for point in found if point.call == call] for call in FAULTS[fault]]
        tried(*every(disk, [point for kind in kinds for point in spread(kind, FAILURES)], survives))


@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("share", RECOVERIES)
def test_killed_again_while_it_recovers(tmp_path: Path, share: float, tried: Tried) -> None:
    """The first life is killed early, half-way and late among its unlinks; half-way, the next at every point."""
    with fast_disk(tmp_path) as disk:
        unlinks = points(fresh(disk / "first"), calls=("unlinkat",))
        first = unlinks[int(len(unlinks) * share)]
        home = fresh(disk / "counted")
        assert cut_short(home, first)
        found = spread(points(home, calls=WRITING), RECOVERIES[share])
        tried(*every(disk, found, lambda folder, point: survives(folder, first, point)))


def test_the_judge_sees_a_deed_without_a_record(tmp_path: Path) -> None:
    home = fresh(tmp_path)
    judge_wreck(home)
    (home / "DCIM/more.jpg").unlink()
    with pytest.raises(AssertionError, match="a deed without intent or record"):
        judge_wreck(home)


def test_the_judge_sees_what_was_never_in_the_journal(tmp_path: Path) -> None:
    home = fresh(tmp_path)
    (home / "Documents/kept.jpg").unlink()
    with pytest.raises(FileNotFoundError):
        judge_wreck(home)


def test_the_judge_sees_a_copy_that_is_left(tmp_path: Path) -> None:
    home = fresh(tmp_path)
    whole(home)
    judge_end(home)
    (home / "Documents/added.jpg").write_bytes(b"left")
    with pytest.raises(AssertionError):
        judge_end(home)
    assert digest(b"") != digest(b"left")
