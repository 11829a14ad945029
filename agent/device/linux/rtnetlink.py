"""The kernel's picture of the network, asked for once or followed: a raw netlink socket and the standard library.

The picture holds only what decides where the tablet's words go: links, ways out, and the MAC addresses of the
gateways. A neighbour that is no gateway, a renewed lease or a scan for Wi-Fi changes nothing in it, and wakes nobody.
"""

import contextlib
import errno
import ipaddress
import os
import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from agent.device.linux import capabilities, netlink
from agent.device.linux.netlink import Fact, Link, Message, Neighbour, Roamed, WayOut

GROUPS = 0x1 | 0x4 | 0x40 | 0x400
"""RTMGRP_LINK, RTMGRP_NEIGH, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_ROUTE."""

REQUEST, ACKNOWLEDGE, REPLACE, CREATE, DUMP = 0x1, 0x4, 0x100, 0x400, 0x300
USE = 0x01  # NTF_USE: resolve it as if there were something to send
BUFFER = 1 << 16
ANSWER_WITHIN = 5.0
"""Seconds that the kernel may take over one answer."""

MOST_READS = 256
"""Datagrams taken from the socket in one go; the rest makes it readable again."""

MOST_KEPT = 1024
"""Links, ways out or gateways in the picture; a tablet has a handful."""

Key = TypeVar("Key")
Value = TypeVar("Value")
Place = tuple[int, str]
"""A neighbour's key: link and address."""


@dataclass(slots=True)
class Picture:
    """Links by index, every way out, and what each gateway's neighbour entry says."""

    links: dict[int, Link] = field(default_factory=dict)
    ways: set[WayOut] = field(default_factory=set)
    gateways: dict[Place, Neighbour] = field(default_factory=dict)

    def apply(self, message: Message) -> bool:
        """Take in one message; True when it changed the picture."""
        removal, changed = netlink.is_removal(message), False
        for fact in netlink.facts(message):
            changed |= self.take(fact, removal=removal)
        return changed

    def take(self, fact: Fact, *, removal: bool) -> bool:
        """Take in one fact; True when it changed the picture."""
        match fact:
            case Link():
                return put(self.links, fact.index, None if removal else fact)
            case WayOut():
                return self.route(fact, removal=removal)
            case Neighbour():
                return self.neighbour(fact, removal=removal)
            case Roamed():
                return True

    def route(self, way: WayOut, *, removal: bool) -> bool:
        """Add or remove a way out."""
        before = len(self.ways)
        if removal:
            self.ways.discard(way)
        elif len(self.ways) < MOST_KEPT:
            self.ways.add(way)
        return len(self.ways) != before

    def neighbour(self, found: Neighbour, *, removal: bool) -> bool:
        """Keep what a gateway answered; True when its MAC became another. Other neighbours are of no interest."""
        place = (found.link, found.address)
        if place not in self.places():
            return False
        before = self.gateways.get(place)
        put(self.gateways, place, None if removal else found)
        return (before.mac if before else "") != ("" if removal else found.mac)

    def places(self) -> set[Place]:
        """Where the gateways are."""
        return {(way.link, way.gateway) for way in self.ways if way.gateway}


def put(kept: dict[Key, Value], key: Key, value: Value | None) -> bool:
    """Set or remove one entry of a bounded table; True when that changed it."""
    if value is None:
        return kept.pop(key, None) is not None
    if kept.get(key) == value or (key not in kept and len(kept) >= MOST_KEPT):
        return False
    kept[key] = value
    return True


def picture() -> Picture:
    """Ask the kernel for everything. Raises OSError when it does not answer."""
    seen = Picture()
    with opened() as line:
        for kind in (netlink.GET_LINK, netlink.GET_ROUTE, netlink.GET_NEIGHBOUR):  # neighbours last: ways say which
            for message in dump(line, kind):
                seen.apply(message)
    return seen


def opened(groups: int = 0) -> socket.socket:
    """A route socket of its own, listening to these groups."""
    line = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    try:
        line.bind((0, groups))
        line.settimeout(ANSWER_WITHIN)
    except OSError:
        line.close()
        raise
    return line


def dump(line: socket.socket, kind: int) -> Iterator[Message]:
    """Ask for a whole table, and give its messages. Raises OSError when the kernel refuses or falls silent."""
    body = netlink.LINK.pack(0, 0, 0, 0, 0) if kind == netlink.GET_LINK else bytes(12)
    send(line, kind, REQUEST | DUMP, body, sequence=kind)
    while True:
        for message in netlink.messages(line.recv(BUFFER)):
            if message.sequence != kind:
                continue
            if message.type == netlink.DONE:
                return
            refused(message)
            yield message


