"""The doctor: every check says how it is and what to do, and none of them is the end."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from agent.device.itself import is_agent, running
from agent.doctor import Health, Patient, Result, examine
from agent.identity import Folder, Identity, make_private
from agent.ledger import Ledger
from agent.tablet_page.door import NAME, in_folder
from agreement.letters import Done
from tests.agreement.cast import LARKFIELD, NOON
from tests.fakes.device import FakeDevice

WHO = Identity("sunflower-1", "ab" * 32, ("controller.larkfield.test:8443",), "cd" * 32)


def results(home: Path, device: FakeDevice | None = None) -> dict[str, Result]:
    seen = device or FakeDevice(seen=(LARKFIELD,))
    return {result.name: result for result in examine(Patient(home, seen, seen))}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = Folder(tmp_path / "state")
    make_private(folder.path)
    folder.keep(WHO)
    (folder.path / "agent.toml").write_text(f"[photos]\nfolders = ['{tmp_path}/DCIM']\n")
    Ledger(folder.path / "ledger.sqlite3").close()
    return folder.path


def test_a_healthy_tablet_has_nothing_broken(home: Path) -> None:
    (home.parent / "DCIM").mkdir()
    found = results(home)
    assert not [result for result in found.values() if result.health is Health.BROKEN]
    assert found["enrolment"].says == "tablet sunflower-1, controller at controller.larkfield.test:8443"
    assert found["network"].says == "wlan0 (Larkfield)"
    assert found["ledger"].says == "whole"


def test_whether_people_can_open_their_page_is_told(home: Path) -> None:
    found = results(home)["page"]
    assert (found.health, "safeuse-agent install" in found.mend) == (Health.LOOK, True)
    with socket.socket(socket.AF_UNIX) as door, in_folder(home) as folder:
        door.bind(f"{folder}/{NAME}")
        assert results(home)["page"].health is Health.FINE


def test_a_reminder_that_no_screen_showed_is_told(home: Path) -> None:
    assert results(home)["reminders"].health is Health.FINE
    ledger = Ledger(home / "ledger.sqlite3")
    ledger.ended("remind", "on the screen", (Done.FAILED, "no reminder could be shown: no screen"), NOON)
    ledger.close()
    found = results(home)["reminders"]
    assert (found.health, found.says) == (Health.LOOK, "no reminder could be shown: no screen")


def test_before_enrolment_it_says_what_comes_next(tmp_path: Path) -> None:
    found = results(tmp_path / "none")
    assert "safeuse-agent enrol CODE" in found["enrolment"].mend
    assert found["ledger"].health is Health.LOOK


def test_a_key_that_others_can_read_is_broken_with_its_mend(home: Path) -> None:
    (home / "identity.json").chmod(0o644)
    found = results(home)["state folder"]
    assert (found.health, found.mend) == (Health.BROKEN, f"chmod go-rwx {home / 'identity.json'}")


def test_a_damaged_ledger_is_told(home: Path) -> None:
    (home / "ledger.sqlite3").write_bytes(b"not a database at all" * 1000)
    assert results(home)["ledger"].health is Health.BROKEN


def test_bad_settings_are_told_with_their_place(home: Path) -> None:
    (home / "agent.toml").write_text("look_every = 3")
    assert "$.look_every" in results(home)["settings"].says


def test_a_broken_sense_is_one_line_and_not_the_end(home: Path) -> None:
    found = results(home, FakeDevice(broken={"networks"}))
    assert found["network"].health is Health.BROKEN
    assert found["clause 12"].says.startswith("enforced")


@pytest.mark.parametrize(
    ("command", "is_one"),
    [
        (["/opt/safeuse-agent/bin/safeuse-agent", "run"], True),
        (["/usr/bin/python3", "-OO", "-m", "agent", "run", "--home", "/x"], True),
        (["/usr/bin/python3", "-ISBOO", "/opt/safeuse-agent/lib/safeuse_agent_start.py", "run"], True),
        (["/usr/bin/python3", "-m", "agent", "doctor"], False),
        (["vim", "agent.toml"], False),
        ([], False),
    ],
)
def test_the_service_is_known_by_its_command_line(command: list[str], is_one: bool) -> None:  # noqa: FBT001 - a table
    assert is_agent(command) is is_one


def test_a_running_agent_is_seen_with_what_it_costs() -> None:
    code = "import sys; sys.stdin.read()"
    sleeper = subprocess.Popen([sys.executable, "-c", code, "agent", "run"], stdin=subprocess.PIPE)
    try:
        (agent,) = [one for one in running() if one.pid == sleeper.pid]
        assert agent.memory > 1_000_000
        assert agent.pid != os.getpid()
    finally:
        sleeper.communicate()
