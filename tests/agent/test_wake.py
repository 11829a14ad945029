"""What rings the bell: finished files, newer folders, descriptors, the timer; and nothing else."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.wake import Listening, Wake, Watches

SOON, NEVER = timedelta(seconds=10), timedelta(hours=1)


@pytest.fixture
def wake() -> Wake:
    return Wake()


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    (tmp_path / "DCIM").mkdir()
    return tmp_path / "DCIM"


@pytest.fixture
def watches(wake: Wake, camera: Path) -> Iterator[Watches]:
    made = Watches(wake, [camera, camera.parent / "later"], [camera.parent / "system" / "status"], NEVER)
    made.start()
    yield made
    made.stop()


def test_asking_often_wakes_once_with_every_reason(wake: Wake) -> None:
    for reason in ("file", "network", "file"):
        wake.ask(reason)
    assert wake.wait(SOON) == {"file", "network"}
    assert wake.wait(timedelta()) == frozenset()


def test_a_sleeper_is_woken(wake: Wake) -> None:
    threading.Timer(0.05, wake.ask, ("standing",)).start()
    assert wake.wait(SOON) == {"standing"}


@pytest.mark.usefixtures("watches")
def test_a_finished_file_wakes(wake: Wake, camera: Path) -> None:
    (camera / "a.jpg").write_bytes(b"picture")
    assert wake.wait(SOON) == {"file"}


@pytest.mark.usefixtures("watches")
def test_a_file_that_is_moved_in_or_away_wakes(wake: Wake, camera: Path) -> None:
    outside = camera.parent / "a.jpg"
    outside.write_bytes(b"picture")
    outside.rename(camera / "a.jpg")
    assert wake.wait(SOON) == {"file"}
    (camera / "a.jpg").unlink()
    assert wake.wait(SOON) == {"file"}


@pytest.mark.usefixtures("watches")
def test_reading_a_file_does_not_wake(wake: Wake, camera: Path) -> None:
    (camera / "a.jpg").write_bytes(b"picture")
    assert wake.wait(SOON) == {"file"}
    while wake.wait(timedelta(milliseconds=300)):  # the last echo of the write
        pass
    for _ in range(50):
        (camera / "a.jpg").read_bytes()
    assert wake.wait(timedelta(milliseconds=300)) == frozenset()


def test_a_folder_that_appears_later_is_watched_then(wake: Wake, camera: Path, watches: Watches) -> None:
    later = camera.parent / "later"
    later.mkdir()
    watches.refresh()
    (later / "b.jpg").write_bytes(b"picture")
    assert "file" in wake.wait(SOON)


def test_the_timer_wakes(camera: Path) -> None:
    wake = Wake()
    watches = Watches(wake, [camera], [], timedelta(seconds=0.05))
    watches.start()
    try:
        assert wake.wait(SOON) == {"time"}
    finally:
        watches.stop()


class Pipe:
    """A source of change in the test's hand."""

    def __init__(self) -> None:
        self.reader, self.writer = socket.socketpair()

    def fileno(self) -> int:
        return self.reader.fileno()

    def drain(self) -> bool:
        return self.reader.recv(100) != b"dull"

    def close(self) -> None:
        self.reader.close()
        self.writer.close()


def test_a_descriptor_wakes_when_what_it_says_matters(wake: Wake) -> None:
    pipe = Pipe()
    listening = Listening(wake, pipe, "network")
    listening.start()
    try:
        pipe.writer.send(b"dull")
        assert wake.wait(timedelta(milliseconds=200)) == frozenset()
        pipe.writer.send(b"link down")
        assert wake.wait(SOON) == {"network"}
    finally:
        listening.stop()
        pipe.close()


def test_a_folder_that_is_made_anew_is_watched_anew(wake: Wake, camera: Path, watches: Watches) -> None:
    for remove in (camera.rmdir, lambda: camera.rename(camera.parent / "old")):
        remove()
        camera.mkdir()
        while wake.wait(timedelta(milliseconds=300)):  # the last echo of the removal
            pass
        watches.refresh()
        (camera / "a.jpg").write_bytes(b"picture")
        assert wake.wait(SOON) == {"file"}
        (camera / "a.jpg").unlink()


def test_a_link_in_the_place_of_a_folder_is_not_followed(wake: Wake, tmp_path: Path) -> None:
    (tmp_path / "disk/below").mkdir(parents=True)
    (tmp_path / "Pictures").symlink_to(tmp_path / "disk")
    watches = Watches(wake, [tmp_path / "Pictures"], [], NEVER)
    watches.start()
    try:
        (tmp_path / "disk/below/a.jpg").write_bytes(b"picture")
        assert wake.wait(timedelta(milliseconds=300)) == frozenset()
    finally:
        watches.stop()


def test_a_folder_that_cannot_be_looked_at_holds_up_no_other(wake: Wake, camera: Path) -> None:
    watches = Watches(wake, [camera / ("x" * 300), camera], [], NEVER)
    watches.start()
    try:
        (camera / "a.jpg").write_bytes(b"picture")
        assert wake.wait(SOON) == {"file"}
    finally:
        watches.stop()
