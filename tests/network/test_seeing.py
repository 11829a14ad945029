"""Who stands at the other end: the tablet tells its router by the MAC address, whatever else is the same."""

import fcntl
import io
import struct

from agreement.facts import Medium, Network, Security, Tablet
from agreement.rulings import Admit, Block
from lab.nursery_network import HOME, HOME_MAC, ROUTER, ROUTER6, TWIN, TWIN_MAC, NurseryNetwork
from tests.agreement.cast import NOON
from tests.network.world import ADAS, seen
from tests.parts.waiting import eventually


def orders(networks: tuple[Network, ...]) -> list[type]:
    """What clause 8 orders for these networks."""
    rulings = ADAS.judge(Tablet("sunflower-1", NOON, networks=networks))
    return [type(ruling) for ruling in rulings if isinstance(ruling, Admit | Block)]


def test_at_home_the_tablet_sees_its_router_once_and_is_admitted(larkfield: NurseryNetwork) -> None:
    networks = seen(larkfield)

    assert networks == (Network("eth0", Medium.WIRED, "", Security.WIRED, "", ROUTER, HOME_MAC),)
    assert orders(networks) == [Admit]


def test_the_twin_has_every_address_of_home_but_the_routers_mac_and_is_blocked(larkfield: NurseryNetwork) -> None:
    larkfield.plug("t1", TWIN)

    networks = seen(larkfield)

    assert networks == (Network("eth0", Medium.WIRED, "", Security.WIRED, "", ROUTER, TWIN_MAC),)
    assert orders(networks) == [Block]


def test_back_home_the_tablet_is_admitted_again(larkfield: NurseryNetwork) -> None:
    larkfield.plug("t1", TWIN)
    larkfield.plug("t1", HOME)

    assert orders(seen(larkfield)) == [Admit]


def test_a_tablet_without_a_cable_is_on_no_network(larkfield: NurseryNetwork) -> None:
    larkfield.unplug("t1")

    assert seen(larkfield) == ()


def test_a_link_whose_other_end_is_gone_is_no_network(larkfield: NurseryNetwork) -> None:
    larkfield.ip("home", "link set t1 down")

    assert seen(larkfield) == ()


def test_a_router_that_never_answered_has_no_mac_and_is_not_trusted(larkfield: NurseryNetwork) -> None:
    larkfield.ip("t1", "route flush default", "-6 route flush default", "route add default via 10.77.0.99")

    networks = seen(larkfield)

    assert [(n.gateway, n.gateway_mac) for n in networks] == [("10.77.0.99", "")]
    assert orders(networks) == [Block]


def test_a_second_router_on_the_same_cable_is_seen_as_what_it_is(larkfield: NurseryNetwork) -> None:
    larkfield.ip("t1", "-6 route add default via fd77::101 metric 2000")

    both = [HOME_MAC, "02:11:22:33:44:01"]
    eventually(lambda: [n.gateway_mac for n in seen(larkfield)] == both)  # a busy router may miss the first question
    assert orders(seen(larkfield)) == [Block]


def test_a_dead_second_router_does_not_cut_a_tablet_off_at_home(larkfield: NurseryNetwork) -> None:
    larkfield.ip("t1", "-6 route add default via fd77::dead metric 2000")

    assert orders(seen(larkfield)) == [Admit]


def tunnel(name: str) -> io.FileIO:
    """Open a tunnel as a VPN program does; closing it takes it down."""
    device = io.FileIO("/dev/net/tun", "r+")
    fcntl.ioctl(device, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x1001))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
    return device


def test_a_tunnel_is_a_network_of_its_own_and_nobody_vouches_for_it(larkfield: NurseryNetwork) -> None:
    with larkfield.within("t1", lambda: tunnel("vpn0")):
        larkfield.ip("t1", "link set vpn0 up", "route add 0.0.0.0/1 dev vpn0")
        networks = seen(larkfield)

    assert Network("vpn0", Medium.OTHER) in networks
    assert orders(networks) == [Block]


def test_the_way_out_may_hide_in_another_routing_table(larkfield: NurseryNetwork) -> None:
    with larkfield.within("t1", lambda: tunnel("vpn0")):
        larkfield.ip("t1", "link set vpn0 up", "route add default dev vpn0 table 51820")

        assert "vpn0" in [network.interface for network in seen(larkfield)]


def test_an_ipv6_only_network_is_seen_too(larkfield: NurseryNetwork) -> None:
    larkfield.ip("t1", "route flush default")

    assert [(n.gateway, n.gateway_mac) for n in seen(larkfield)] == [(ROUTER6, HOME_MAC)]


def test_two_routers_in_one_route_are_both_seen(larkfield: NurseryNetwork) -> None:
    larkfield.ip("t1", "-6 route flush default", "route flush default")
    larkfield.ip("t1", f"route add default nexthop via {ROUTER} dev eth0 nexthop via 10.77.0.101 dev eth0")

    assert {n.gateway for n in seen(larkfield)} == {ROUTER, "10.77.0.101"}
