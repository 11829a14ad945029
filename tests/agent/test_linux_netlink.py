"""Netlink messages, as the kernel writes them and as nobody should."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from agent.device.linux import netlink
from agent.device.linux.netlink import Link, Neighbour, Roamed, WayOut
from agent.device.linux.rtnetlink import Picture

GATEWAY = bytes([10, 77, 0, 1])
MAC = bytes.fromhex("02aaaaaaaa01")


def attribute(kind: int, data: bytes) -> bytes:
    padded = data + bytes(-len(data) % 4)
    return struct.pack("=HH", 4 + len(data), kind) + padded


def message(kind: int, body: bytes, flags: int = 0) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body


def link(*attributes: bytes, up: bool = True, family: int = 0) -> bytes:
    flags = netlink.UP | netlink.CARRIER if up else netlink.UP
    return netlink.LINK.pack(family, 1, 3, flags, 0) + b"".join(attributes)


def route(*attributes: bytes, wide: int = 0, family: int = 2, kind: int = 1, table: int = 254) -> bytes:
    return netlink.ROUTE.pack(family, wide, 0, 0, table, 3, 0, kind, 0) + b"".join(attributes)


def neighbour(*attributes: bytes, state: int = 2) -> bytes:
    return netlink.NEIGHBOUR.pack(2, 3, state, 0, 0) + b"".join(attributes)


def read(kind: int, body: bytes) -> tuple[netlink.Fact, ...]:
    (one,) = netlink.messages(message(kind, body))
    return netlink.facts(one)


def test_a_link_has_its_name_its_mac_and_its_kind() -> None:
    kind = attribute(netlink.IFLA_LINKINFO, attribute(netlink.IFLA_INFO_KIND, b"veth\0"))
    body = link(attribute(netlink.IFLA_IFNAME, b"eth0\0"), attribute(netlink.IFLA_ADDRESS, MAC), kind)

    assert read(netlink.NEW_LINK, body) == (Link(3, "eth0", True, 1, "02:aa:aa:aa:aa:01", "veth"),)  # noqa: FBT003


def test_a_link_without_a_carrier_is_not_up() -> None:
    (found,) = read(netlink.NEW_LINK, link(attribute(netlink.IFLA_IFNAME, b"eth0\0"), up=False))

    assert isinstance(found, Link)
    assert not found.up


def test_only_a_new_access_point_among_wireless_events_counts() -> None:
    name = attribute(netlink.IFLA_IFNAME, b"wlan0\0")
    roamed = struct.pack("=HH", 12, netlink.NEW_ACCESS_POINT) + MAC
    scanned = struct.pack("=HH", 12, 0x8B19) + bytes(8)

    assert read(netlink.NEW_LINK, link(name, attribute(netlink.IFLA_WIRELESS, roamed))) == (Roamed(3, roamed),)
    assert read(netlink.NEW_LINK, link(name, attribute(netlink.IFLA_WIRELESS, scanned))) == ()


def test_a_default_route_is_a_way_out_and_others_are_not() -> None:
    to = (attribute(netlink.RTA_OIF, struct.pack("=I", 3)), attribute(netlink.RTA_GATEWAY, GATEWAY))

    assert read(netlink.NEW_ROUTE, route(*to)) == (WayOut(3, "10.77.0.1", 0),)
    assert read(netlink.NEW_ROUTE, route(*to, wide=1)) == (WayOut(3, "10.77.0.1", 0),)
    assert read(netlink.NEW_ROUTE, route(*to, wide=24)) == ()
    assert read(netlink.NEW_ROUTE, route(*to, kind=6)) == ()  # blackhole
    assert read(netlink.NEW_ROUTE, route(*to, table=255)) == ()
    assert read(netlink.NEW_ROUTE, route(*to, family=7)) == ()


def test_an_ipv4_route_by_an_ipv6_router_names_that_router() -> None:
    via = struct.pack("=H", netlink.INET6) + bytes.fromhex("fe80") + bytes(13) + b"\1"
    to = (attribute(netlink.RTA_OIF, struct.pack("=I", 3)), attribute(netlink.RTA_VIA, via))

    assert read(netlink.NEW_ROUTE, route(*to)) == (WayOut(3, "fe80::1", 0),)


def test_a_neighbour_that_has_not_answered_has_no_mac() -> None:
    who = (attribute(netlink.NDA_DST, GATEWAY), attribute(netlink.NDA_LLADDR, MAC))

    assert read(netlink.NEW_NEIGHBOUR, neighbour(*who)) == (Neighbour(3, "10.77.0.1", "02:aa:aa:aa:aa:01", False),)  # noqa: FBT003
    assert read(netlink.NEW_NEIGHBOUR, neighbour(*who, state=0x20)) == (Neighbour(3, "10.77.0.1", "", True),)  # noqa: FBT003
    assert read(netlink.NEW_NEIGHBOUR, neighbour(*who, state=0x01)) == (Neighbour(3, "10.77.0.1", "", False),)  # noqa: FBT003


def test_a_neighbour_that_is_no_router_changes_nothing() -> None:
    picture = Picture()
    body = neighbour(attribute(netlink.NDA_DST, GATEWAY), attribute(netlink.NDA_LLADDR, MAC))
    (one,) = netlink.messages(message(netlink.NEW_NEIGHBOUR, body))

    assert not picture.apply(one)
    picture.take(WayOut(3, "10.77.0.1", 0), removal=False)
    assert picture.apply(one)
    assert not picture.apply(one)


def test_the_picture_stays_bounded() -> None:
    picture = Picture()
    for number in range(3000):
        picture.take(WayOut(number, "10.77.0.1", 0), removal=False)
        picture.take(Link(number, "x", up=True, hardware=1, mac=""), removal=False)

    assert len(picture.ways) < 2000
    assert len(picture.links) < 2000


@given(st.binary(max_size=2000))
def test_no_bytes_raise_anything(data: bytes) -> None:
    picture = Picture()
    for one in netlink.messages(data):
        picture.apply(one)


@given(st.sampled_from([16, 17, 24, 25, 28, 29]), st.binary(max_size=300))
def test_no_body_raises_anything(kind: int, body: bytes) -> None:
    picture = Picture()
    for one in netlink.messages(message(kind, body)):
        picture.apply(one)


ATTRIBUTES = st.lists(st.tuples(st.integers(0, 30), st.binary(max_size=40)), max_size=8)


@given(st.sampled_from(["link", "route", "neighbour"]), ATTRIBUTES, st.integers(0, 7))
def test_no_attributes_raise_anything(shape: str, pairs: list[tuple[int, bytes]], cut: int) -> None:
    packed = b"".join(attribute(kind, data) for kind, data in pairs)
    packed = packed[: len(packed) - cut]
    kind, body = {
        "link": (netlink.NEW_LINK, link(packed)),
        "route": (netlink.NEW_ROUTE, route(packed)),
        "neighbour": (netlink.NEW_NEIGHBOUR, neighbour(packed)),
    }[shape]
    picture = Picture()
    for one in netlink.messages(message(kind, body)):
        picture.apply(one)
