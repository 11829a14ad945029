"""What the kernel says about links, ways out and neighbours: its route messages, read from bytes.

Pure: no sockets here. The bytes may be anything; what is cut short or makes no sense is left out, and nothing is
raised. Layouts are those of linux/netlink.h, rtnetlink.h, if_link.h and neighbour.h.
"""

import ipaddress
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
ATTRIBUTE = struct.Struct("=HH")  # length, type
LINK = struct.Struct("=BxHiII")  # family, ARP type, index, flags, change
ROUTE = struct.Struct("=BBBBBBBBI")  # family, dst_len, src_len, tos, table, protocol, scope, type, flags
NEIGHBOUR = struct.Struct("=BxxxiHBB")  # family, index, state, flags, type
NEXT_HOP = struct.Struct("=HBBi")  # length, flags, hops, index

ERROR: Final = 2
DONE: Final = 3
NEW_LINK, DEL_LINK, GET_LINK = 16, 17, 18
NEW_ROUTE, DEL_ROUTE, GET_ROUTE = 24, 25, 26
NEW_NEIGHBOUR, DEL_NEIGHBOUR, GET_NEIGHBOUR = 28, 29, 30

REPLACED: Final = 0x100  # NLM_F_REPLACE
UP, CARRIER = 0x1, 0x10000
ETHERNET: Final = 1  # ARPHRD_ETHER
LOCAL_TABLE: Final = 255
UNICAST: Final = 1
INET, INET6 = 2, 10
WIDEST = {INET: 1, INET6: 3}
"""A route at least this wide is a way out: VPN programs lay 0.0.0.0/1 and 128.0.0.0/1, or 2000::/3, on the default."""

IFLA_ADDRESS, IFLA_IFNAME, IFLA_WIRELESS, IFLA_LINKINFO, IFLA_INFO_KIND = 1, 3, 11, 18, 1
RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_MULTIPATH, RTA_TABLE, RTA_VIA = 4, 5, 6, 9, 15, 18
NDA_DST, NDA_LLADDR = 1, 2

FAILED = 0x20
ANSWERED = 0x02 | 0x04 | 0x08 | 0x10 | 0x80
"""Neighbour states in which its MAC is known: reachable, stale, delay, probe, permanent."""

NEW_ACCESS_POINT: Final = 0x8B15
"""SIOCGIWAP as a wireless event: the station joined, roamed or left."""

MOST_MESSAGES: Final = 4096
MOST_ATTRIBUTES: Final = 256


@dataclass(frozen=True, slots=True)
class Link:
    """One network interface."""

    index: int
    name: str
    up: bool  # switched on, and the other end is there
    hardware: int  # ARPHRD_...
    mac: str
    kind: str = ""  # "veth", "tun", "wireguard"; empty for real hardware


@dataclass(frozen=True, slots=True)
class WayOut:
    """One default route, or one that is nearly as wide."""

    link: int
    gateway: str  # empty where the other end needs no address: a tunnel, a modem
    metric: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What is known of an address on the same link."""

    link: int
    address: str
    mac: str  # empty while it has not answered
    failed: bool


@dataclass(frozen=True, slots=True)
class Roamed:
    """A wireless station joined, changed or left an access point."""

    link: int
    event: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One netlink message: its type and its body, bounds checked."""

    type: int
    sequence: int
    body: bytes
    flags: int = 0

    @property
    def is_replacement(self) -> bool:
        """Tell whether it is a route that took the place of one that is not named."""
        return self.type == NEW_ROUTE and bool(self.flags & REPLACED)


Fact = Link | WayOut | Neighbour | Roamed


def messages(data: bytes) -> Iterator[Message]:
    """Cut a datagram into messages; stops at the first that is cut short."""
    at = 0
    for _ in range(MOST_MESSAGES):
        if at + HEADER.size > len(data):
            return
        length, kind, flags, sequence, _port = HEADER.unpack_from(data, at)
        if length < HEADER.size or at + length > len(data):
            return
        yield Message(kind, sequence, data[at + HEADER.size : at + length], flags)
        at += aligned(length)


def facts(message: Message) -> tuple[Fact, ...]:
    """Read what one message states; empty when it is of no interest or makes no sense."""
    try:
        match message.type:
            case 16 | 17:
                return link(message.body)
            case 24 | 25:
                return ways_out(message.body)
            case 28 | 29:
                return neighbour(message.body)
    except (struct.error, ValueError):  # cut short, or an address of impossible length
        return ()
    return ()


