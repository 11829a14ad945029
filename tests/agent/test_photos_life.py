"""Whatever happens to photos, in whatever order: nothing goes without evidence, and every deed has one record."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.parts.held_life import HeldLife
from tests.parts.photos_life import PhotosLife


def lives_of(number: int) -> settings:
    """So many lives, always the same."""
    return settings(
        max_examples=number,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=True,
    )


def lived(disk: Path | None, lives: int) -> None:
    """So many lives, each of many steps; a machine in which nothing happens would find nothing."""
    PhotosLife.disk = str(disk) if disk else None
    PhotosLife.lived.clear()
    run_state_machine_as_test(PhotosLife, settings=lives_of(lives))
    crashes = [step for step in PhotosLife.lived if step.startswith("crashed at")]
    assert PhotosLife.lived["deeds"] > lives / 2, PhotosLife.lived
    assert PhotosLife.lived["copies"] > lives / 10, PhotosLife.lived
    assert PhotosLife.lived["restored"], PhotosLife.lived
    assert len(crashes) > 2, PhotosLife.lived


@pytest.mark.timeout(600)
def test_whatever_happens_nothing_goes_without_evidence_and_every_deed_has_one_record() -> None:
    memory = Path("/dev/shm")  # noqa: S108 - a disk that syncs at once
    lived(memory if memory.is_dir() else None, 80)


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_the_same_on_a_disk_that_gives_the_numbers_of_files_again(tmp_path: Path) -> None:
    lived(tmp_path, 300)


@pytest.mark.timeout(600)
def test_whatever_people_say_nothing_is_lost_before_its_time() -> None:
    memory = Path("/dev/shm")  # noqa: S108 - a disk that syncs at once
    HeldLife.disk = str(memory) if memory.is_dir() else None
    HeldLife.lived.clear()
    run_state_machine_as_test(HeldLife, settings=lives_of(30))
    assert HeldLife.lived["held"] > 10, HeldLife.lived
    assert HeldLife.lived["put back"] > 2, HeldLife.lived
