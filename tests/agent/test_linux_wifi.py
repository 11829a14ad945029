"""Who is at the other end of the air: by NetworkManager, or by iw."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.device.linux.bus import Bus
from agent.device.linux.commands import Command
from agent.device.linux.wifi import AccessPoint, Wifi, from_link, from_network_manager, from_scan, ssid
from agreement.facts import Security
from lab.private_bus import DAEMON, PrivateBus
from tests.parts.needs import require

CAPTURES = Path(__file__).parents[1] / "data/captures"
MOCK = Path(__file__).parents[1] / "parts/mock_network_manager.py"
DEBIANS = Path("/usr/lib/python3/dist-packages/dbusmock/templates/networkmanager.py")

PSK, EAP, SAE, OWE = 0x100, 0x200, 0x400, 0x800

SCAN = """\
BSS 02:aa:aa:aa:aa:01(on wlan0) -- associated
\tfreq: 2412
\tcapability: ESS Privacy ShortSlotTime (0x0411)
\tSSID: Larkfield
\tRSN:\t * Version: 1
\t\t * Group cipher: CCMP
\t\t * Pairwise ciphers: CCMP
\t\t * Authentication suites: {suites}
\t\t * Capabilities: 1-PTKSA-RC 1-GTKSA-RC (0x0000)
BSS 02:ee:ee:ee:ee:01(on wlan0)
\tfreq: 2462
\tcapability: ESS ShortSlotTime (0x0401)
\tSSID: Larkfield
BSS 02:ee:ee:ee:ee:02(on wlan0)
\tcapability: ESS Privacy (0x0011)
\tSSID: Larkfield
BSS 02:ee:ee:ee:ee:03(on wlan0)
\tcapability: ESS Privacy (0x0011)
\tSSID: Larkfield
\tWPA:\t * Version: 1
\t\t * Authentication suites: PSK
"""


@pytest.fixture
def manager() -> Iterator[tuple[str, Callable[[str], None]]]:
    """A bus with NetworkManager on it, and a way to move the tablet to another access point."""
    require(str(DAEMON), str(DEBIANS))
    with PrivateBus() as bus:
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus.address}
        line = ["/usr/bin/python3", str(MOCK)]
        with subprocess.Popen(line, env=environment, stdin=-1, stdout=-1, text=True) as player:
            assert player.stdin
            assert player.stdout
            assert player.stdout.readline() == "ok\n"

            def move(where: str) -> None:
                assert player.stdin
                assert player.stdout
                player.stdin.write(f"{where}\n")
                player.stdin.flush()
                assert player.stdout.readline() == "ok\n"

            yield bus.address, move
            player.stdin.close()


def test_networkmanager_tells_home_from_a_twin_of_the_same_name(manager: tuple[str, Callable[[str], None]]) -> None:
    address, move = manager
    bus = Bus(address)
    wifi = Wifi(bus)

    assert wifi.look("wlan0") == AccessPoint("Larkfield", "02:aa:aa:aa:aa:01", Security.WPA)  # the mock offers WPA too
    move("twin")
    assert wifi.look("wlan0") == AccessPoint("Larkfield", "02:ee:ee:ee:ee:01", Security.NONE)
    bus.close()


def test_an_interface_that_networkmanager_leaves_alone_is_asked_by_iw(
    manager: tuple[str, Callable[[str], None]], tmp_path: Path
) -> None:
    address, move = manager
    move("nowhere")
    bus = Bus(address)

    assert Wifi(bus, wireless(tmp_path), iw(tmp_path, "wpa2")).look("wlan0") == AccessPoint(
        "Nursery", "02:00:00:00:00:00", Security.WPA2
    )
    bus.close()


def wireless(folder: Path) -> Path:
    """A tree like /sys in which wlan0 is wireless."""
    (folder / "sys/class/net/wlan0/phy80211").mkdir(parents=True)
    return folder / "sys"


def iw(folder: Path, capture: str) -> Command:
    """A program that answers as iw did in that capture, with a scan in which that access point asks for a password."""
    scan = SCAN.replace("02:aa:aa:aa:aa:01", "02:00:00:00:00:00").format(suites="PSK")
    (folder / "scan").write_text(scan)
    program = folder / "iw"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *link) cat {CAPTURES}/{capture}.iw-link;; *) cat {folder}/scan;; esac\n'
    )
    program.chmod(0o755)
    return Command("iw", (program,), "no test")


def test_without_anyone_to_ask_wifi_is_unknown_and_a_cable_is_none(tmp_path: Path) -> None:
    bus = Bus(f"unix:path={tmp_path}/nowhere")
    wifi = Wifi(bus, wireless(tmp_path), Command("iw", (tmp_path / "missing",), "no test"))

    assert wifi.look("wlan0") == AccessPoint()
    assert wifi.look("eth0") is None


@pytest.mark.parametrize(
    ("capture", "name", "bssid"),
    [
        ("wpa2", "Nursery", "02:00:00:00:00:00"),
        ("open", "FreeCafe", "02:00:00:00:01:00"),
        ("eviltwin", "Nursery", "02:00:00:00:02:00"),
        ("wpa3", "Nursery6", "02:00:00:00:03:00"),
    ],
)
def test_iw_names_the_access_point(capture: str, name: str, bssid: str) -> None:
    assert from_link((CAPTURES / f"{capture}.iw-link").read_text()) == (name, bssid)


def test_iw_that_is_not_connected_names_nobody() -> None:
    assert from_link("Not connected.\n") == ("", "")


@pytest.mark.parametrize(
    ("suites", "security"),
    [
        ("PSK", Security.WPA2),
        ("PSK SAE", Security.WPA2),
        ("SAE", Security.WPA3),
        ("IEEE 802.1X", Security.ENTERPRISE),
        ("OWE", Security.NONE),
    ],
)
def test_a_scan_shows_what_the_access_point_offers_at_its_weakest(suites: str, security: Security) -> None:
    assert from_scan(SCAN.format(suites=suites), "02:aa:aa:aa:aa:01") is security


def test_a_scan_tells_open_wep_and_old_wpa_apart() -> None:
    scan = SCAN.format(suites="PSK")

    assert from_scan(scan, "02:ee:ee:ee:ee:01") is Security.NONE
    assert from_scan(scan, "02:ee:ee:ee:ee:02") is Security.WEP
    assert from_scan(scan, "02:ee:ee:ee:ee:03") is Security.WPA
    assert from_scan(scan, "02:00:00:00:00:99") is Security.UNKNOWN
    assert from_scan(scan, "") is Security.UNKNOWN


@pytest.mark.parametrize(
    ("flags", "wpa", "rsn", "security"),
    [
        (0, 0, 0, Security.NONE),
        (1, 0, 0, Security.WEP),
        (1, PSK, 0, Security.WPA),
        (1, PSK, PSK, Security.WPA),
        (1, 0, PSK, Security.WPA2),
        (1, 0, PSK | SAE, Security.WPA2),
        (1, 0, SAE, Security.WPA3),
        (1, 0, EAP, Security.ENTERPRISE),
        (0, 0, OWE, Security.NONE),
    ],
)
def test_networkmanagers_flags_mean_the_same(flags: int, wpa: int, rsn: int, security: Security) -> None:
    point = {"Flags": flags, "WpaFlags": wpa, "RsnFlags": rsn, "Ssid": b"Larkfield", "HwAddress": "02:AA:AA:AA:AA:01"}

    assert from_network_manager(point) == AccessPoint("Larkfield", "02:aa:aa:aa:aa:01", security)


def test_a_name_that_is_not_text_is_shown_by_its_bytes() -> None:
    assert ssid("Kita Süd 🐸".encode()) == "Kita Süd 🐸"
    assert ssid(b"Lark\xff\xfefield") == r"Lark\xff\xfefield"
    assert (
        from_link("Connected to 02:00:00:00:00:00 (on wlan0)\n\tSSID: Lark\\xfffield\\xc3\\xbc\n")[0]
        == r"Lark\xfffieldü"
    )
