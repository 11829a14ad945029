"""`safeuse-agent match`: a verdict for every file of the tablet, whatever is in either folder."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from agent.matching.matching import ITS_STILL, NOTHING, Verdict, explain_clips
from agent.matching.terms import Read
from agent.terminal import app

PHOTOS = Path(__file__).parents[1] / "data/photos"


@pytest.fixture
def tablet(tmp_path: Path) -> Path:
    """Cleo's tablet: three photos, and the note that she left beside them."""
    folder = tmp_path / "tablet"
    folder.mkdir()
    for name in ("frog", "roses", "tractor"):
        shutil.copy(PHOTOS / f"{name}.jpg", folder)
    (folder / "note.txt").write_text("do not forget the frog")
    return folder


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """The journal's export: the frog, scaled and encoded anew, and a picture that is cut short."""
    folder = tmp_path / "journal"
    folder.mkdir()
    frog = Image.open(PHOTOS / "frog.jpg").convert("RGB")
    frog.thumbnail((500, 500))
    frog.save(folder / "media 1.jpg", quality=70)
    (folder / "media 2.jpg").write_bytes((folder / "media 1.jpg").read_bytes()[:3000])
    return folder


def matched(*arguments: Path | str) -> dict[str, dict[str, Any]]:
    """Run the command and give its lines by file."""
    ended = CliRunner().invoke(app, ["match", *map(str, arguments), "--json"])
    assert ended.exit_code == 0, ended.output
    return {line["file"]: line for line in map(json.loads, ended.stdout.splitlines())}


def test_what_is_in_the_journal_is_told_from_what_is_not(tablet: Path, journal: Path) -> None:
    found = matched(tablet, journal)
    assert {name: line["verdict"] for name, line in found.items()} == {
        "frog.jpg": "added",
        "roses.jpg": "not_added",
        "tractor.jpg": "not_added",
        "note.txt": "ask",
    }
    assert found["frog.jpg"]["picture"] == "media 1.jpg"
    assert all(set(line) == {"file", "verdict", "picture", "why", "score"} for line in found.values())


def test_a_zip_is_read_like_a_folder(tablet: Path, journal: Path, tmp_path: Path) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "export"), "zip", journal))
    assert matched(tablet, archive)["frog.jpg"]["verdict"] == "added"


def test_without_json_it_is_a_table_with_a_summary(tablet: Path, journal: Path) -> None:
    ended = CliRunner().invoke(app, ["match", str(tablet), str(journal)])
    assert ended.exit_code == 0
    assert "1 added, 2 not added, 1 to ask a person about" in " ".join(ended.stdout.split())
    assert "media 2.jpg in the journal was left out: the file is cut short" in " ".join(ended.output.split())


def test_a_draft_is_not_the_journal(tablet: Path, journal: Path) -> None:
    (journal / "Not in journal").mkdir()
    (journal / "media 1.jpg").rename(journal / "Not in journal/media 1.jpg")
    assert matched(tablet, journal)["frog.jpg"]["verdict"] == "not_added"


def test_two_files_with_the_same_bytes_get_the_same_verdict(tablet: Path, journal: Path) -> None:
    shutil.copy(tablet / "frog.jpg", tablet / "frog (1).jpg")
    found = matched(tablet, journal)
    assert found["frog (1).jpg"]["verdict"] == found["frog.jpg"]["verdict"] == "added"


def test_a_name_that_is_no_text_is_shown_all_the_same(tablet: Path, journal: Path) -> None:
    (tablet / "roses.jpg").rename(tablet / os.fsdecode(b"ros\xe9s.jpg"))
    assert matched(tablet, journal)["ros\\xe9s.jpg"]["verdict"] == "not_added"


def test_a_link_is_not_followed(tablet: Path, journal: Path) -> None:
    (tablet / "link.jpg").symlink_to(journal / "media 1.jpg")
    assert "link.jpg" not in matched(tablet, journal)


def test_a_picture_that_brings_down_its_reader_is_asked_about_alone(
    tablet: Path, journal: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(DEADLY)
    monkeypatch.syspath_prepend(tmp_path)
    found = matched(tablet, journal)
    assert found["roses.jpg"]["verdict"] == "ask"
    assert "ended unexpectedly" in found["roses.jpg"]["why"]
    assert (found["frog.jpg"]["verdict"], found["tractor.jpg"]["verdict"]) == ("added", "not_added")


DEADLY = """
import builtins, os
real = os.open
def deadly(path, *rest, **more):
    if isinstance(path, bytes) and path.endswith(b"roses.jpg"):
        os.abort()
    return real(path, *rest, **more)
os.open = deadly
"""
"""Stands for a decoder with a fault that one picture meets."""


def refused(*arguments: Path) -> str:
    """Run the command where it must refuse, and give its words."""
    ended = CliRunner().invoke(app, ["match", *map(str, arguments)])
    assert ended.exit_code == 1
    return " ".join(ended.output.split())


def test_a_folder_that_is_not_there_is_named(tablet: Path, journal: Path, tmp_path: Path) -> None:
    assert "is not a folder" in refused(tmp_path / "nowhere", journal)
    assert "is not there" in refused(tablet, tmp_path / "nowhere.zip")


def test_an_empty_folder_is_told(tablet: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "There is no picture and no video in it" in refused(tablet, tmp_path / "empty")
    assert "holds no files" in refused(tmp_path / "empty", tablet)


def test_what_is_no_zip_is_refused(tablet: Path, tmp_path: Path) -> None:
    (tmp_path / "export.zip").write_bytes(b"PK\x03\x04 and nothing more")
    assert "The archive is damaged or not whole" in refused(tablet, tmp_path / "export.zip")


def test_an_encrypted_zip_is_refused_with_the_way_out(tablet: Path, journal: Path, tmp_path: Path) -> None:
    path = tmp_path / "locked.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(journal / "media 1.jpg", "media 1.jpg")
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # the flag that says so, in the table of contents
    path.write_bytes(data)
    assert "The archive is locked with a password. Unpack it, and hand in the folder." in refused(tablet, path)


def test_the_command_itself_loads_nothing_that_decodes() -> None:
    look = "import agent.matching.matching, sys; print([m for m in ('numpy', 'PIL', 'av') if m in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def moment(file: str, verdict: str, kind: str, name: str) -> tuple[Verdict, Read]:
    """A file of a live photo, judged."""
    return Verdict(file, verdict, None, NOTHING, 0.0), Read("", kind=kind, moment=name)


@pytest.mark.parametrize(
    ("clip", "explained"),
    [
        (moment("DCIM/IMG_1.MOV", "not_added", "video", "M"), True),
        (moment("DCIM/IMG_1.MOV", "not_added", "video", ""), True),
        (moment("DCIM/IMG_1.MOV", "not_added", "video", "another"), False),
        (moment("other/IMG_1.MOV", "not_added", "video", "M"), False),
    ],
)
def test_a_live_photos_clip_says_that_only_its_still_is_in_the_journal(
    clip: tuple[Verdict, Read], *, explained: bool
) -> None:
    still = moment("DCIM/IMG_1.HEIC", "added", "picture", "M")
    explain_clips([still[0], clip[0]], [still[1], clip[1]])
    assert (clip[0].why == ITS_STILL) is explained
    assert clip[0].verdict == "not_added"
