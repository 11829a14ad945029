"""Cuts the tablet off from every network, the controller apart, and opens it again: one nftables table of its own.

Rules are by address, not by connection: a download that was under way when the tablet left home stops too. The table
stays when the agent stops. No other table is read or touched; a packet that any table drops is dropped, so none can
undo this one. What passes beside the controller's addresses is only what the tablet needs to have an address and to
find its router: DHCP, IPv6 neighbour discovery, and the errors that belong to a connection.

Not held back: programs of root that write raw packets (a DHCP client is one).
"""

import ipaddress
import logging
from collections.abc import Iterable, Sequence

from agent.device.linux import capabilities
from agent.device.linux.commands import NFT, Command
from agent.device.linux.waking import RuleMonitor
from agent.seams.tablet import Endpoint

log = logging.getLogger(__name__)

TABLE = "inet safeuse"

RULES = """\
table inet safeuse {{
}}
delete table inet safeuse
table inet safeuse {{
  comment "Safeuse: this network is not trusted; only the controller can be reached"
  counter cut_off {{
  }}
  set controller4 {{
    type ipv4_addr . inet_service
{four}
  }}
  set controller6 {{
    type ipv6_addr . inet_service
{six}
  }}
  chain output {{
    type filter hook output priority filter; policy drop;
    oifname "lo" accept
    ip daddr . tcp dport @controller4 accept
    ip6 daddr . tcp dport @controller6 accept
    udp sport 68 udp dport 67 accept
    ip6 saddr fe80::/10 udp sport 546 udp dport 547 accept
    ip6 hoplimit 255 icmpv6 type {{ nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert }} accept
    ip6 hoplimit 1 icmpv6 type {{ mld-listener-report, mld2-listener-report }} accept
    meta l4proto tcp counter name cut_off reject with tcp reset
    counter name cut_off reject with icmpx type admin-prohibited
  }}
  chain input {{
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ip saddr . tcp sport @controller4 ct state established accept
    ip6 saddr . tcp sport @controller6 ct state established accept
    ct state related meta l4proto {{ icmp, icmpv6 }} accept
    udp sport 67 udp dport 68 accept
    ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept
    ip6 hoplimit 255 icmpv6 type {{ nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert }} accept
    ip6 hoplimit 1 icmpv6 type mld-listener-query accept
    counter name cut_off drop
  }}
  chain forward {{
    type filter hook forward priority filter; policy drop;
    counter name cut_off drop
  }}
}}
"""
Opening = tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]

NO_RULES = "table inet safeuse {\n}\ndelete table inet safeuse\n"
"""Makes the table if it is missing, then removes it: right in both cases, and one transaction."""


class Firewall:
    """The one table. Deeds are idempotent; repeating one costs nothing while nobody else changes the rules."""

    def __init__(self, nft: Command = NFT) -> None:
        self._nft = nft
        self._asked: str | None = None  # the rules put in force last; None: not known
        self._shown = ""  # how nft lists them
        self._watch: RuleMonitor | None = None

    def block(self, controller: Sequence[Endpoint]) -> None:
        """Cut off everything but these addresses and ports. Raises OSError with the reason.

        With no address at all, nothing passes: a trusted network opens the tablet again by itself.
        """
        self.enforce(rules(controller))

    def admit(self) -> None:
        """Open the network again. Raises OSError with the reason."""
        self.enforce(NO_RULES)

    def is_able(self) -> bool:
        """Tell whether this process may change the firewall and has the program to do it with."""
        return not self.unable()

    def unable(self) -> str:
        """Why the firewall cannot be changed, in one sentence; empty when it can."""
        if not capabilities.held(capabilities.NET_ADMIN):
            return "The agent may not change the firewall: run it as the system service (root)."
        return "" if self._nft.path() else "nftables is not installed: install the package nftables."

    def enforce(self, wanted: str) -> None:
        """Put these rules in force unless they are. Raises OSError with the reason."""
        if self._asked == wanted and not self.was_disturbed():
            return
        if why := self.unable():
            raise PermissionError(why)
        self._asked = None
        self.listen()
        self._nft.run("-f", "-", given=wanted)
        self.heard()  # our own change; what comes from here on is somebody else's
        self._shown = self.listed()
        if bool(self._shown) != (wanted != NO_RULES):
            msg = "the firewall rules were changed by another program at the same moment; they are set again next time"
            raise OSError(msg)
        self._asked = wanted

    def was_disturbed(self) -> bool:
        """Tell whether another program changed our table, or flushed everything, since the last time."""
        return self.heard() and self.listed() != self._shown

    def listed(self) -> str:
        """Our table as it stands, without counters; empty when there is none."""
        if f"table {TABLE}\n" not in self._nft.run("list", "tables") + "\n":
            return ""
        return self._nft.run("-s", "list", "table", *TABLE.split())

    def listen(self) -> None:
        """Have the kernel tell of every change of our rules from now on."""
        if self._watch is None:
            self._watch = RuleMonitor()

    def heard(self) -> bool:
        """Tell whether our rules changed since the last time; what it was does not matter."""
        return self._watch is not None and self._watch.drain()

    def close(self) -> None:
        """Stop listening; the rules stay."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None


def rules(controller: Iterable[Endpoint]) -> str:
    """The whole table, for one transaction. What is no address or port is left out: cutting off must not fail by it."""
    openings = [opening for endpoint in controller if (opening := opening_of(endpoint))]
    four = elements(opening for opening in openings if opening[0].version == 4)  # noqa: PLR2004 - IP version 4
    six = elements(opening for opening in openings if opening[0].version == 6)  # noqa: PLR2004 - IP version 6
    return RULES.format(four=four, six=six)


def opening_of(endpoint: Endpoint) -> Opening | None:
    """An address and a port to leave open; None, and a word in the log, for what is none."""
    try:
        address = ipaddress.ip_address(endpoint.ip.split("%", 1)[0])
    except ValueError:
        log.warning("%r is no address of the controller's; it cannot be left open", endpoint.ip)
        return None
    if not 0 < endpoint.port < 1 << 16:
        log.warning("%r is no port of the controller's; it cannot be left open", endpoint.port)
        return None
    return getattr(address, "ipv4_mapped", None) or address, endpoint.port


def elements(endpoints: Iterable[Opening]) -> str:
    """The elements of a set, in a fixed order; nothing for an empty one."""
    listed = ", ".join(sorted({f"{address} . {number}" for address, number in endpoints}))
    return f"    elements = {{ {listed} }}" if listed else ""
