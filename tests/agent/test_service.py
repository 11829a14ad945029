"""The agent as a background service: the words to systemd, the unit, the copy of the program, what is refused.

The whole of it is tried on a real systemd in tests/lab.
"""

import hashlib
import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from agent.device.linux import desktop
from agent.service import program as programs
from agent.service.installing import install, writable
from agent.service.notifier import Notifier
from agent.service.places import ServiceError
from agent.service.removing import uninstall
from agent.service.unit import SYSTEM_STATE, menu_entry, reminder_units, unit
from agent.settings import Photos, Settings
from tests.parts.needs import needs

OLD, NEW = 252, 256  # Debian 12's systemd, Debian 13's


@pytest.fixture
def manager(tmp_path: Path) -> socket.socket:
    """A service manager's ear."""
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(str(tmp_path / "notify"))
    ear.settimeout(10)
    return ear


def test_systemd_hears_how_the_service_fares(manager: socket.socket) -> None:
    with manager:
        notifier = Notifier({"NOTIFY_SOCKET": manager.getsockname()})
        notifier.ready()
        notifier.alive()
        notifier.status("three photos\nwait")
        notifier.stopping()
        heard = [manager.recv(1000) for _ in range(4)]
    assert heard == [b"READY=1", b"WATCHDOG=1", b"STATUS=three photos wait", b"STOPPING=1"]


