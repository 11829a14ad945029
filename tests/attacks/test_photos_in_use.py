"""A photo that another program has open, in whatever way, stays until it is closed; and that is no news."""

import fcntl
import mmap
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agent.media import Media, busy, deleting, digests, lease
from agent.media.holders import Holders
from agent.seams.photos import FoundFile, PurgePostponedError, PurgeRefusedError
from tests.parts.held import held
from tests.parts.photos import SETTLE, one, write

PICTURE = b"Sunflower class plants beans"
APART = {
    "a program": [],
    "a program that sees other disks": ["unshare", "--mount"],
    "another person's program": ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "DCIM").mkdir()
    write(tmp_path / "DCIM/a.jpg", PICTURE)
    return tmp_path


@pytest.fixture
def media(home: Path) -> Media:
    return Media([home / "DCIM"], [home], settle=SETTLE)


@pytest.fixture
def file(media: Media) -> FoundFile:
    return one(media)


@pytest.fixture(params=["with leases", "without leases"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A disk that knows leases, and one that does not."""
    if request.param == "without leases":
        monkeypatch.setattr(lease, "leased", lambda _: False)
    return str(request.param)


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize("how", ["reads", "maps", "writes"])
def test_it_stays_while_it_is_open_and_goes_when_it_is_closed(home: Path, media: Media, how: str) -> None:
    file = one(media)
    with held(home / "DCIM/a.jpg", how), pytest.raises(PurgePostponedError, match="another program has it open"):
        media.purge(file)
    assert (home / "DCIM/a.jpg").read_bytes() == PICTURE
    assert media.next_settles_in() == busy.SOONEST + timedelta(microseconds=1)
    media.settled()
    assert media.purge(file) == {}


@pytest.mark.needs("root", "unshare", "setpriv")
@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize("who", APART)
def test_it_stays_whoever_has_it_open(home: Path, media: Media, file: FoundFile, who: str) -> None:
    for folder in (home / "DCIM", *list(home.parents)[:3], home):
        folder.chmod(folder.stat().st_mode | 0o005)
    (home / "DCIM/a.jpg").chmod(0o644)
    with held(home / "DCIM/a.jpg", "reads", APART[who]), pytest.raises(PurgePostponedError):
        media.purge(file)
    assert (home / "DCIM/a.jpg").exists()


@pytest.mark.usefixtures("disk")
def test_it_stays_while_it_is_open_under_another_name(home: Path, media: Media) -> None:
    (home / "upload.part").hardlink_to(home / "DCIM/a.jpg")
    file = one(media)
    with held(home / "upload.part", "reads"), pytest.raises(PurgePostponedError):
        media.purge(file)
    assert (home / "DCIM/a.jpg").exists()
    assert (home / "upload.part").exists()
    media.settled()
    assert media.purge(file) == {"link": 1}
    assert not (home / "upload.part").exists()


def test_a_descriptor_that_cannot_read_holds_nothing(home: Path, media: Media, file: FoundFile) -> None:
    descriptor = os.open(home / "DCIM/a.jpg", os.O_PATH)
    try:
        assert media.purge(file) == {}
    finally:
        os.close(descriptor)


def test_whoever_opens_it_while_it_is_checked_keeps_it(
    home: Path, media: Media, file: FoundFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system lets nobody in while it is checked, and says that somebody waits."""
    digest = digests.digest

    def digest_while_someone_opens(descriptor: int) -> str:
        with pytest.raises(BlockingIOError):
            os.open(home / "DCIM/a.jpg", os.O_RDONLY | os.O_NONBLOCK)
        return digest(descriptor)

    monkeypatch.setattr(deleting, "digest", digest_while_someone_opens)
    with pytest.raises(PurgePostponedError):
        media.purge(file)
    assert (home / "DCIM/a.jpg").read_bytes() == PICTURE


def test_being_alone_ends_no_program(home: Path) -> None:
    """By default the system tells the holder of a lease by a signal that ends it; ours tells by one that does not."""
    with (home / "DCIM/a.jpg").open("rb") as photo:
        with lease.alone(photo.fileno(), Holders()) as still:
            assert fcntl.fcntl(photo.fileno(), fcntl.F_GETSIG) == signal.SIGURG
            assert still()
        assert fcntl.fcntl(photo.fileno(), fcntl.F_GETLEASE) == fcntl.F_UNLCK


def test_who_reads_and_maps_is_seen_in_proc_but_for_oneself(home: Path) -> None:
    photo = home / "DCIM/a.jpg"
    file = (photo.stat().st_dev, photo.stat().st_ino)
    with photo.open("rb"):
        assert not Holders().holding(*file)
    with photo.open("rb") as reading, mmap.mmap(reading.fileno(), 0, prot=mmap.PROT_READ):
        assert Holders().holding(*file)
    with held(photo, "reads"):
        holders = Holders()
        assert holders.holding(*file)
        assert not holders.writing(*file)


def test_a_copy_that_is_being_sent_is_left_and_goes_once_it_is_closed(home: Path, media: Media) -> None:
    sent = home / ".cache/journal/upload-1.tmp"
    sent.parent.mkdir(parents=True)
    write(sent, PICTURE)
    file = one(media)
    with held(sent, "reads"):
        assert media.purge(file) == {"cache left": 1}
        media.settled()
        assert sent.exists()
        assert media.next_settles_in()
    media.settled()
    assert not sent.exists()
    assert media.next_settles_in() is None


@pytest.mark.parametrize(("lasted", "soon"), [(0, 1), (1, 1), (30, 30), (3600, 60)])
def test_it_is_tried_again_after_as_long_as_it_has_lasted(lasted: int, soon: int) -> None:
    assert busy.again(timedelta(seconds=lasted)) == timedelta(seconds=soon)


def test_without_the_right_to_a_lease_proc_is_asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(descriptor: int, command: int, argument: object = 0) -> int:
        if command == fcntl.F_SETLEASE:
            raise PermissionError(13, "Permission denied")
        return fcntl_(descriptor, command, argument)

    fcntl_: Callable[..., int] = fcntl.fcntl
    monkeypatch.setattr(fcntl, "fcntl", refused)
    photo = home / "DCIM/a.jpg"
    with photo.open("rb") as own:
        with held(photo, "reads"), pytest.raises(lease.HeldError), lease.alone(own.fileno(), Holders()):
            pass
        with lease.alone(own.fileno(), Holders()) as still:
            assert still()


def test_a_refusal_for_another_reason_is_still_told(home: Path, media: Media, file: FoundFile) -> None:
    write(home / "DCIM/a.jpg", PICTURE[::-1])
    with pytest.raises(PurgeRefusedError) as refusal:
        media.purge(file)
    assert not isinstance(refusal.value, PurgePostponedError)
