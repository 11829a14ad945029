"""The kernel wakes the agent when the way out changed, and lets it sleep otherwise."""

import select
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.device.linux.firewall import Firewall
from agent.device.linux.waking import Changes
from lab.nursery_network import HOME, IP, NFT, ROUTER, TWIN, NurseryNetwork
from tests.network.world import CONTROLLER_AT, WAIT, seen


@pytest.fixture
def monitor(larkfield: NurseryNetwork) -> Iterator[Changes]:
    seen(larkfield)  # the router is known
    monitor = larkfield.within("t1", Changes)
    yield monitor
    monitor.close()


def wakes(larkfield: NurseryNetwork, monitor: Changes) -> bool:
    """Wait until the monitor calls something a change; False when it has become silent without one."""
    deadline = time.monotonic() + WAIT
    while select.select([monitor], [], [], 0.3)[0] and time.monotonic() < deadline:
        if larkfield.within("t1", monitor.drain):
            return True
    return False


def test_moving_to_the_twin_and_back_wakes(larkfield: NurseryNetwork, monitor: Changes) -> None:
    for place in (TWIN, HOME):
        larkfield.plug("t1", place)
        assert wakes(larkfield, monitor)


def test_a_pulled_cable_wakes(larkfield: NurseryNetwork, monitor: Changes) -> None:
    larkfield.unplug("t1")

    assert wakes(larkfield, monitor)


def test_a_router_that_becomes_another_wakes(larkfield: NurseryNetwork, monitor: Changes) -> None:
    larkfield.ip("t1", f"neigh replace {ROUTER} lladdr 02:bb:bb:bb:bb:01 dev eth0")

    assert wakes(larkfield, monitor)


def test_a_spoofed_router_wakes(larkfield: NurseryNetwork, monitor: Changes) -> None:
    larkfield.ip("t2", f"addr add {ROUTER}/32 dev eth0")
    announce = f"/usr/sbin/arping -q -U -S {ROUTER} -i eth0 -c 1 {ROUTER} || test $? = 1"  # 1: nobody answered
    larkfield.run("t2", ["/bin/sh", "-c", announce])

    assert wakes(larkfield, monitor)


def test_a_new_router_wakes_again_when_it_shows_its_mac(larkfield: NurseryNetwork, monitor: Changes) -> None:
    larkfield.ip("t1", "route add default via 10.77.0.101 metric 5")
    assert wakes(larkfield, monitor)
    while wakes(larkfield, monitor):
        pass

    larkfield.ip("t1", "neigh replace 10.77.0.101 lladdr 02:11:22:33:44:01 dev eth0")
    assert wakes(larkfield, monitor)


def test_a_route_that_was_replaced_wakes(larkfield: NurseryNetwork, monitor: Changes) -> None:
    for gateway in ("10.77.0.101", ROUTER):
        larkfield.ip("t1", f"route replace default via {gateway}")
        assert wakes(larkfield, monitor)


def test_what_does_not_change_the_way_out_lets_it_sleep(larkfield: NurseryNetwork, monitor: Changes) -> None:
    larkfield.ip("t1", "addr add 10.77.0.200/24 dev eth0", "route add 10.9.0.0/16 via 10.77.0.1")
    larkfield.ip("t1", "neigh add 10.77.0.101 lladdr 02:11:22:33:44:01 dev eth0", "link set eth0 mtu 1400")

    assert not wakes(larkfield, monitor)


def test_looking_at_a_known_network_wakes_nobody(larkfield: NurseryNetwork, monitor: Changes) -> None:
    seen(larkfield)

    assert not wakes(larkfield, monitor)


def test_more_events_than_fit_count_as_a_change(larkfield: NurseryNetwork, monitor: Changes, tmp_path: Path) -> None:
    flood = tmp_path / "flood"
    hosts = [f"10.77.0.{n} lladdr 02:00:00:00:{i:02x}:{n:02x}" for i in range(20) for n in range(130, 250)]
    flood.write_text("".join(f"neigh replace {host} dev eth0\n" for host in hosts))
    larkfield.run("t1", [IP, "-batch", str(flood)])

    assert wakes(larkfield, monitor)


def test_a_flushed_firewall_wakes_and_somebody_elses_rules_do_not(larkfield: NurseryNetwork, monitor: Changes) -> None:
    firewall = Firewall()
    larkfield.within("t1", lambda: firewall.block(CONTROLLER_AT))
    assert wakes(larkfield, monitor)
    assert not wakes(larkfield, monitor)

    larkfield.run("t1", [NFT, "add", "table", "inet", "somebody_elses"])
    assert not wakes(larkfield, monitor)

    larkfield.run("t1", [NFT, "flush", "ruleset"])
    assert wakes(larkfield, monitor)
    firewall.close()
