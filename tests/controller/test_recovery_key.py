"""The recovery key: made once, for its owner only, never anew by itself, and never in a log or on a page."""

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from agreement.letters import Standing
from controller import key_file
from controller.key_file import NAME, KeyFileError
from tests.controller.photo_cast import fresh_key, sealed
from tests.fakes.tablet import SigningTablet
from tests.parts.running_controller import running_controller


def safeuse(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "controller", "recovery-key", "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_it_is_made_for_its_owner_only_and_read_back_as_it_was(tmp_path: Path) -> None:
    made = key_file.make(tmp_path)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    assert key_file.read(tmp_path) == made
    assert made.opens(sealed(made))
    assert not made.opens(sealed(fresh_key()))
    assert made.private.hex() not in repr(made)


def test_one_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    made = key_file.make(tmp_path)
    with pytest.raises(KeyFileError, match="is there already"):
        key_file.make(tmp_path)
    assert key_file.read(tmp_path) == made


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"ab" * 16, b"holiday photos", b"\xff\xfe"])
def test_a_file_that_is_no_key_is_said_to_be_none_and_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    key = key_file.read(tmp_path)
    assert (key.public, key.is_missing) == ("", False)
    assert "cannot be read" in key.trouble
    assert (tmp_path / NAME).read_bytes() == content


def test_without_a_key_nothing_opens() -> None:
    assert key_file.NO_KEY.open(sealed(fresh_key())) is None
    assert fresh_key().open("not hex") is None


def now_standing(tablet: SigningTablet) -> Standing:
    """What holds for the tablet by now."""
    standing = tablet.wait(0, 0)
    assert standing is not None
    return standing


def test_the_first_start_makes_it_and_tells_only_its_public_half(tmp_path: Path) -> None:
    with running_controller(tmp_path / "home") as controller, controller.tablet("Sunflower 1") as tablet:
        public = now_standing(tablet).recovery
        assert re.fullmatch("[0-9a-f]{64}", public)
        private = key_file.read(controller.home).private.hex()
        said = safeuse(controller.home)
        assert f"The recovery key is there: {public[:16]}…" in said.stdout
        assert private not in controller.log + (controller.home / "printed").read_text() + said.stdout


def test_one_that_is_lost_is_told_and_never_made_anew_by_itself(tmp_path: Path) -> None:
    with running_controller(tmp_path / "home") as controller, controller.tablet("Sunflower 1") as tablet:
        first = now_standing(tablet)
        controller.stop()
        (controller.home / NAME).unlink()
        controller.start()
        without = now_standing(tablet)
        assert (without.recovery, without.sequence > first.sequence) == ("", True)
        assert not (controller.home / NAME).exists()
        assert "recovery.key is not in the home folder any more" in controller.log
        assert "another controller is running" in safeuse(controller.home, "--new").stderr


def test_another_is_made_by_hand_and_the_first_may_come_back(tmp_path: Path) -> None:
    with running_controller(tmp_path / "home") as controller, controller.tablet("Sunflower 1") as tablet:
        first = now_standing(tablet).recovery
        controller.stop()
        assert "is there already" in safeuse(controller.home, "--new").stderr
        aside = (controller.home / NAME).rename(tmp_path / "aside")
        assert "A new recovery key was made" in safeuse(controller.home, "--new").stdout
        controller.start()
        assert now_standing(tablet).recovery not in {"", first}
        controller.stop()
        aside.replace(controller.home / NAME)
        controller.start()
        assert now_standing(tablet).recovery == first
