"""The power goes, and with it all that was not synced: no photo goes whose purge was not safely written down."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.killing import Point, cut_short, judge_end, judge_wreck, points, whole
from tests.faults.story import prepare
from tests.parts.program import ROOT
from tests.parts.waiting import eventually

SAMPLE = [
    Point("unlinkat", 1),
    *(Point("fsync", n) for n in (1, 2, 3)),
    *(Point("fdatasync", n) for n in (9, 15, 16, 17, 18)),
    *(Point("pwrite64", n) for n in (150, 280, 290)),
]
pytestmark = pytest.mark.needs("root", "strace", "fusermount3", "/usr/lib/x86_64-linux-gnu/libfuse.so.2")


class Disk:
    """A disk whose power can be cut; what is on the table before the story was synced long ago."""

    def __init__(self, folder: Path) -> None:
        self.back, self.mount = folder / "back", folder / "disk"
        self.mount.mkdir(parents=True)
        prepare(self.back)
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


def survives(folder: Path, disks: list[Disk], point: Point) -> None:
    """A life ends at this point because the power does; the next one is whole."""
    disk = Disk(folder)
    disks.append(disk)
    cut_short(disk.mount, point)
    disk.cut_power()
    judge_wreck(disk.mount)
    whole(disk.mount)
    disk.cut_power()
    judge_end(disk.mount)


def test_the_disk_really_loses_what_was_not_synced(tmp_path: Path, disks: list[Disk]) -> None:
    disks.append(disk := Disk(tmp_path))
    (disk.mount / "lost").write_bytes(b"never synced")
    assert (disk.mount / "lost").read_bytes() == b"never synced"
    disk.cut_power()
    assert (disk.mount / "lost").read_bytes() == b""


@pytest.mark.parametrize("point", SAMPLE, ids=str)
def test_the_power_is_cut_at_a_sample_of_points(tmp_path: Path, disks: list[Disk], point: Point) -> None:
    survives(tmp_path, disks, point)


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_the_power_is_cut_at_every_point(tmp_path: Path, disks: list[Disk]) -> None:
    disks.append(counted := Disk(tmp_path / "counted"))
    for number, point in enumerate(points(counted.mount)):
        try:
            survives(tmp_path / str(number), disks, point)
        except AssertionError as wrong:
            pytest.fail(f"{point}: {wrong}")
        disks.pop().switch_off()