def is_removal(message: Message) -> bool:
    """Tell whether the message takes back what it states."""
    return message.type in {DEL_LINK, DEL_ROUTE, DEL_NEIGHBOUR}


def link(body: bytes) -> tuple[Fact, ...]:
    """Read a link message; one that carries a wireless event states nothing else."""
    family, hardware, index, flags, _change = LINK.unpack_from(body)
    found = attributes(body, LINK.size)
    if event := found.get(IFLA_WIRELESS):  # a partial message
        command = int.from_bytes(event[2:4], "little")
        return (Roamed(index, event),) if command == NEW_ACCESS_POINT else ()
    if family != 0 or IFLA_IFNAME not in found:  # bridge ports speak too
        return ()
    kind = attributes(found.get(IFLA_LINKINFO, b""), 0).get(IFLA_INFO_KIND, b"")
    up = flags & (UP | CARRIER) == UP | CARRIER
    return (Link(index, text(found[IFLA_IFNAME]), up, hardware, mac(found.get(IFLA_ADDRESS, b"")), text(kind)),)


def ways_out(body: bytes) -> tuple[Fact, ...]:
    """Read a route message; empty unless it is a default route or nearly one."""
    family, wide, _src, _tos, table, _protocol, _scope, kind, _flags = ROUTE.unpack_from(body)
    found = attributes(body, ROUTE.size)
    table = number(found[RTA_TABLE]) if RTA_TABLE in found else table
    if family not in WIDEST or wide > WIDEST[family] or kind != UNICAST or table == LOCAL_TABLE:
        return ()
    metric = number(found.get(RTA_PRIORITY, b""))
    if hops := found.get(RTA_MULTIPATH):
        return tuple(WayOut(index, gateway, metric) for index, gateway in next_hops(hops))
    if RTA_OIF not in found:
        return ()
    return (WayOut(number(found[RTA_OIF]), gateway_in(found), metric),)


def next_hops(data: bytes) -> Iterator[tuple[int, str]]:
    """Each interface and gateway of a route over several."""
    at = 0
    for _ in range(MOST_ATTRIBUTES):
        if at + NEXT_HOP.size > len(data):
            return
        length, _flags, _hops, index = NEXT_HOP.unpack_from(data, at)
        if length < NEXT_HOP.size or at + length > len(data):
            return
        yield index, gateway_in(attributes(data[at : at + length], NEXT_HOP.size))
        at += aligned(length)


def gateway_in(found: dict[int, bytes]) -> str:
    """The gateway among a route's attributes: RTA_GATEWAY, or RTA_VIA for one of the other family."""
    if RTA_GATEWAY in found:
        return str(ipaddress.ip_address(found[RTA_GATEWAY]))
    if RTA_VIA in found:
        return str(ipaddress.ip_address(found[RTA_VIA][2:]))
    return ""


def neighbour(body: bytes) -> tuple[Fact, ...]:
    """Read a neighbour message."""
    family, index, state, _flags, _kind = NEIGHBOUR.unpack_from(body)
    found = attributes(body, NEIGHBOUR.size)
    if family not in WIDEST or NDA_DST not in found:
        return ()
    known = mac(found.get(NDA_LLADDR, b"")) if state & ANSWERED else ""
    return (Neighbour(index, str(ipaddress.ip_address(found[NDA_DST])), known, bool(state & FAILED)),)


def attributes(data: bytes, at: int) -> dict[int, bytes]:
    """Attributes by number, from an offset on; stops at the first that is cut short."""
    found: dict[int, bytes] = {}
    for _ in range(MOST_ATTRIBUTES):
        if at + ATTRIBUTE.size > len(data):
            break
        length, kind = ATTRIBUTE.unpack_from(data, at)
        if length < ATTRIBUTE.size or at + length > len(data):
            break
        found.setdefault(kind & 0x3FFF, data[at + ATTRIBUTE.size : at + length])
        at += aligned(length)
    return found


def aligned(length: int) -> int:
    """Netlink pads everything to four bytes."""
    return (length + 3) & ~3


def number(data: bytes) -> int:
    """An unsigned number in the machine's byte order; 0 where there is none."""
    return int(struct.unpack_from("=I", data)[0]) if data else 0


def text(data: bytes) -> str:
    r"""A C string; bytes that are not UTF-8 are shown as \xNN."""
    return data.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")


def mac(data: bytes) -> str:
    """A hardware address of six bytes in lower case with colons; empty for every other length, and for all zeroes."""
    return data.hex(":") if len(data) == 6 and any(data) else ""  # noqa: PLR2004 - a MAC has six bytes