def send(line: socket.socket, kind: int, flags: int, body: bytes, sequence: int) -> None:
    """Send one request to the kernel."""
    line.send(netlink.HEADER.pack(netlink.HEADER.size + len(body), kind, flags, sequence, 0) + body)


def refused(message: Message) -> None:
    """Raise OSError when the message is a refusal."""
    if message.type != netlink.ERROR or len(message.body) < 4:  # noqa: PLR2004 - the error number has four bytes
        return
    number = -int.from_bytes(message.body[:4], "little", signed=True)
    if number > 0:
        msg = f"the kernel refused a question about the network: {os.strerror(number)}"
        raise OSError(msg)


class NetworkMonitor:
    """Becomes readable when links, ways out or gateways may have changed; sleeps otherwise.

    Takes one descriptor. Use from one thread. `close` gives the descriptor back.
    """

    def __init__(self) -> None:
        self._line = opened(GROUPS)
        self._line.setblocking(False)  # noqa: FBT003 - the standard library's signature
        try:
            self._seen = picture()
        except OSError:
            self._line.close()
            raise

    def fileno(self) -> int:
        """The descriptor to select on."""
        return self._line.fileno()

    def drain(self) -> bool:
        """Read what has come; True when the picture changed, or when too much came to follow it."""
        changed = False
        for _ in range(MOST_READS):
            try:
                data, sender = self._line.recvfrom(BUFFER)
            except BlockingIOError:
                break
            except OSError as failure:
                if failure.errno != errno.ENOBUFS:
                    raise
                changed = True
                continue
            if sender[0] == 0:  # the kernel; any process may write to a netlink port
                changed |= self.follow(data)
        if changed:
            self.look_again()
        return changed

    def follow(self, data: bytes) -> bool:
        """Take in one datagram; True when it changed the picture."""
        changed = False
        for message in netlink.messages(data):
            changed |= message.is_replacement or self._seen.apply(message)
        return changed

    def look_again(self) -> None:
        """Start from a fresh picture: the kernel does not tell every route that fell with its link, or was replaced.

        A kernel that does not answer leaves the old one.
        """
        with contextlib.suppress(OSError):
            self._seen = picture()

    def close(self) -> None:
        """Give the descriptor back."""
        self._line.close()


def resolve(places: set[Place], patience: float) -> dict[Place, Neighbour]:
    """Have the kernel ask these neighbours for their MACs, and wait for the answers, `patience` seconds at most.

    Gives what was answered. Raises OSError when the kernel does not talk to us.
    """
    answers: dict[Place, Neighbour] = {}
    with opened(0x4) as line:
        for place in places:
            knock(line, place)
        deadline = time.monotonic() + patience
        while places - answers.keys() and (left := deadline - time.monotonic()) > 0:
            if not select.select([line], [], [], left)[0]:
                break
            answers.update(answered(line.recv(BUFFER), places))
    return answers


def answered(data: bytes, places: set[Place]) -> Iterator[tuple[Place, Neighbour]]:
    """The neighbours among these that have shown their MAC, or will not."""
    for message in netlink.messages(data):
        for fact in netlink.facts(message):
            if isinstance(fact, Neighbour) and (fact.mac or fact.failed) and (fact.link, fact.address) in places:
                yield (fact.link, fact.address), fact


def knock(line: socket.socket, place: Place) -> None:
    """Make the kernel resolve a neighbour: by NTF_USE where that is allowed, else by a datagram to its discard port."""
    index, address = place
    if capabilities.held(capabilities.NET_ADMIN):
        send(line, netlink.NEW_NEIGHBOUR, REQUEST | CREATE | REPLACE, use(index, address), sequence=1)
        return
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    where = (address, 9, 0, index) if family == socket.AF_INET6 else (address, 9)
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as discard:
        discard.sendto(b"", where)


def use(index: int, address: str) -> bytes:
    """The request to resolve one neighbour."""
    packed = ipaddress.ip_address(address).packed
    family = netlink.INET6 if ":" in address else netlink.INET
    head = netlink.NEIGHBOUR.pack(family, index, 0, USE, 0)
    return head + netlink.ATTRIBUTE.pack(netlink.ATTRIBUTE.size + len(packed), 1) + packed
