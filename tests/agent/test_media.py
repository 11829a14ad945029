"""Finding photos on a real disk, once they are finished, and removing one with everything derived from it."""

import hashlib
import os
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from agent.media import Media
from agent.media.copies import uri
from agent.media.holders import Holders
from agent.media.kinds import is_media, is_sidecar_of
from tests.parts.photos import SETTLE, age, digest, one, settled, write

NAMES = [
    b"-rf.jpg",
    b"a\nb.jpg",
    b"\xff\xfe.jpg",
    b"n" * 251 + b".jpg",
    "图片 été.JPG".encode(),
    b"50% off #1?.png",
    b" .gif",
]


class Home:
    """Cleo's home on Sunflower 1, with its camera folder, thumbnails and trash."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.camera, self.pictures = path / "DCIM", path / "Pictures"
        self.trash = path / ".local/share/Trash"
        for folder in (self.camera, self.pictures, self.trash / "files", self.trash / "info"):
            folder.mkdir(parents=True)
        self.media = Media([self.camera, self.pictures], [path], settle=SETTLE)

    def thumbnail(self, photo: Path | bytes, size: str = "normal") -> Path:
        folder = self.path / ".cache/thumbnails" / size
        folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.md5(uri(os.fsdecode(photo)).encode(), usedforsecurity=False).hexdigest()
        made = folder / f"{name}.png"
        made.write_bytes(b"small")
        return made

    def throw_away(self, name: str, content: bytes) -> Path:
        thrown = self.trash / "files" / name
        thrown.parent.mkdir(exist_ok=True)
        thrown.write_bytes(content)
        (self.trash / "info" / f"{name}.trashinfo").write_text("[Trash Info]\n")
        return thrown


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "cleo")


def test_pictures_and_videos_are_found_in_every_folder_below(home: Home) -> None:
    (home.camera / "a/b").mkdir(parents=True)
    write(home.camera / "a/b/deep.JPEG")
    write(home.pictures / "clip.mp4")
    write(home.camera / "letter.pdf")
    write(home.camera / "upload.jpg.part")
    write(home.camera / "noise")
    assert [Path(f.path).name for f in settled(home.media)] == ["deep.JPEG", "clip.mp4"]


def test_a_found_file_is_what_the_disk_shows(home: Home) -> None:
    photo = home.camera / "a.jpg"
    write(photo, b"Bluebell in the garden")
    status = photo.stat()
    file = one(home.media)
    assert (file.path, file.digest, file.size) == (str(photo), digest(b"Bluebell in the garden"), status.st_size)
    assert (file.device, file.inode, file.mtime_ns) == (status.st_dev, status.st_ino, status.st_mtime_ns)
    assert abs(file.taken_at - datetime.fromtimestamp(status.st_mtime, UTC)) < timedelta(milliseconds=1)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name_is_found_and_purged_with_its_thumbnail(home: Home, name: bytes) -> None:
    path = os.fsencode(home.camera) + b"/" + name
    write(path)
    thumbnail = home.thumbnail(path)
    file = one(home.media)
    assert home.media.purge(file) == {"thumbnail": 1}
    assert not os.path.lexists(path)
    assert not thumbnail.exists()
    assert not home.media.is_there(file)


def test_empty_files_links_and_other_things_are_not_photos(home: Home, tmp_path: Path) -> None:
    write(tmp_path / "outside.jpg")
    (home.camera / "empty.jpg").touch()
    (home.camera / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (home.camera / "folder.jpg").mkdir()
    (home.camera / "linked").symlink_to(tmp_path)
    os.mkfifo(home.camera / "pipe.jpg")
    assert settled(home.media) == ()


def test_a_watched_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    write(tmp_path / "elsewhere/a.jpg")
    (tmp_path / "DCIM").symlink_to(tmp_path / "elsewhere")
    media = Media([tmp_path / "DCIM"], settle=SETTLE)
    assert settled(media) == ()
    assert media.unseen == {"is a symbolic link": 1}


def test_thumbnails_and_trash_are_not_photos_but_thrown_away_ones_are(home: Home) -> None:
    for name in (".thumbnails/a.jpg", ".Trash-1000/files/b.jpg", ".pending-170-c.jpg", ".trashed-170-d.jpg"):
        (home.camera / name).parent.mkdir(parents=True, exist_ok=True)
        write(home.camera / name)
    assert [Path(f.path).name for f in settled(home.media)] == [".trashed-170-d.jpg"]


def test_a_file_that_is_still_written_to_is_not_settled(home: Home) -> None:
    photo = home.camera / "a.jpg"
    with photo.open("wb") as camera:
        camera.write(b"half")
        camera.flush()
        home.media._holders.look()
        assert settled_but_held(home.media) == ()
        camera.write(b" and half")
    home.media._holders.look()
    assert one(home.media).size == 13


def settled_but_held(media: Media) -> tuple[object, ...]:
    """Look until only what a program holds open is left: that is looked at again much later."""
    for _ in range(200):
        found = media.settled()
        wait = media.next_settles_in()
        if found or wait is None or wait > timedelta(seconds=20):
            return found
    return ()


def test_a_file_that_changes_is_settled_only_when_it_has_stopped(tmp_path: Path) -> None:
    now = [1_000_000_000_000_000_000]
    photo = tmp_path / "a.jpg"
    write(photo)
    media = Media([tmp_path], settle=timedelta(hours=1))
    assert media.settled() == ()
    assert timedelta(minutes=59) < (media.next_settles_in() or timedelta()) <= timedelta(hours=1, seconds=1)
    now[0] = photo.stat().st_ctime_ns + 3_600_000_000_000
    later = Media([tmp_path], settle=timedelta(hours=1), wall=lambda: now[0])
    assert len(later.settled()) == 1
    assert later.next_settles_in() is None


def test_an_old_time_on_a_fresh_file_does_not_settle_it(tmp_path: Path) -> None:
    write(tmp_path / "a.jpg")
    age(tmp_path / "a.jpg", timedelta(days=30))
    assert Media([tmp_path], settle=timedelta(hours=1)).settled() == ()


def test_a_picture_from_the_future_was_taken_now(home: Home) -> None:
    write(home.camera / "a.jpg")
    age(home.camera / "a.jpg", -timedelta(days=400))
    assert one(home.media).taken_at <= datetime.now(UTC)


def test_what_did_not_change_is_not_digested_again(home: Home) -> None:
    write(home.camera / "a.jpg")
    first = one(home.media)
    assert one(home.media) is first
    known = {(first.device, first.inode, first.size, first.mtime_ns): "ab" * 32}
    again = Media([home.camera], digests=known, settle=timedelta(hours=1))
    assert [f.digest for f in again.settled()] == ["ab" * 32]


def test_a_renamed_photo_stays_in_sight(home: Home) -> None:
    write(home.camera / "a.jpg")
    before = one(home.media)
    (home.camera / "a.jpg").rename(home.pictures / "b.jpg")
    (after,) = home.media.settled()
    assert (after.inode, after.digest, after.path) == (before.inode, before.digest, str(home.pictures / "b.jpg"))


def test_a_photo_with_two_names_is_one_photo_and_goes_under_both(home: Home) -> None:
    write(home.camera / "a.jpg")
    (home.pictures / "b.jpg").hardlink_to(home.camera / "a.jpg")
    thumbnails = [home.thumbnail(home.camera / "a.jpg"), home.thumbnail(home.pictures / "b.jpg")]
    assert home.media.purge(one(home.media)) == {"link": 1, "thumbnail": 2}
    assert not any(t.exists() for t in thumbnails)
    assert settled(home.media) == ()


def test_thumbnails_of_every_size_go_and_those_of_others_stay(home: Home) -> None:
    write(home.camera / "a.jpg")
    own = [home.thumbnail(home.camera / "a.jpg", s) for s in ("normal", "large", "x-large", "xx-large", "fail/gnome")]
    other = home.thumbnail(home.camera / "b.jpg")
    hidden = home.camera / ".thumbnails/a.jpg"
    hidden.parent.mkdir()
    write(hidden)
    assert home.media.purge(one(home.media)) == {"thumbnail": 6}
    assert other.exists()
    assert not any(t.exists() for t in (*own, hidden))


def test_trash_goes_by_content_and_never_by_name(home: Home) -> None:
    write(home.camera / "a.jpg", b"the picture")
    thrown, other = home.throw_away("x.jpg", b"the picture"), home.throw_away("a.jpg", b"another one")
    deep = home.trash / "files/album/y.jpg"
    deep.parent.mkdir()
    write(deep, b"the picture")
    volume = home.camera / ".Trash-1000"
    assert home.media.purge(one(home.media)) == {"trash": 2}
    assert not thrown.exists()
    assert not (home.trash / "info/x.jpg.trashinfo").exists()
    assert not deep.exists()
    assert other.exists()
    assert not volume.exists(), "deleting never makes a trash"


def test_a_copy_that_will_not_go_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home.camera / "a.jpg", b"the picture")
    home.throw_away("x.jpg", b"the picture")
    file = one(home.media)
    unlink = os.unlink

    def stubborn(name: str, *, dir_fd: int | None = None) -> None:
        if name == "x.jpg":
            raise PermissionError(1, "Operation not permitted")
        unlink(name, dir_fd=dir_fd)

    monkeypatch.setattr(os, "unlink", stubborn)
    assert home.media.purge(file) == {"trash left": 1}


def test_sidecars_go_with_the_last_picture_of_their_name_and_videos_never(home: Home) -> None:
    for name in ("IMG_1.JPG", "IMG_1.dng", "IMG_1.mov", "IMG_1.xmp", "IMG_1.JPG.xmp", "IMG_1.AAE", "IMG_10.xmp"):
        write(home.camera / name, name.encode())
    files = {Path(f.path).name: f for f in settled(home.media)}
    assert home.media.purge(files["IMG_1.JPG"]) == {"partner": 1}
    assert (home.camera / "IMG_1.xmp").exists()
    assert home.media.purge(files["IMG_1.dng"]) == {}
    assert home.media.purge(files["IMG_1.mov"]) == {"partner": 2}
    assert sorted(p.name for p in home.camera.iterdir()) == ["IMG_10.xmp"]


def test_the_second_half_of_a_purge_cut_short_is_made_good(home: Home) -> None:
    write(home.camera / "a.jpg")
    thumbnail, file = home.thumbnail(home.camera / "a.jpg"), one(home.media)
    (home.camera / "a.jpg").unlink()
    assert not home.media.is_there(file)
    assert home.media.purge_copies(file) == {"thumbnail": 1}
    assert home.media.purge_copies(file) == {}
    assert not thumbnail.exists()


def test_a_photo_that_was_moved_while_a_purge_was_cut_short_goes_too(home: Home) -> None:
    write(home.camera / "a.jpg")
    file = one(home.media)
    (home.camera / "a.jpg").rename(home.pictures / "moved.jpg")
    write(home.pictures / "other.jpg", b"never added")
    assert home.media.purge_copies(file) == {"link": 1}
    assert [p.name for p in home.pictures.iterdir()] == ["other.jpg"]


def test_folders_in_folders_are_walked_once(home: Home) -> None:
    write(home.camera / "a.jpg")
    media = Media([home.path, home.camera, home.camera], settle=SETTLE)
    assert len(settled(media)) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.JPG", True), ("a.heic", True), ("a.CR2", True), (".jpg", False), ("jpg", False), ("a.jpg.xmp", False)],
)
def test_media_are_known_by_their_suffix(name: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_media(name) is expected


def test_sidecars_are_known_by_their_whole_stem() -> None:
    assert is_sidecar_of("img_1.xmp", "IMG_1.JPG")
    assert not is_sidecar_of("IMG_10.xmp", "IMG_1.JPG")
    assert not is_sidecar_of("IMG_1.mov", "IMG_1.JPG")


def test_who_writes_is_seen_in_proc(tmp_path: Path) -> None:
    read, written = tmp_path / "read.jpg", tmp_path / "written.jpg"
    write(read)
    write(written)
    with read.open("rb"), written.open("ab"):
        writers = Holders()
        states = [writers.writing(p.stat().st_dev, p.stat().st_ino) for p in (read, written)]
    assert states == [False, True]


@pytest.fixture
def glib() -> object:
    ctypes = pytest.importorskip("ctypes")
    try:
        library = ctypes.CDLL("libglib-2.0.so.0")
    except OSError:
        pytest.skip("GLib is not on this machine")
    library.g_filename_to_uri.restype = ctypes.c_char_p
    return library


@pytest.mark.parametrize("name", [*NAMES, bytes(range(1, 47)), bytes(range(48, 256))], ids=range(len(NAMES) + 2))
def test_addresses_are_escaped_as_glib_escapes_them(glib: object, name: bytes) -> None:
    path = b"/home/cleo/" + name
    theirs = glib.g_filename_to_uri(path, None, None)  # type: ignore[attr-defined]  # a C library
    assert uri(os.fsdecode(path)).encode() == theirs
    assert unquote(theirs.decode(), errors="surrogateescape") == "file://" + os.fsdecode(path)


def test_files_of_another_program_that_writes_are_seen(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    write(photo)
    with photo.open("ab") as out, subprocess.Popen(["/usr/bin/tail", "-f", "/dev/null"], stdout=out) as program:
        out.close()
        assert Holders().writing(photo.stat().st_dev, photo.stat().st_ino)
        program.kill()


def test_a_trash_deeper_than_anyone_needs_keeps_no_purge_from_its_end(home: Home) -> None:
    write(home.camera / "a.jpg", b"the picture")
    thrown = home.throw_away("x.jpg", b"the picture")
    levels = [home.trash / "files" / f"level{n}" for n in range(1100)]
    for inner, outer in pairwise([home.throw_away("bottom", b""), *levels]):
        outer.mkdir()
        inner.rename(outer / "in")
    try:
        assert home.media.purge(one(home.media)) == {"trash": 1, "search cut short": 1}
        assert not thrown.exists()
    finally:
        for outer, inner in pairwise(reversed(levels)):  # what clears up after a test cannot go that deep either
            (outer / "in").rename(inner)
            outer.rmdir()
