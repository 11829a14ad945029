"""The command `safeuse`, as its administrator uses it beside a running controller."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agreement.enrolment import parse
from tests.fakes.tablet import SigningTablet
from tests.parts.running_controller import RunningController


@pytest.fixture(scope="module")
def tablet(controller: RunningController) -> Iterator[SigningTablet]:
    with controller.tablet() as made:
        yield made


def safeuse(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "controller", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def code_of(printed: str) -> str:
    found = re.search(r"SAFE-[0-9A-Z-]+", printed)
    assert found is not None, printed
    return found[0]


def test_a_code_from_the_command_line_enrols_a_tablet(controller: RunningController, tablet: SigningTablet) -> None:
    made = safeuse("enrol-code", "--tablet", "Sunflower 1", "--home", str(controller.home))
    assert made.returncode == 0, made.stderr
    assert "safeuse-agent enrol CODE" in made.stdout
    assert parse(code_of(made.stdout)).addresses == (controller.address,)
    assert tablet.enrol(code_of(made.stdout)).standing.tablet == "Sunflower 1"
    again = safeuse("enrol-code", "--tablet", "Sunflower 1", "--home", str(controller.home))
    assert (again.returncode, again.stdout) == (1, "")
    assert "there is a tablet called “Sunflower 1” already" in again.stderr
    anew = safeuse("enrol-code", "--tablet", "Sunflower 1", "--anew", "--home", str(controller.home))
    before = tablet.device
    assert tablet.enrol(code_of(anew.stdout)).device == before


def test_a_second_controller_on_the_same_home_is_refused(controller: RunningController) -> None:
    second = safeuse("serve", "--home", str(controller.home), "--host", "127.0.0.1", "--port", "1")
    assert second.returncode == 1
    assert "another controller is running" in second.stderr


def test_a_second_controller_on_the_same_port_is_refused(controller: RunningController, tmp_path: Path) -> None:
    port = str(controller.port)
    second = safeuse("serve", "--home", str(tmp_path / "other"), "--host", "127.0.0.1", "--port", port)
    assert second.returncode == 1
    assert "is another controller running?" in second.stderr


def test_a_home_without_a_controller_and_bad_settings_are_one_sentence(tmp_path: Path) -> None:
    none = safeuse("enrol-code", "--tablet", "Sunflower 1", "--home", str(tmp_path))
    assert (none.returncode, none.stderr.count("\n")) == (1, 1)
    assert "safeuse serve" in none.stderr
    (tmp_path / "controller.toml").write_text("port = 'eight'")
    bad = safeuse("serve", "--home", str(tmp_path))
    assert (bad.returncode, bad.stderr.count("\n")) == (1, 1)
    assert "$.port" in bad.stderr


def test_the_help_leads_by_the_hand() -> None:
    told = safeuse("--help").stdout
    for word in ("serve", "enrol-code", "recovery-key", "sign-in-link"):
        assert word in told
