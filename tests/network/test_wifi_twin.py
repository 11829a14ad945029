"""A twin that has the nursery's name, its addresses, and nothing else: over a NetworkManager of our own."""

from collections.abc import Iterator

import pytest

from agent.device.linux.bus import Bus
from agent.device.linux.network import Networks
from agent.device.linux.wifi import Wifi
from agreement.clauses.secure_network import SecureNetwork, TrustedNetwork
from agreement.facts import Medium, Network, Security, Tablet
from agreement.rulings import Admit, Block, Finding
from lab.nursery_network import HOME, HOME_MAC, ROUTER, TWIN, NurseryNetwork
from lab.private_bus import DAEMON, PrivateBus
from lab.wireless_service import Point, WirelessService
from tests.agreement.cast import NOON
from tests.parts.needs import require

LARKFIELD = Point("Larkfield", "02:aa:aa:aa:aa:0a")
EVES = Point("Larkfield", "02:ee:ee:ee:ee:0e")
OPEN = Point("Larkfield", "02:aa:aa:aa:aa:0a", has_password=False)

TRUSTED = SecureNetwork(
    (TrustedNetwork("Larkfield", Medium.WIFI, frozenset({HOME_MAC}), frozenset({LARKFIELD.bssid}), Security.WPA2),)
)


@pytest.fixture
def bus() -> Iterator[PrivateBus]:
    require(str(DAEMON))
    with PrivateBus() as bus:
        yield bus


def look(larkfield: NurseryNetwork, bus: PrivateBus) -> tuple[Network, ...]:
    line = Bus(bus.address)
    try:
        return larkfield.within("t1", Networks(Wifi(line)).look)
    finally:
        line.close()


def judged(networks: tuple[Network, ...]) -> tuple[type, str]:
    """The order, and the words of the finding if there is one."""
    rulings = list(TRUSTED.judge(Tablet("sunflower-1", NOON, networks=networks)))
    words = [ruling.what for ruling in rulings if isinstance(ruling, Finding)]
    return type(rulings[-1]), " ".join(words)


def test_larkfield_is_admitted_by_everything_that_it_shows(larkfield: NurseryNetwork, bus: PrivateBus) -> None:
    with WirelessService(bus.address, (LARKFIELD, EVES)):
        networks = look(larkfield, bus)

    assert networks == (Network("eth0", Medium.WIFI, "Larkfield", Security.WPA2, LARKFIELD.bssid, ROUTER, HOME_MAC),)
    assert judged(networks) == (Admit, "")


def test_eves_larkfield_is_blocked_and_her_access_point_named_as_the_reason(
    larkfield: NurseryNetwork, bus: PrivateBus
) -> None:
    with WirelessService(bus.address, (LARKFIELD, EVES)) as wireless:
        larkfield.plug("t1", TWIN)
        wireless.join(EVES)
        order, words = judged(look(larkfield, bus))
        larkfield.plug("t1", HOME)
        wireless.join(LARKFIELD)
        back, _ = judged(look(larkfield, bus))

    assert order is Block
    assert "calls itself “Larkfield”" in words
    assert "access point is another one" in words
    assert back is Admit


def test_a_twin_that_copies_the_access_point_but_asks_no_password_is_blocked(
    larkfield: NurseryNetwork, bus: PrivateBus
) -> None:
    with WirelessService(bus.address, (OPEN,)):
        order, words = judged(look(larkfield, bus))

    assert order is Block
    assert "security is none" in words


def test_a_twin_that_copies_all_that_is_in_the_air_is_known_by_its_router(
    larkfield: NurseryNetwork, bus: PrivateBus
) -> None:
    larkfield.plug("t1", TWIN)
    with WirelessService(bus.address, (LARKFIELD,)):
        order, words = judged(look(larkfield, bus))

    assert order is Block
    assert "router is another one" in words