def test_an_abstract_socket_is_spoken_to() -> None:
    name = f"safeuse-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0{name}")
        ear.settimeout(10)
        Notifier({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert ear.recv(100) == b"READY=1"


def test_without_a_manager_every_word_is_dropped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Notifier({}).ready()
    assert not caplog.records
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()
    assert "did not hear READY" in caplog.text


@needs("systemd-analyze")
@pytest.mark.parametrize("systemd", [OLD, NEW])
def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path, systemd: int) -> None:
    strange = [Path('/srv/Cleo\'s "best" photos'), Path("/srv/100%"), Path("/srv/$HOME"), Path("/srv/back\\slash")]
    path = tmp_path / "safeuse-agent.service"
    path.write_text(unit(Path("/bin/true"), SYSTEM_STATE, strange, OLD), encoding="utf-8")
    checked = subprocess.run(
        ["/usr/bin/systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    assert ("RestartSteps=" in unit(Path("/bin/true"), SYSTEM_STATE, strange, systemd)) == (systemd == NEW)


@needs("systemd-analyze")
def test_systemd_finds_no_fault_with_what_shows_reminders(tmp_path: Path) -> None:
    words = reminder_units(Path("/bin/true"), Path("/run/safeuse-agent/reminder"))
    places = [tmp_path / "safeuse-reminder.path", tmp_path / "safeuse-reminder.service"]
    for place, text in zip(places, words, strict=True):
        place.write_text(text, encoding="utf-8")
        assert "@" not in text
    checked = subprocess.run(
        ["/usr/bin/systemd-analyze", "verify", "--user", *map(str, places)],
        capture_output=True,
        text=True,
        check=False,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_menu_entry_starts_the_page_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "safeuse-photos.desktop"
    place.write_text(menu_entry(Path("/opt/safeuse-agent/bin/safeuse-agent")), encoding="utf-8")
    entry = desktop.read(place)
    assert entry is not None
    assert (entry.name, entry.program, entry.shown) == (
        "Photos on this tablet",
        "/opt/safeuse-agent/bin/safeuse-agent",
        True,
    )
    assert "Exec=/opt/safeuse-agent/bin/safeuse-agent page\n" in place.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path", ["/opt/a b/x", "/opt/100%/x", '/opt/"x"', "/opt/x\nExec=/bin/evil", "/opt/$HOME/x", "x"]
)
def test_a_program_that_menus_and_units_would_read_differently_is_refused(path: str) -> None:
    for words in (lambda: menu_entry(Path(path)), lambda: reminder_units(Path(path), Path("/run/x"))):
        with pytest.raises(ServiceError, match="cannot be told"):
            words()


@needs("systemd-analyze")
def test_systemd_calls_the_unit_well_protected(tmp_path: Path) -> None:
    path = tmp_path / "safeuse-agent.service"
    path.write_text(unit(Path("/bin/true"), SYSTEM_STATE, [], OLD), encoding="utf-8")
    asked = ["/usr/bin/systemd-analyze", "security", "--offline=true", "--threshold=35", "--no-pager", str(path)]
    judged = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize(
    ("folder", "card"),
    [
        ("/media/CARD/DCIM", "/media/CARD"),
        ("/run/media/cleo/CARD/DCIM", "/run/media/cleo"),
        ("/mnt/data/photos", "/mnt/data"),
        ("/media/CARD", None),
        ("/srv/photos", None),
    ],
)
def test_a_photo_on_a_card_may_leave_with_its_copies_elsewhere_on_that_card(folder: str, card: str | None) -> None:
    places = writable(Settings(photos=Photos(folders=(folder,))))
    assert places == (Path(folder), *([Path(card)] if card else []))


def test_the_service_has_the_powers_that_it_needs_and_no_other() -> None:
    words = unit(Path("/bin/true"), SYSTEM_STATE, [], OLD)
    (powers,) = re.findall(r"^CapabilityBoundingSet=(.*)$", words, re.MULTILINE)
    files = ["CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_SYS_PTRACE", "CAP_LEASE", "CAP_CHOWN"]
    assert powers.split() == ["CAP_NET_ADMIN", *files, "CAP_SETUID", "CAP_SETGID"]


def test_the_unit_leaves_no_hole_unfilled() -> None:
    words = unit(Path("/opt/safeuse-agent/bin/safeuse-agent"), Path("/srv/agent"), [Path("/srv/photos")], NEW)
    assert not re.search(r"@[A-Z]+@", words)
    assert "ExecStart=/opt/safeuse-agent/bin/safeuse-agent run --home /srv/agent\n" in words
    assert "ReadWritePaths=/srv/agent\n" in words
    assert "ReadWritePaths=-/home\nReadWritePaths=-/srv/photos\n" in words


def test_a_path_that_could_add_a_line_to_the_unit_is_refused() -> None:
    with pytest.raises(ServiceError, match="control characters"):
        unit(Path("/bin/true"), SYSTEM_STATE, [Path("/srv/x\nUser=eve")], OLD)


def bundle(folder: Path) -> Path:
    """A small bundle, packed as the real one."""
    files = {"bin/safeuse-agent": "#!/bin/sh\n", "lib/agent/__init__.py": "VERSION = 1\n", "README.txt": "Larkfield\n"}
    for name, words in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(words)
    lines = (f"{hashlib.sha256(words.encode()).hexdigest()}  {name}\n" for name, words in files.items())
    (folder / programs.MANIFEST).write_text("".join(lines))
    return folder


def test_the_copy_is_whole_compiled_and_not_for_others_to_change(tmp_path: Path) -> None:
    target = tmp_path / "opt/agent"
    programs.copy(bundle(tmp_path / "unpacked"), target)
    assert (target / "bin/safeuse-agent").stat().st_mode & 0o777 == 0o755
    assert (target / "lib/agent/__init__.py").stat().st_mode & 0o777 == 0o644
    assert list((target / "lib/agent/__pycache__").glob("*.pyc"))
    assert [path.name for path in target.parent.iterdir()] == ["agent"]


def test_a_newer_copy_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "opt/agent"
    target.mkdir(parents=True)
    (target / "old").touch()
    programs.copy(bundle(tmp_path / "unpacked"), target)
    assert not (target / "old").exists()
    programs.copy(target, target)
    assert (target / "README.txt").exists()


def test_a_file_that_was_changed_since_it_was_packed_is_not_installed(tmp_path: Path) -> None:
    unpacked = bundle(tmp_path / "unpacked")
    (unpacked / "lib/agent/__init__.py").write_text("VERSION = 'Eve'\n")
    with pytest.raises(ServiceError, match="not as it was packed"):
        programs.copy(unpacked, tmp_path / "opt/agent")
    assert not (tmp_path / "opt/agent").exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd"])
def test_a_list_of_files_that_leads_out_of_the_bundle_is_refused(tmp_path: Path, name: str) -> None:
    unpacked = bundle(tmp_path / "unpacked")
    (unpacked / programs.MANIFEST).write_text(f"{'0' * 64}  {name}\n")
    with pytest.raises(ServiceError, match="lies outside"):
        programs.copy(unpacked, tmp_path / "opt/agent")


def test_a_program_that_others_can_change_is_never_a_service(tmp_path: Path) -> None:
    program = tmp_path / "open" / "safeuse-agent"
    program.parent.mkdir(mode=0o777)
    program.parent.chmod(0o777)
    program.touch(mode=0o755)
    with pytest.raises(ServiceError, match="can be changed by others than root"):
        programs.check_trusted(program)


@needs("root")
def test_without_systemd_nothing_is_installed_or_removed(tmp_path: Path) -> None:
    said: list[str] = []
    for deed in (install, uninstall):
        with pytest.raises(ServiceError, match="not started by systemd"):
            deed(tmp_path / "state", said.append, root=tmp_path)
    assert not said
    assert not list(tmp_path.iterdir())


@needs("root", "systemctl")
def test_a_dry_run_says_everything_and_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    said: list[str] = []
    unpacked = bundle(tmp_path / "unpacked")
    program = unpacked / "bin/safeuse-agent"
    install(tmp_path / "state", said.append, dry_run=True, program=program, root=tmp_path)
    assert [line.split(f" {tmp_path}")[0] for line in said] == [
        "would copy the agent to",
        "would make the command",
        "would write",
        "would write",
        "would write",
        "would write",
        "would have systemd read it",
        "would have it start with the tablet",
        "would have reminders shown from the next sign-in on",
        "would start it now",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "unpacked"]


@needs("root", "systemctl")
def test_the_settings_stay_where_the_controller_lives_too(tmp_path: Path) -> None:
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    settings = tmp_path / "etc/safeuse"
    settings.mkdir(parents=True)
    for name in ("agent.toml", "controller.toml"):
        (settings / name).touch()
    said: list[str] = []
    uninstall(tmp_path / "state", said.append, root=tmp_path)
    assert [path.name for path in settings.iterdir()] == ["controller.toml"]
    uninstall(tmp_path / "state", said.append, root=tmp_path)
    assert "There was nothing to remove." in said
