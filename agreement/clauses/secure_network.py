"""Clause 8: “Ensure that devices are only used to access the internet via a secure network”.

A network is trusted for who it is, never for its name alone: anyone can call a hotspot by the nursery's name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from agreement.facts import Medium, Network, Security, Tablet
from agreement.rulings import Admit, Block, Finding, Ruling

MEND = "Join one of the setting’s own networks, or ask the manager to trust this one."


class NothingTrustedError(ValueError):
    """An agreement that trusts no network would cut every tablet off; leave the clause out instead."""


@dataclass(frozen=True, slots=True)
class TrustedNetwork:
    """One network of the setting, known by its gateway and, for Wi-Fi, by its access points and security too."""

    name: str  # SSID for Wi-Fi; the manager's own word for a wired one
    medium: Medium
    gateway_macs: frozenset[str]
    bssids: frozenset[str] = frozenset()
    security: Security = Security.UNKNOWN

    def __post_init__(self) -> None:
        """Refuse a network that could be recognised by its name alone."""
        if not self.gateway_macs:
            msg = f"“{self.name}” has no gateway address (MAC) to know it by"
            raise ValueError(msg)
        if self.medium is Medium.WIFI and not self.bssids:
            msg = f"“{self.name}” has no access point address (BSSID) to know it by"
            raise ValueError(msg)

    def is_same(self, network: Network) -> bool:
        """Tell whether this is that network, by everything that an impostor would have to copy."""
        if network.medium is not self.medium or network.gateway_mac not in self.gateway_macs:
            return False
        if self.medium is not Medium.WIFI:
            return True
        return (network.name, network.security) == (self.name, self.security) and network.bssid in self.bssids


@dataclass(frozen=True, slots=True)
class SecureNetwork:
    """Only trusted networks; on any other the tablet is cut off, the controller apart."""

    trusted: tuple[TrustedNetwork, ...]

    number: ClassVar[int] = 8
    title: ClassVar[str] = "Only trusted networks"

    def __post_init__(self) -> None:
        """Refuse terms under which no tablet could talk to anyone (law 6)."""
        if not self.trusted:
            msg = "an agreement that trusts no network would cut every tablet off: trust one network first"
            raise NothingTrustedError(msg)

    def judge(self, tablet: Tablet) -> Iterator[Ruling]:
        """Block as soon as one way out is strange; admit when every way out is trusted; nothing when there is none."""
        strange = [network for network in tablet.networks if not self.trusts(network)]
        for network in strange:
            yield Finding(self.number, subject_of(network), self.what_is_wrong(network), MEND, tablet.at)
        if strange:
            yield Block(tuple(strange))
        elif tablet.networks:
            yield Admit(tablet.networks)

    def trusts(self, network: Network) -> bool:
        """Tell whether the manager trusts this very network."""
        return any(trusted.is_same(network) for trusted in self.trusted)

    def what_is_wrong(self, network: Network) -> str:
        """Say in one plain sentence why this network is not trusted."""
        if not network.gateway_mac:
            return f"The network on {network.interface} has not shown who it is yet."
        if network.name and any(t.name == network.name for t in self.trusted):
            return f"A network that calls itself “{network.name}” is not the setting’s own: {self.difference(network)}."
        return f"The tablet joined {shown(network)}, which the manager has not trusted."

    def difference(self, network: Network) -> str:
        """Name the first thing in which an impostor differs from every trusted network of its name."""
        twins = [t for t in self.trusted if t.name == network.name]
        if all(t.security is not network.security for t in twins):
            return f"its security is {network.security.value}"
        if all(network.bssid not in t.bssids for t in twins):
            return "its access point is another one"
        return "its router is another one"


def shown(network: Network) -> str:
    """Name a network as a person would: “Larkfield”, or the wired network of a router."""
    if network.name:
        return f"“{network.name}”"
    return f"the {network.medium.value} network of router {network.gateway_mac or network.gateway or 'unknown'}"


def subject_of(network: Network) -> str:
    """Give a stable key for a network: medium, name, router and access point."""
    return f"{network.medium.value}|{network.name}|{network.gateway_mac}|{network.bssid}"
