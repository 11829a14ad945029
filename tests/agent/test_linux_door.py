"""The door: one folder an operating system, chosen once."""

import subprocess
import sys
from pathlib import Path

import pytest

from agent import device
from agent.device.linux import capabilities
from agent.device.linux.commands import Command

TERMS = device.Terms(lambda: (), lambda: ())


def test_a_system_that_is_not_known_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "plan9")

    for ask in (lambda: device.this_device(TERMS), device.changes, lambda: device.package_files(TERMS)):
        with pytest.raises(OSError, match="does not know this operating system yet"):
            ask()


def test_looking_at_a_tablet_loads_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from agent.device import Terms, changes, this_device\n"
        "senses, hands = this_device(Terms(lambda: (), lambda: ()))\n"
        "changes().close()\n"
        "assert not {'jeepney', 'pyroute2', 'psutil', 'requests', 'asyncio'} & sys.modules.keys()\n"
    )

    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).stderr == b""


def test_the_register_without_root_or_bus_claims_less(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/nowhere")
    _, hands = device.this_device(device.Terms(lambda: (), lambda: (), enforce_network=False, watch_apps=False))

    levels = {mark.clause: mark.level.value for mark in hands.register()}

    assert levels == {1: "enforced", 8: "checked", 9: "cannot_know", 10: "checked", 12: "checked"}


def test_package_files_are_nothing_where_apps_are_not_watched() -> None:
    assert device.package_files(TERMS)
    assert device.package_files(device.Terms(lambda: (), lambda: (), watch_apps=False)) == ()


@pytest.mark.parametrize(("effective", "held"), [("000001ffffffffff", True), ("0000000000001000", True), ("0", False)])
def test_a_capability_is_held_when_the_kernel_says_so(tmp_path: Path, effective: str, *, held: bool) -> None:
    status = tmp_path / "status"
    status.write_text(f"Name:\tagent\nCapInh:\tffffffffffffffff\nCapEff:\t{effective}\n")

    assert capabilities.held(capabilities.NET_ADMIN, status) is held
    assert not capabilities.held(capabilities.NET_ADMIN, tmp_path / "nothing")


def program(folder: Path, text: str) -> Command:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return Command("program", (folder / "elsewhere", path), "nothing works.")


def test_a_program_gets_no_environment_but_a_plain_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of Larkfield")

    said = program(tmp_path, 'echo "$SECRET/$LC_ALL/$1"; cat').run("--flag; rm -rf", given="in")

    assert said == "/C/--flag; rm -rf\nin"


def test_a_program_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="program failed with status 3: no such rule"):
        program(tmp_path, "echo no such rule >&2; exit 3").run()


def test_a_program_that_is_missing_says_what_that_means(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="program is not installed: nothing works"):
        Command("program", (tmp_path / "missing",), "nothing works.").run()


def test_a_program_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.device.linux.commands.PATIENCE", 0.2)

    with pytest.raises(TimeoutError, match="did not answer"):
        program(tmp_path, "exec sleep 60").run()
