"""The power goes, and with it all that was not synced: no photo goes whose purge was not safely written down.

What was written comes back empty, what was unlinked comes back whole, unless it was synced.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.killing import Point, cut_short, every, judge_end, judge_wreck, points, spread, whole
from tests.faults.story import prepare
from tests.parts.program import ROOT
from tests.parts.waiting import eventually

SAMPLE, ALL = 6, 120
DEEDS = ("unlinkat", "unlink", "fsync", "fdatasync")
Tried = Callable[[int, int], None]
pytestmark = pytest.mark.needs("root", "strace", "fusermount3", "/usr/lib/x86_64-linux-gnu/libfuse.so.2")


class Disk:
    """A disk whose power can be cut; what is on the table before the story was synced long ago."""

    def __init__(self, folder: Path) -> None:
        self.back, self.mount = folder / "back", folder / "disk"
        self.mount.mkdir(parents=True)
        prepare(self.back, self.mount)
        self.switch_on()

    def switch_on(self) -> None:
        command = [sys.executable, "-B", "-m", "tests.parts.faultfs", str(self.back), str(self.mount)]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        eventually(self.mount.is_mount)

    def switch_off(self) -> None:
        self.process.kill()
        self.process.wait()
        subprocess.run(["/usr/bin/fusermount3", "-u", "-z", str(self.mount)], check=True)

    def cut_power(self) -> None:
        self.switch_off()
        self.switch_on()


@pytest.fixture
def disks() -> Iterator[list[Disk]]:
    used: list[Disk] = []
    yield used
    for disk in used:
        disk.switch_off()


def survives(folder: Path, point: Point) -> bool:
    """A life ends at this point because the power does; the next one is whole."""
    disk = Disk(folder)
    try:
        ended = cut_short(disk.mount, point)
        disk.cut_power()
        judge_wreck(disk.mount)
        whole(disk.mount)
        disk.cut_power()
        judge_end(disk.mount)
    finally:
        disk.switch_off()
    return ended


def test_the_disk_really_loses_what_was_not_synced(tmp_path: Path, disks: list[Disk]) -> None:
    disks.append(disk := Disk(tmp_path))
    (disk.mount / "lost").write_bytes(b"never synced")
    assert (disk.mount / "lost").read_bytes() == b"never synced"
    disk.cut_power()
    assert (disk.mount / "lost").read_bytes() == b""


def test_the_disk_really_brings_back_what_was_unlinked_and_not_synced(tmp_path: Path, disks: list[Disk]) -> None:
    disks.append(disk := Disk(tmp_path))
    photo = disk.mount / "DCIM/kept.jpg"
    content = photo.read_bytes()
    photo.unlink()
    assert not photo.exists()
    disk.cut_power()
    assert photo.read_bytes() == content
    photo.unlink()
    folder = os.open(photo.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    disk.cut_power()
    assert not photo.exists()


@pytest.mark.timeout(300)
def test_the_power_is_cut_at_a_sample_of_points(tmp_path: Path, disks: list[Disk], tried: Tried) -> None:
    disks.append(counted := Disk(tmp_path / "counted"))
    tried(*every(tmp_path, spread(points(counted.mount, calls=DEEDS), SAMPLE), survives))


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_the_power_is_cut_at_points_all_over_a_life(tmp_path: Path, disks: list[Disk], tried: Tried) -> None:
    """Every unlink and every sync, and an even share of what is written in between."""
    disks.append(counted := Disk(tmp_path / "counted"))
    found = points(counted.mount)
    deeds = [point for point in found if point.call in DEEDS]
    tried(*every(tmp_path, [*deeds, *spread([p for p in found if p not in deeds], ALL - len(deeds))], survives))
