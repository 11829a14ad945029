"""Which other photos are of the same exposure as one in the journal: proved by what both say, never by a name alone."""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.media import Media, partners
from agent.media.moments import head
from agent.seams.photos import PurgeRefusedError
from tests.parts.photos import SETTLE, settled, write

NINE = b"Exif\0\0....2026:11:24 09:00:00\0 2026:11:24 09:00:00\0"
TEN = b"Exif\0\0....2026:11:24 10:00:00\0"
UUID = b"5C2E8A3F-0B4D-4F27-9A6E-1D2C3B4A5F60"


def edited(taken: bytes) -> bytes:
    """A picture that was changed later: its camera's time stays, the time of the change is added."""
    return taken + b"2026:11:25 12:00:00\0 with a filter"


def video(seconds: float, identifier: bytes = b"", *, far: bool = False) -> bytes:
    """A video of this length: its index comes first, or behind what it shows; its identifier as Apple writes it."""
    lasting = struct.pack(">I4sIIIII", 28, b"mvhd", 0, 0, 0, 600, int(seconds * 600))
    keys = b"com.apple.quicktime.content.identifier" + identifier if identifier else b""
    index = struct.pack(">I4s", 8 + len(lasting + keys), b"moov") + lasting + keys
    shown = struct.pack(">I4sQ", 1, b"mdat", 16 + 9000) + os.urandom(9000)
    return struct.pack(">I4s", 12, b"ftyp") + b"qt  " + (shown + index if far else index + shown)


