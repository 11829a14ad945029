"""Photos on a card that ignores capitals, allows no second names and makes its inode numbers up."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.media import Media
from agent.seams.photos import PurgePostponedError
from tests.parts.held import held
from tests.parts.photos import SETTLE, settled
from tests.parts.program import ROOT
from tests.parts.waiting import eventually

pytestmark = pytest.mark.needs("root", "fusermount3", "/usr/lib/x86_64-linux-gnu/libfuse.so.2")


ELSEWHERE = ["LOST.DIR/17", "LOST.DIR/18"]
"""What lies outside of the watched folder stays: a FUSE disk may be a share of the network, and is not searched."""


@contextmanager
def put_in(back: Path, mount: Path) -> Iterator[None]:
    """The card is in the tablet until the end of this block."""
    mount.mkdir(exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-B", "-m", "tests.parts.cardfs", str(back), str(mount)], cwd=ROOT, stderr=subprocess.DEVNULL
    ) as program:
        eventually(mount.is_mount)
        try:
            yield
        finally:
            program.kill()
            program.wait()
            subprocess.run(["/usr/bin/fusermount3", "-u", "-z", str(mount)], check=True)


@pytest.fixture
def back(tmp_path: Path) -> Path:
    made = tmp_path / "back"
    for name, content in {
        "DCIM/IMG_1.JPG": b"beans",
        "DCIM/img_1.jpg.xmp": b"<x/>",
        "DCIM/IMG_2.JPG": b"ponds",
        "DCIM/img_2.jpg.xmp": b"<x/>",
        "$RECYCLE.BIN/S-1/$R1.JPG": b"beans",
        "LOST.DIR/17": b"beans",
        "LOST.DIR/18": b"ponds",
    }.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(content)
    return made


def below(back: Path) -> list[str]:
    """What is on the card."""
    return sorted(str(path.relative_to(back)) for path in back.rglob("*") if path.is_file())


def test_a_photo_goes_once_with_its_copies_by_whichever_capitals_its_folder_is_called(
    tmp_path: Path, back: Path
) -> None:
    card = tmp_path / "card"
    with put_in(back, card):
        media = Media([card / "dcim", card / "DCIM"], [tmp_path / "cleo"], settle=SETTLE)
        files = {Path(file.path).name: file for file in settled(media)}
        assert sorted(files) == ["IMG_1.JPG", "IMG_2.JPG"]
        assert media.purge(files["IMG_1.JPG"]) == {"partner": 1, "trash": 1}
        assert not media.is_there(files["IMG_1.JPG"])
    assert below(back) == ["DCIM/IMG_2.JPG", "DCIM/img_2.jpg.xmp", *ELSEWHERE]


def test_a_photo_on_a_card_waits_while_a_program_has_it_open(tmp_path: Path, back: Path) -> None:
    card = tmp_path / "card"
    with put_in(back, card):
        media = Media([card / "DCIM"], settle=SETTLE)
        file = next(file for file in settled(media) if "IMG_1" in file.path)
        with held(card / "dcim/img_1.jpg", "reads"), pytest.raises(PurgePostponedError):
            media.purge(file)
        media.settled()
        assert media.purge(file)


def test_a_photo_is_still_there_when_the_card_was_out_and_its_inodes_have_changed(tmp_path: Path, back: Path) -> None:
    card = tmp_path / "card"
    with put_in(back, card):
        media = Media([card / "DCIM"], settle=SETTLE)
        file = next(file for file in settled(media) if "IMG_1" in file.path)
    with put_in(back, card):
        assert (card / "LOST.DIR/18").read_bytes() == b"ponds"  # so that numbers are given in another order
        assert (card / "DCIM/IMG_1.JPG").stat().st_ino != file.inode
        assert media.is_there(file)
        (card / "DCIM/IMG_1.JPG").unlink()
        assert not media.is_there(file)
