"""Which networks the tablet is on, and who stands at the other end of each."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from agent.device.linux import netlink, rtnetlink
from agent.device.linux.netlink import Link, WayOut
from agent.device.linux.rtnetlink import Picture, Place
from agent.device.linux.wifi import AccessPoint, Wifi
from agreement.facts import Medium, Network, Security

GATEWAY_WITHIN: Final = 0.3
"""Seconds that a gateway may take to show its MAC; until then it is not known, so not trusted."""

CABLES = frozenset({"", "veth", "bridge", "bond", "team", "vlan", "macvlan", "macvtap", "ipvlan", "dsa"})
"""Kinds of link that end in a cable; tunnels are none of them."""

BORROWED = frozenset({"rndis_host", "ipheth", "cdc_mbim", "qmi_wwan", "huawei_cdc_ncm", "sierra_net"})
"""Drivers of phones and modems that look like a cable."""


class Networks:
    """Looks at the kernel's picture, and asks who the access points and the gateways are."""

    def __init__(self, wifi: Wifi, sys: Path = Path("/sys")) -> None:
        self._wifi, self._sys = wifi, sys

    def look(self) -> tuple[Network, ...]:
        """Every way out that is up, one for each interface and router. Raises OSError when the kernel is silent."""
        seen = rtnetlink.picture()
        ways = [way for way in seen.ways if way.link in seen.links and seen.links[way.link].up]
        known = self.gateways(seen, ways)
        points = {link: self._wifi.look(seen.links[link].name) for link in {way.link for way in ways}}
        found = (self.network(seen.links[way.link], way, known, points[way.link]) for way in heard(ways, known))
        return tuple(each_once(found))

    def gateways(self, seen: Picture, ways: Iterable[WayOut]) -> dict[Place, str]:
        """The MACs of the gateways. A link whose every gateway is silent is given a moment to hear from one."""
        known = {place: entry.mac for place, entry in seen.gateways.items() if entry.mac}
        silent = {(way.link, way.gateway) for way in ways if way.gateway} - known.keys()
        hopeless = {place for place in silent if place in seen.gateways and speaks(place[0], known)}  # asked before
        for patience, places in ((GATEWAY_WITHIN, silent - hopeless), (0.0, hopeless)):
            if places:
                answers = rtnetlink.resolve(places, patience)
                known |= {place: answer.mac for place, answer in answers.items() if answer.mac}
        return known

    def network(self, link: Link, way: WayOut, known: dict[Place, str], point: AccessPoint | None) -> Network:
        """Describe one way out."""
        mac = known.get((way.link, way.gateway), "")
        if point is not None:
            return Network(link.name, Medium.WIFI, point.name, point.security, point.bssid, way.gateway, mac)
        medium = self.medium(link)
        security = Security.WIRED if medium is Medium.WIRED else Security.UNKNOWN
        return Network(link.name, medium, "", security, "", way.gateway, mac)

    def medium(self, link: Link) -> Medium:
        """Tell a cable from a tunnel, a phone or a modem."""
        if link.hardware != netlink.ETHERNET or link.kind not in CABLES:
            return Medium.OTHER
        about = self._sys / "class/net" / link.name
        driver = (about / "device/driver").resolve().name
        return Medium.OTHER if driver in BORROWED or device_type(about) in {"wwan", "bluetooth"} else Medium.WIRED


def speaks(link: int, known: Iterable[Place]) -> bool:
    """Tell whether some gateway of this link has answered."""
    return any(place[0] == link for place in known)


def heard(ways: Iterable[WayOut], known: dict[Place, str]) -> Iterator[WayOut]:
    """Leave out gateways that are silent beside one that answers: nothing can pass through them.

    Should one speak up, its MAC is news from the kernel, and the next look has it.
    """
    for way in sorted(ways, key=lambda way: (way.link, ":" in way.gateway, way.metric, way.gateway)):
        if (way.link, way.gateway) in known or not way.gateway or not speaks(way.link, known):
            yield way


def each_once(networks: Iterable[Network]) -> Iterator[Network]:
    """One network for each interface and router: a router has an address for IPv4 and one for IPv6."""
    told = set()
    for network in networks:
        router = (network.interface, network.gateway_mac or network.gateway)
        if router not in told:
            told.add(router)
            yield network


def device_type(about: Path) -> str:
    """What the kernel calls the hardware ("wlan", "wwan", "bluetooth"); empty where it gives no word."""
    try:
        lines = (about / "uevent").read_text().splitlines()
    except OSError:
        return ""
    return next((line.removeprefix("DEVTYPE=") for line in lines if line.startswith("DEVTYPE=")), "")