@dataclass
class Camera:
    """A camera's folder on a tablet."""

    folder: Path

    def take(self, name: str, content: bytes, later: float = 0) -> None:
        """Write a file, as if this many seconds later than the others."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        write(path, content)
        at = 1_790_000_000 + later
        os.utime(path, (at, at))

    def partners(self, name: str) -> list[str]:
        """What goes with this photo, by name."""
        media = Media([self.folder], settle=SETTLE)
        found = {str(Path(file.path).relative_to(self.folder)): file for file in settled(media)}
        return [str(Path(file.path).relative_to(self.folder)) for file in media.partners(found[name])]


@pytest.fixture
def camera(tmp_path: Path) -> Camera:
    return Camera(tmp_path)


@pytest.mark.parametrize("suffix", ["dng", "CR2", "nef"])
def test_a_raw_file_written_with_the_picture_goes_with_it(camera: Camera, suffix: str) -> None:
    camera.take("IMG_1.JPG", b"a picture")
    camera.take(f"IMG_1.{suffix}", b"a raw file", later=3)
    assert camera.partners("IMG_1.JPG") == [f"IMG_1.{suffix}"]


def test_a_raw_file_that_says_the_same_time_goes_with_it_though_it_was_copied_later(camera: Camera) -> None:
    camera.take("IMG_1.JPG", NINE)
    camera.take("IMG_1.dng", b"II*\0" + NINE, later=9999)
    assert camera.partners("IMG_1.JPG") == ["IMG_1.dng"]


@pytest.mark.parametrize(
    ("name", "content", "later"),
    [
        ("IMG_1.dng", b"a raw file", 60),  # another day's: the counter began anew
        ("IMG_1.dng", TEN, 0),  # its own time says so
        ("IMG_10.dng", b"a raw file", 0),
        ("other/IMG_1.dng", b"a raw file", 0),
        ("IMG_1.png", b"a picture", 0),
        ("IMG_1.mkv", b"a video", 0),
    ],
)
def test_another_picture_that_is_called_alike_stays(camera: Camera, name: str, content: bytes, later: float) -> None:
    camera.take("IMG_1.JPG", NINE)
    camera.take(name, content, later)
    assert camera.partners("IMG_1.JPG") == []


def test_a_raw_file_that_another_picture_could_claim_stays_with_that(camera: Camera) -> None:
    camera.take("IMG_1.JPG", NINE)
    camera.take("img_1.heic", b"another picture")
    camera.take("IMG_1.dng", NINE)
    assert camera.partners("IMG_1.JPG") == []


def test_of_a_raw_file_in_the_journal_the_picture_stays(camera: Camera) -> None:
    camera.take("IMG_1.JPG", NINE)
    camera.take("IMG_1.dng", NINE)
    assert camera.partners("IMG_1.dng") == []


@pytest.mark.parametrize("far", [False, True])
def test_the_motion_of_a_live_photo_is_known_by_the_identifier_in_both(camera: Camera, far: bool) -> None:  # noqa: FBT001 - a table
    camera.take("IMG_1.HEIC", NINE + b"Apple iOS" + UUID)
    camera.take("IMG_1.MOV", video(30, UUID, far=far), later=9999)
    assert camera.partners("IMG_1.HEIC") == ["IMG_1.MOV"]


def test_a_short_video_written_with_the_picture_is_its_motion(camera: Camera) -> None:
    camera.take("IMG_1.JPG", NINE)
    camera.take("IMG_1.mp4", video(2.9), later=2)
    assert camera.partners("IMG_1.JPG") == ["IMG_1.mp4"]


@pytest.mark.parametrize(
    ("content", "later"),
    [(video(2.9), 60), (video(4.1), 0), (video(300, UUID[::-1].upper()), 0), (b"no video at all", 0)],
)
def test_a_video_of_its_own_stays(camera: Camera, content: bytes, later: float) -> None:
    camera.take("IMG_1.JPG", NINE + UUID)
    camera.take("IMG_1.MOV", content, later)
    assert camera.partners("IMG_1.JPG") == []


@pytest.mark.parametrize(
    ("published", "before"),
    [
        ("IMG_E0001.JPG", "IMG_0001.HEIC"),
        ("a.jpg", "a_original.jpg"),
        ("a_modified.jpg", "a.jpg"),
        ("a-edited.jpg", "a.dng"),
        ("a.jpg", ".picasaoriginals/a.jpg"),
        ("a.jpg", "Originals/a.jpg"),
    ],
)
def test_what_a_picture_was_before_an_edit_goes_with_it(camera: Camera, published: str, before: str) -> None:
    camera.take(published, edited(NINE))
    camera.take(before, NINE + b"larger", later=-9999)
    assert camera.partners(published) == [before]
    assert camera.partners(before) == [], "an edit is a picture of its own: nobody put it into the journal"


@pytest.mark.parametrize(("published", "other"), [("a.jpg", "a_original.jpg"), ("IMG_E0001.JPG", "IMG_0001.JPG")])
@pytest.mark.parametrize("says", [TEN, b"nothing"])
def test_what_only_looks_like_an_original_by_its_name_stays(
    camera: Camera, published: str, other: str, says: bytes
) -> None:
    camera.take(published, NINE)
    camera.take(other, says)
    assert camera.partners(published) == []


def test_the_second_picture_of_one_second_is_not_what_the_first_was_before(camera: Camera) -> None:
    camera.take("a~2.jpg", NINE)
    camera.take("a.jpg", NINE + b"another child")
    assert camera.partners("a~2.jpg") == []


def test_nothing_goes_with_a_photo_that_was_changed_since_it_was_found(camera: Camera) -> None:
    camera.take("IMG_1.JPG", NINE)
    camera.take("IMG_1.dng", NINE)
    media = Media([camera.folder], settle=SETTLE)
    found = {Path(file.path).name: file for file in settled(media)}
    was = (camera.folder / "IMG_1.JPG").stat()
    (camera.folder / "IMG_1.JPG").write_bytes(NINE[::-1])
    os.utime(camera.folder / "IMG_1.JPG", ns=(was.st_mtime_ns, was.st_mtime_ns))
    assert media.partners(found["IMG_1.JPG"]) == ()


@pytest.mark.parametrize("fails", ["IMG_1.JPG", "IMG_1.dng"])
def test_a_photo_waits_when_the_disk_fails_while_its_raw_file_is_looked_at(
    camera: Camera, fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gone without its raw file, nothing could prove that any more."""
    camera.take("IMG_1.JPG", NINE)
    camera.take("IMG_1.dng", NINE)
    media = Media([camera.folder], settle=SETTLE)
    found = {Path(file.path).name: file for file in settled(media)}

    def fail(descriptor: int) -> bytes:
        if os.fstat(descriptor).st_ino == found[fails].inode:
            raise OSError(5, "Input/output error")
        return head(descriptor)

    monkeypatch.setattr(partners, "head", fail)
    with pytest.raises(PurgeRefusedError, match="the disk failed"):
        media.partners(found["IMG_1.JPG"])


def test_a_video_made_to_deceive_whoever_measures_it_is_no_motion(camera: Camera) -> None:
    camera.take("IMG_1.JPG", NINE)
    loops = struct.pack(">I4sQ", 1, b"free", 16) * 4000
    camera.take("IMG_1.MOV", loops + video(1))
    assert camera.partners("IMG_1.JPG") == []
    camera.take("IMG_1.MOV", struct.pack(">I4s", 20, b"moov") + b"mvhd\0\0")
    assert camera.partners("IMG_1.JPG") == []
