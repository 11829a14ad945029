"""What looks like a copy and is none, or may not be touched: it stays. What cannot be told apart is said to be left."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.media import Media, copies, deleting, search
from agent.media.mounts import Mounts
from agent.media.places import Place
from agent.seams.photos import FoundFile, PurgeRefusedError
from tests.parts.photos import SETTLE, settled, write

PICTURE = b"Sunflower class plants beans"
NINE = b"2026:11:24 09:00:00 the beans"
TEN = b"2026:11:24 10:00:00 the ponds"


class Home:
    """Cleo's home, with one photo that is in the journal."""

    def __init__(self, path: Path, content: bytes = PICTURE) -> None:
        self.path, self.content = path, content
        self.put("DCIM/a.jpg", content)
        self.media = Media([path / "DCIM", path / "Pictures"], [path], settle=SETTLE)

    def put(self, name: str, content: bytes = b"") -> Path:
        """A file with the photo's bytes, or others."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, content or self.content)
        return path

    def purge(self, name: str = "DCIM/a.jpg") -> dict[str, int]:
        """Purge it; gives what went with it."""
        files = {os.path.relpath(file.path, self.path): file for file in settled(self.media)}
        return dict(self.media.purge(files[name]))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "cleo")


MARKS = [".sync_0a1b2c.db", "._sync_0a1b2c.db", ".owncloudsync.log", ".stfolder", ".dropbox", ".seafile-data"]


@pytest.mark.parametrize("mark", MARKS)
def test_a_folder_that_is_kept_in_step_with_a_server_is_not_touched(home: Home, mark: str) -> None:
    """What is removed there would be removed from the server: it may be the journal itself."""
    home.put(f"Nursery/{mark}", b"a mark")
    copy = home.put("Nursery/2026/a.jpg")
    assert home.purge() == {"copy left": 1}
    assert copy.read_bytes() == PICTURE


def test_a_folder_that_was_named_is_not_touched(home: Home) -> None:
    copy, other = home.put("Journal/a.jpg"), home.put("Journalism/a.jpg")
    home.media.heed(spared=[home.path / "Journal"])
    assert home.purge() == {"copy": 1, "copy left": 1}
    assert copy.exists()
    assert not other.exists()


def test_a_name_in_a_folder_that_is_kept_in_step_keeps_the_photo(home: Home) -> None:
    home.put("Nursery/.stfolder", b"a mark")
    (home.path / "Nursery/a.jpg").hardlink_to(home.path / "DCIM/a.jpg")
    with pytest.raises(PurgeRefusedError, match="another name"):
        home.purge()
    assert (home.path / "DCIM/a.jpg").exists()
    assert (home.path / "Nursery/a.jpg").exists()


def test_the_same_bytes_in_a_watched_folder_are_a_photo_of_its_own(home: Home) -> None:
    second = home.put("Pictures/b.jpg")
    assert home.purge() == {}
    assert second.exists()
    assert home.purge("Pictures/b.jpg") == {}


@pytest.mark.parametrize("name", ["Documents/a.jpg", ".local/share/Trash/files/a.jpg", "DCIM/.thumbnails/1.jpg"])
def test_other_bytes_under_its_name_and_of_its_length_stay(home: Home, name: str) -> None:
    other = home.put(name, PICTURE[::-1])
    gone = home.purge()
    assert other.exists()
    assert gone in ({}, {"preview unknown": 1})


@pytest.mark.parametrize("name", ["link.jpg", "folder/link.jpg"])
def test_links_lead_nowhere(home: Home, tmp_path: Path, name: str) -> None:
    (tmp_path / "outside").mkdir()
    write(tmp_path / "outside/link.jpg", PICTURE)
    (home.path / "folder").symlink_to(tmp_path / "outside")
    (home.path / "link.jpg").symlink_to(tmp_path / "outside/link.jpg")
    assert (home.path / name).exists()
    assert home.purge() == {}
    assert (tmp_path / "outside/link.jpg").read_bytes() == PICTURE


def test_a_copy_that_is_exchanged_while_it_is_checked_stays(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = home.put("Documents/a.jpg")
    remove = deleting.remove

    def exchange(place: Place, *rest: object) -> None:
        copy.rename(home.path / "Documents/moved.jpg")
        write(copy, PICTURE[::-1])
        remove(place, *rest)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(copies, "remove", exchange)
    assert home.purge() == {}
    assert copy.read_bytes() == PICTURE[::-1]


def test_numbered_previews_that_nobody_looked_at_yet_are_said_to_be_unknown(home: Home) -> None:
    preview = home.put("DCIM/.thumbnails/1234.jpg", b"small")
    assert home.purge() == {"preview unknown": 1}
    assert preview.exists()


def test_numbered_previews_that_were_there_before_the_photo_are_not_of_it(home: Home) -> None:
    preview = home.put(".cache/shotwell/thumbs/thumbs128/thumb00000000000000ff.jpg", b"small")
    os.utime(preview, (0, 0))
    assert home.purge() == {}
    assert preview.exists()


BACKUPS = ["a.jpg~", "A.JPG.bak", "a.jpg.orig", "a.jpg_original"]


@pytest.mark.parametrize("name", BACKUPS)
def test_a_backup_that_says_the_same_time_goes(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path / "cleo", NINE)
    backup = home.put(f"DCIM/{name}", NINE + b"before")
    assert home.purge() == {"partner": 1}
    assert not backup.exists()


@pytest.mark.parametrize("name", BACKUPS)
@pytest.mark.parametrize("says", [TEN, b"nothing"])
def test_a_backup_that_may_be_of_another_picture_stays_and_is_counted(tmp_path: Path, name: str, says: bytes) -> None:
    home = Home(tmp_path / "cleo", NINE)
    backup = home.put(f"DCIM/{name}", says)
    assert home.purge() == {"partner left": 1}
    assert backup.exists()


def test_a_thumbnail_in_the_top_folder_that_may_be_of_another_picture_stays(tmp_path: Path) -> None:
    home = Home(tmp_path / "cleo")
    home.put("DCIM/100/a.jpg", b"another child")
    thumbnail = home.put("DCIM/.thumbnails/a.jpg", b"small")
    assert home.purge("DCIM/100/a.jpg") == {}
    assert thumbnail.exists()
    assert home.purge("DCIM/a.jpg") == {"thumbnail": 1}


def test_capitals_and_accents_written_otherwise_do_not_hide_a_sidecar(tmp_path: Path) -> None:
    home = Home(tmp_path / "cleo")
    home.put("DCIM/été.jpg", NINE)
    sidecar = home.put("DCIM/E\u0301TE\u0301.XMP", b"<x:xmpmeta/>")
    assert home.purge("DCIM/été.jpg") == {"partner": 1}
    assert not sidecar.exists()


def test_of_two_pictures_that_differ_in_capitals_only_each_keeps_its_sidecar(home: Home) -> None:
    home.put("DCIM/A.JPG", b"another child")
    own, other = home.put("DCIM/a.jpg.xmp", b"<x/>"), home.put("DCIM/A.JPG.xmp", b"<x/>")
    assert home.purge() == {"partner": 1}
    assert not own.exists()
    assert other.exists()
    assert home.purge("DCIM/A.JPG") == {"partner": 1}


def test_files_of_thumbnails_go_where_the_photo_was_and_stay_elsewhere(home: Home) -> None:
    own, above = home.put("DCIM/Thumbs.db", b"small"), home.put("thumbnails-digikam.db", b"small")
    other = home.put("Pictures/Thumbs.db", b"small")
    assert home.purge() == {"thumbnail database": 2}
    assert not own.exists()
    assert not above.exists()
    assert other.exists()


@pytest.mark.parametrize("spoil", [lambda b: b[:-1] + b"\0", lambda b: b[1:] + b"x", lambda b: b"\0" * len(b)])
def test_an_entry_of_a_browsers_cache_that_holds_something_else_stays(
    home: Home, spoil: Callable[[bytes], bytes]
) -> None:
    body = PICTURE + bytes(50) + len(PICTURE).to_bytes(4, "big")
    entry = home.put(f".cache/mozilla/firefox/x/cache2/entries/{'AB' * 20}", spoil(body))
    right = home.put(f".cache/mozilla/firefox/x/cache2/entries/{'CD' * 20}", body)
    assert home.purge() == {"cache": 1}
    assert entry.exists()
    assert not right.exists()


def test_a_copy_that_would_not_go_is_tried_again_unless_another_file_stands_there(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    thrown, sidecar = home.put(".local/share/Trash/files/x.jpg"), home.put("DCIM/a.jpg.xmp", b"<x/>")
    unlink, stubborn = os.unlink, {"x.jpg", "a.jpg.xmp"}

    def fail(name: str, *, dir_fd: int | None = None) -> None:
        if name in stubborn:
            raise OSError(5, "Input/output error")
        unlink(name, dir_fd=dir_fd)

    monkeypatch.setattr(os, "unlink", fail)
    assert home.purge() == {"trash left": 1, "partner left": 1}
    home.media.settled()
    stubborn.clear()
    sidecar.unlink()
    write(sidecar, b"the sidecar of another picture")
    home.media.settled()
    assert not thrown.exists()
    assert sidecar.exists()
    assert home.media.next_settles_in() is None


def test_a_search_that_takes_too_long_is_ended_and_that_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PATIENCE", -1)
    copy = home.put("Documents/a.jpg")
    assert home.purge() == {"search cut short": 1}
    assert copy.exists()


@pytest.mark.parametrize(("times", "gone"), [(1, {"copy": 1}), (2, {"search cut short": 1})])
def test_a_file_that_a_failing_disk_does_not_show_is_tried_twice_and_then_told(
    home: Home, monkeypatch: pytest.MonkeyPatch, times: int, gone: dict[str, int]
) -> None:
    copy, failing = home.put("Documents/x"), [times]
    proof = copies.proof

    def fail(file: FoundFile) -> Callable[[int], bool]:
        if failing[0]:
            failing[0] -= 1
            raise OSError(5, "Input/output error")
        return proof(file)

    files = settled(home.media)
    monkeypatch.setattr(copies, "proof", fail)
    assert home.media.purge(files[0]) == gone
    assert copy.exists() is (times > 1)


def test_one_walk_serves_a_whole_round(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        home.put(f"DCIM/{number}.jpg", f"picture {number}".encode())
        home.put(f"Documents/{number}.jpg", f"picture {number}".encode())
    files, walked = settled(home.media), list[str]()
    listing = search.listing

    def counted(folder: str) -> list[os.DirEntry[str]] | None:
        walked.append(folder)
        return listing(folder)

    monkeypatch.setattr(search, "listing", counted)
    gone = [home.media.purge(file) for file in files]
    assert gone == [{"copy": 1}] * 20 + [{}]
    assert len(walked) == len(set(walked))


@pytest.mark.needs("root", "/usr/bin/chattr")
def test_a_protected_copy_is_left_and_counted(home: Home) -> None:
    copy = home.put("Documents/a.jpg")
    if subprocess.run(["/usr/bin/chattr", "+i", copy], check=False, capture_output=True).returncode:
        pytest.skip("the disk under the test cannot mark files as unchangeable")
    try:
        assert home.purge() == {"copy left": 1}
    finally:
        subprocess.run(["/usr/bin/chattr", "-i", copy], check=True)
    assert copy.exists()


def test_a_card_whose_inodes_changed_over_a_restart_still_holds_its_photo(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On FAT and FUSE the system makes inode numbers up: a purge that was cut short must not be taken for done."""
    (file,) = settled(home.media)
    other = replace(file, inode=file.inode + 1, device=file.device + 1)
    assert not home.media.is_there(other)
    monkeypatch.setattr(Mounts, "keeps_inodes", lambda *_: False)
    assert home.media.is_there(other)
    assert not home.media.is_there(replace(other, digest="ab" * 32))


def test_another_number_of_the_disk_after_a_restart_makes_no_photo_gone(home: Home) -> None:
    (file,) = settled(home.media)
    assert home.media.is_there(replace(file, device=file.device + 1))


def test_a_search_that_meets_folders_deeper_than_anyone_needs_says_that_it_did_not_enter_them(home: Home) -> None:
    copy = home.put("/".join(["Documents", *(f"level{n}" for n in range(150)), "a.jpg"]))
    assert home.purge() == {"search cut short": 1}
    assert copy.exists()
