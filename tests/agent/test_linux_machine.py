"""What kind of tablet it is, what its storage is, what its battery holds: from trees that look like /sys."""

import os
from pathlib import Path

import pytest

from agent.device.linux import machine
from agent.device.linux.register import Abilities, marks
from agent.device.linux.storage import Storage
from agreement.letters import Level


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_pc_names_its_maker_by_its_firmware(tmp_path: Path) -> None:
    for name, text in (("sys_vendor", "Acme\n"), ("product_name", "Tab 10\n"), ("product_serial", "A1\n")):
        write(tmp_path, f"sys/class/dmi/id/{name}", text)
    write(tmp_path, "etc/os-release", 'NAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')

    found = machine.machine(tmp_path)

    assert (found.maker, found.model, found.serial) == ("Acme", "Tab 10", "A1")
    assert found.system == "Debian GNU/Linux 12 (bookworm)"


def test_a_board_with_a_device_tree_is_named_by_it(tmp_path: Path) -> None:
    write(tmp_path, "proc/device-tree/model", "PineTab2\0")
    write(tmp_path, "proc/device-tree/serial-number", "10000000c0ffee\0")

    found = machine.machine(tmp_path)

    assert (found.model, found.serial) == ("PineTab2", "10000000c0ffee")


@pytest.mark.parametrize("nothing", ["To Be Filled By O.E.M.\n", "Default string\n", " \n"])
def test_a_maker_that_wrote_nothing_is_not_known(tmp_path: Path, nothing: str) -> None:
    write(tmp_path, "sys/class/dmi/id/sys_vendor", nothing)

    assert machine.machine(tmp_path).maker == ""


def test_charge_is_the_tablets_own_and_not_that_of_its_pen(tmp_path: Path) -> None:
    supplies = {
        "BAT0": {"type": "Battery", "capacity": "80"},
        "BAT1": {"type": "Battery", "capacity": "41"},
        "AC": {"type": "Mains", "online": "1"},
        "pen": {"type": "Battery", "scope": "Device", "capacity": "3"},
        "odd": {"type": "Battery", "capacity": "many"},
    }
    for name, files in supplies.items():
        for file, text in files.items():
            write(tmp_path, f"sys/class/power_supply/{name}/{file}", f"{text}\n")

    assert machine.battery(tmp_path) == 60
    assert machine.battery(tmp_path / "nothing") is None


def test_a_screen_lock_is_known_only_where_everyone_chose(tmp_path: Path) -> None:
    cleo, dev = tmp_path / "cleo", tmp_path / "dev"
    assert machine.screen_lock([cleo, dev]) is None

    write(cleo, ".config/kscreenlockerrc", "[Daemon]\nAutolock=true\nTimeout=5\n")
    assert machine.screen_lock([cleo, dev]) is None
    assert machine.screen_lock([cleo]) is True

    write(dev, ".config/kscreenlockerrc", "[Daemon]\nAutolock=false\n")
    assert machine.screen_lock([cleo, dev]) is False
    assert machine.screen_lock([]) is None


def number(path: Path) -> str:
    device = path.stat().st_dev
    return f"{os.major(device)}:{os.minor(device)}"


def mounted(tmp_path: Path, source: str) -> Storage:
    """Storage whose kernel says that this folder's file system lies on `source`; 1:3 is /dev/null's number."""
    write(tmp_path, "mounts", f"36 35 {number(tmp_path)} / {tmp_path} rw shared:1 - btrfs {source} rw\n")
    return Storage(tmp_path / "sys", tmp_path / "mounts")


def disk(tmp_path: Path, name: str, uuid: str = "", parts: tuple[str, ...] = ()) -> None:
    block = tmp_path / "sys/dev/block" / name
    (block / "slaves").mkdir(parents=True, exist_ok=True)
    write(block, "dev", f"{name}\n")
    if uuid:
        write(block, "dm/uuid", f"{uuid}\n")
    for part in parts:
        (block / "slaves" / part.replace(":", "-")).symlink_to(tmp_path / "sys/dev/block" / part)


@pytest.fixture
def here(tmp_path: Path) -> str:
    """The number of the device that the test's folder lies on, as Storage will ask for it."""
    own = number(tmp_path)
    return own if not own.startswith("0:") else "1:3"


LVM, LUKS = "LVM-c0ffee", "CRYPT-LUKS2-c0ffee-root"


@pytest.mark.parametrize(
    ("stack", "encrypted"),
    [
        ({"HERE": ("", ())}, False),
        ({"HERE": (LUKS, ("902:2",)), "902:2": ("", ())}, True),
        ({"HERE": (LVM, ("901:0",)), "901:0": (LUKS, ("902:2",)), "902:2": ("", ())}, True),
        ({"HERE": (LVM, ("901:0", "902:3")), "901:0": (LUKS, ()), "902:3": ("", ())}, False),
        ({"HERE": (LVM, ("902:3",)), "902:3": ("", ())}, False),
        ({}, None),
    ],
)
def test_storage_is_encrypted_only_when_all_of_it_is(
    tmp_path: Path, here: str, stack: dict[str, tuple[str, tuple[str, ...]]], *, encrypted: bool | None
) -> None:
    storage = mounted(tmp_path, "/dev/null")
    for name, (uuid, parts) in reversed(stack.items()):
        disk(tmp_path, here if name == "HERE" else name, uuid, parts)

    assert storage.encrypted([tmp_path]) is encrypted
    assert storage.encrypted([tmp_path / "not/there/yet"]) is encrypted


def test_storage_of_nothing_is_not_known(tmp_path: Path) -> None:
    assert Storage(tmp_path).encrypted([]) is None


def level(can: Abilities, clause: int) -> tuple[Level, str]:
    (mark,) = (mark for mark in marks(can) if mark.clause == clause)
    return mark.level, mark.why


def test_the_register_is_enforced_only_where_nothing_stands_in_the_way() -> None:
    able = Abilities(apps=("Debian packages",))

    assert [level(able, clause)[0] for clause in (1, 8, 10, 12)] == [Level.ENFORCED] * 4
    assert level(able, 9)[0] is Level.CHECKED


@pytest.mark.parametrize(
    ("can", "clause", "expected"),
    [
        (Abilities(fence="No root."), 8, Level.CHECKED),
        (Abilities(photos="No journal."), 10, Level.CHECKED),
        (Abilities(lock="No login service."), 12, Level.CHECKED),
        (Abilities(lock_of_others="No root."), 12, Level.CHECKED),
        (Abilities(), 9, Level.CANNOT_KNOW),
    ],
)
def test_what_stands_in_the_way_is_said(can: Abilities, clause: int, expected: Level) -> None:
    found, why = level(can, clause)

    assert found is expected
    assert (can.fence or can.photos or can.lock or can.lock_of_others or "No package system") in why


def test_that_nobody_is_reminded_is_said_whether_photos_can_leave_or_not() -> None:
    for can in (Abilities(reminders="No session."), Abilities(photos="No journal.", reminders="No session.")):
        assert level(can, 10)[1].endswith("Nobody is reminded before a photo is due. No session.")


def test_a_folder_that_cannot_be_looked_at_counts_as_the_one_above(tmp_path: Path) -> None:
    storage = Storage()
    assert storage.encrypted([tmp_path / ("x" * 300)]) == storage.encrypted([tmp_path])
