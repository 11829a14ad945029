"""Which access point a Wi-Fi interface is joined to: from NetworkManager, or from iw where that does not manage it.

Security is what the access point itself offers, at its weakest: an attacker would choose the weakest too. Both sources
read the same beacon, so a network looks the same whichever of them tells.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agent.device.linux.bus import Bus, Thing
from agent.device.linux.commands import IW, Command
from agreement.facts import Security

NM = "org.freedesktop.NetworkManager"
MANAGER = Thing(NM, "/org/freedesktop/NetworkManager", NM)
NOWHERE = "/"
WIFI_DEVICE: Final = 2  # NM_DEVICE_TYPE_WIFI

PRIVACY, PSK, EAP, SAE, EAP_SUITE_B = 0x1, 0x100, 0x200, 0x400, 0x2000
"""NM80211ApFlags and NM80211ApSecurityFlags; OWE (0x800) encrypts for anyone who asks, so it counts as none."""


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """Who is at the other end of the air."""

    name: str = ""
    bssid: str = ""
    security: Security = Security.UNKNOWN


@dataclass(frozen=True, slots=True)
class Offer:
    """The ways of signing in that an access point offers."""

    psk: bool = False  # WPA2, by a password
    sae: bool = False  # WPA3, by a password
    eap: bool = False  # by an account
    old: bool = False  # the first WPA, beside or instead
    privacy: bool = False  # something is encrypted

    def security(self) -> Security:
        """The weakest of them."""
        if self.old:
            return Security.WPA
        if self.psk:
            return Security.WPA2
        if self.sae:
            return Security.WPA3
        return Security.ENTERPRISE if self.eap else self.without_password()

    def without_password(self) -> Security:
        """What is left: WEP, which says only that something is encrypted, or nothing at all."""
        return Security.WEP if self.privacy else Security.NONE


class Wifi:
    """Asks whoever manages the interface."""

    def __init__(self, bus: Bus, sys: Path = Path("/sys"), iw: Command = IW) -> None:
        self._bus, self._sys, self._iw = bus, sys, iw

    def look(self, interface: str) -> AccessPoint | None:
        """The access point; None when this is no Wi-Fi. Unknown in every field when nobody can tell."""
        try:
            return self.managed(interface)
        except OSError:  # no NetworkManager, or it leaves this interface to someone else
            return self.unmanaged(interface) if self.is_wireless(interface) else None

    def is_wireless(self, interface: str) -> bool:
        """Tell whether the kernel calls the interface wireless."""
        return (self._sys / "class/net" / interface / "phy80211").exists()

    def managed(self, interface: str) -> AccessPoint | None:
        """Ask NetworkManager. Raises OSError when it is not there, or does not know."""
        path = self._bus.call(MANAGER, "GetDeviceByIpIface", "s", interface)[0]
        if self._bus.property(Thing(NM, path, f"{NM}.Device"), "DeviceType") != WIFI_DEVICE:
            return None
        joined = str(self._bus.property(Thing(NM, path, f"{NM}.Device.Wireless"), "ActiveAccessPoint"))
        if joined == NOWHERE:
            msg = "NetworkManager knows of no access point on this interface"
            raise FileNotFoundError(msg)
        return from_network_manager(self._bus.properties(Thing(NM, joined, f"{NM}.AccessPoint")))

    def unmanaged(self, interface: str) -> AccessPoint:
        """Ask iw; what it cannot tell stays unknown, and unknown is not trusted."""
        try:
            name, bssid = from_link(self._iw.run("dev", interface, "link"))
            scan = self._iw.run("dev", interface, "scan", "dump")
        except OSError:
            return AccessPoint()
        return AccessPoint(name, bssid, from_scan(scan, bssid))


def from_network_manager(point: Mapping[str, Any]) -> AccessPoint:
    """Read the properties of an access point of NetworkManager's."""
    wpa, rsn = int(point.get("WpaFlags", 0)), int(point.get("RsnFlags", 0))
    offer = Offer(
        psk=bool(rsn & PSK),
        sae=bool(rsn & SAE),
        eap=bool((wpa | rsn) & (EAP | EAP_SUITE_B)),
        old=bool(wpa & PSK),
        privacy=bool(int(point.get("Flags", 0)) & PRIVACY) and not rsn and not wpa,
    )
    return AccessPoint(ssid(bytes(point.get("Ssid", b""))), str(point.get("HwAddress", "")).lower(), offer.security())


def from_link(text: str) -> tuple[str, str]:
    """Read name and BSSID from `iw dev X link`; both empty when it is not connected."""
    bssid = re.search(r"^Connected to ([0-9A-Fa-f:]{17})", text, re.MULTILINE)
    name = re.search(r"^\s*SSID: (.*)$", text, re.MULTILINE)
    return ssid(unescaped(name[1])) if name else "", bssid[1].lower() if bssid else ""


def from_scan(text: str, bssid: str) -> Security:
    """Read from `iw dev X scan dump` what this access point offers; unknown when it is not in it."""
    for block in re.split(r"^(?=BSS )", text, flags=re.MULTILINE):
        if block[4:21].lower() == bssid and bssid:
            return offered(block).security()
    return Security.UNKNOWN


def offered(block: str) -> Offer:
    """Read one access point's part of a scan."""
    rsn, wpa = section(block, "RSN"), section(block, "WPA")
    return Offer(
        psk=bool(re.search(r"\bPSK\b", rsn)),
        sae=bool(re.search(r"\bSAE\b", rsn)),
        eap="802.1X" in rsn + wpa,
        old=bool(re.search(r"\bPSK\b", wpa)),
        privacy=bool(re.search(r"^\s*capability:.*\bPrivacy\b", block, re.MULTILINE)) and not rsn and not wpa,
    )


def section(block: str, name: str) -> str:
    """The lines of one part of a block: the first starts with its name, the rest with a star."""
    found = re.search(rf"^\t{name}:(.*\n(?:\t\t.*\n?)*)", block, re.MULTILINE)
    return found[1] if found else ""


def unescaped(text: str) -> bytes:
    r"""Turn iw's \xNN back into bytes; it writes every byte that is not plain ASCII so."""
    return re.sub(rb"\\x([0-9a-fA-F]{2})", lambda found: bytes.fromhex(found[1].decode()), text.encode())


def ssid(name: bytes) -> str:
    r"""Show an SSID: UTF-8 as it is, other bytes as \xNN."""
    return name.decode("utf-8", "backslashreplace")
