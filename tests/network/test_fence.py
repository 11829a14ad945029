"""Cut off and opened again: what can still be reached, and what cannot, by real packets."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.device.linux.commands import Command
from agent.device.linux.firewall import Firewall
from agent.seams.tablet import Endpoint
from lab.nursery_network import (
    CONTROLLER,
    CONTROLLER6,
    ELSEWHERE,
    ELSEWHERE6,
    HOME,
    NFT,
    ROUTER,
    TWIN,
    NurseryNetwork,
)
from tests.network.world import (
    CONTROLLER_AT,
    OTHER_PORT,
    PORT,
    WAIT,
    connect,
    everyone,
    listening,
    reaches,
)

SOMEBODY_ELSES = """\
table inet somebody_elses {
  chain in {
    type filter hook input priority filter; policy accept;
    tcp dport 22 accept
  }
}
"""


@pytest.fixture
def firewall() -> Iterator[Firewall]:
    firewall = Firewall()
    yield firewall
    firewall.close()


def block(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    larkfield.within("t1", lambda: firewall.block(CONTROLLER_AT))


def admit(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    larkfield.within("t1", firewall.admit)


def ruleset(larkfield: NurseryNetwork) -> str:
    return larkfield.run("t1", [NFT, "-s", "list", "ruleset"])


def test_before_anything_is_cut_off_everyone_is_reached_from_the_twin(larkfield: NurseryNetwork) -> None:
    larkfield.plug("t1", TWIN)
    with everyone(larkfield) as doors:
        assert all(reaches(larkfield, ip) for ip in doors)


def test_on_the_twin_only_the_controller_is_reached(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    larkfield.plug("t1", TWIN)
    block(larkfield, firewall)
    with everyone(larkfield) as doors:
        assert {ip for ip in doors if reaches(larkfield, ip)} == {CONTROLLER, CONTROLLER6}


def test_of_the_controller_only_its_own_port_is_reached(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    block(larkfield, firewall)
    with listening(larkfield, "world", (CONTROLLER, OTHER_PORT)):
        assert not reaches(larkfield, CONTROLLER, OTHER_PORT)


def test_a_connection_under_way_to_elsewhere_is_cut(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    with everyone(larkfield) as doors, connect(larkfield, ELSEWHERE) as ours, doors[ELSEWHERE].accept()[0] as theirs:
        ours.sendall(b"hello")
        assert theirs.recv(5) == b"hello"

        block(larkfield, firewall)

        ours.sendall(b"a photo of a child")  # the first is taken by the kernel, and answered with a reset
        with pytest.raises(ConnectionError):
            ours.recv(1)
        theirs.settimeout(0.2)
        with pytest.raises(TimeoutError):
            theirs.recv(1)


def test_a_download_under_way_stops(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    with everyone(larkfield) as doors, connect(larkfield, ELSEWHERE) as ours, doors[ELSEWHERE].accept()[0] as theirs:
        block(larkfield, firewall)
        theirs.sendall(b"more of the film")
        ours.settimeout(0.3)

        with pytest.raises(TimeoutError):
            ours.recv(1)


def test_a_connection_under_way_to_the_controller_lives_on(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    with everyone(larkfield) as doors, connect(larkfield, CONTROLLER) as ours, doors[CONTROLLER].accept()[0] as theirs:
        block(larkfield, firewall)

        ours.sendall(b"check-in")
        assert theirs.recv(8) == b"check-in"
        theirs.sendall(b"receipt")
        assert ours.recv(7) == b"receipt"


@pytest.mark.parametrize("ip", [ELSEWHERE, ELSEWHERE6, ROUTER])
def test_a_datagram_is_refused_at_once(larkfield: NurseryNetwork, firewall: Firewall, ip: str) -> None:
    block(larkfield, firewall)
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with (
        larkfield.within("t1", lambda: socket.socket(family, socket.SOCK_DGRAM)) as out,
        pytest.raises(PermissionError),
    ):
        out.sendto(b"what is the address of", (ip, 53))


def test_nobody_reaches_a_tablet_that_is_cut_off(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    with listening(larkfield, "t1", ("10.77.0.100", PORT)):
        assert reaches(larkfield, "10.77.0.100", tablet="t2")
        block(larkfield, firewall)
        with pytest.raises(TimeoutError):
            larkfield.within("t2", lambda: socket.create_connection(("10.77.0.100", PORT), 0.3))


def test_a_tablet_still_reaches_itself(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    block(larkfield, firewall)
    with listening(larkfield, "t1", ("127.0.0.1", PORT), ("::1", PORT)):
        assert reaches(larkfield, "127.0.0.1")
        assert reaches(larkfield, "::1")


def test_a_tablet_that_is_cut_off_forwards_for_nobody(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    larkfield.set("t1", "ipv4/ip_forward", 1)
    share(larkfield)
    with everyone(larkfield):
        assert reaches(larkfield, ELSEWHERE, tablet="t2")
        block(larkfield, firewall)
        with pytest.raises(TimeoutError):
            larkfield.within("t2", lambda: socket.create_connection((ELSEWHERE, PORT), 0.3))


def share(larkfield: NurseryNetwork) -> None:
    """Tether the second tablet to the first by a cable of their own."""
    far = larkfield.namespace("t2")
    larkfield.ip("t1", f"link add share type veth peer name share netns {far}", "link set share up")
    larkfield.ip("t1", "addr add 192.168.7.1/24 dev share")
    larkfield.ip("t2", "link set share up", "addr add 192.168.7.2/24 dev share")
    larkfield.ip("t2", f"route add {ELSEWHERE}/32 via 192.168.7.1")
    larkfield.ip("home", "route add 192.168.7.0/24 via 10.77.0.100")


def test_an_address_can_still_be_leased_and_renewed(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    block(larkfield, firewall)
    with (
        larkfield.within("home", lambda: datagrams(ROUTER, 67)) as server,
        larkfield.within("t1", lambda: datagrams("10.77.0.100", 68)) as client,
    ):
        client.sendto(b"request", (ROUTER, 67))
        _, sender = server.recvfrom(100)
        server.sendto(b"acknowledged", sender)
        assert client.recv(100) == b"acknowledged"


def datagrams(ip: str, port: int) -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.settimeout(WAIT)
    one.bind((ip, port))
    return one


def test_the_router_is_still_found_on_ipv6(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    block(larkfield, firewall)
    larkfield.ip("t1", "-6 neigh flush dev eth0")
    with everyone(larkfield):
        assert reaches(larkfield, CONTROLLER6)


def test_back_home_everything_is_open_and_nothing_is_left(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    before = ruleset(larkfield)
    larkfield.plug("t1", TWIN)
    block(larkfield, firewall)
    larkfield.plug("t1", HOME)
    admit(larkfield, firewall)

    with everyone(larkfield) as doors:
        assert all(reaches(larkfield, ip) for ip in doors)
    assert ruleset(larkfield) == before


def test_other_peoples_rules_stay_as_they_were(larkfield: NurseryNetwork, firewall: Firewall, tmp_path: Path) -> None:
    (tmp_path / "rules").write_text(SOMEBODY_ELSES)
    larkfield.run("t1", [NFT, "-f", str(tmp_path / "rules")])
    before = ruleset(larkfield)

    block(larkfield, firewall)
    assert before in ruleset(larkfield)
    admit(larkfield, firewall)
    assert ruleset(larkfield) == before


def test_the_controllers_new_address_replaces_the_old_one(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    block(larkfield, firewall)
    larkfield.within("t1", lambda: firewall.block(CONTROLLER_AT[1:]))
    with everyone(larkfield) as doors:
        assert {ip for ip in doors if reaches(larkfield, ip)} == {CONTROLLER6}


def test_with_no_address_of_the_controller_nothing_passes(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    larkfield.within("t1", lambda: firewall.block(()))
    with everyone(larkfield) as doors:
        assert not [ip for ip in doors if reaches(larkfield, ip)]


def test_what_was_cut_off_is_counted(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    block(larkfield, firewall)
    reaches(larkfield, ELSEWHERE)

    assert "packets 0 " not in larkfield.run("t1", [NFT, "list", "counter", "inet", "safeuse", "cut_off"])


def test_repeating_a_deed_calls_nothing(larkfield: NurseryNetwork, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    counting = tmp_path / "nft"
    counting.write_text(f'#!/bin/sh\necho "$@" >>{calls}\nexec {NFT} "$@"\n')
    counting.chmod(0o755)
    firewall = Firewall(Command("nft", (counting,), "no test"))
    block(larkfield, firewall)
    after_one = calls.read_text()

    block(larkfield, firewall)
    block(larkfield, firewall)

    assert calls.read_text() == after_one
    firewall.close()


def test_rules_that_another_program_flushed_are_set_again(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    block(larkfield, firewall)
    larkfield.run("t1", [NFT, "flush", "ruleset"])

    block(larkfield, firewall)

    with everyone(larkfield):
        assert not reaches(larkfield, ELSEWHERE)


def test_a_rule_that_somebody_slipped_into_our_table_goes(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    block(larkfield, firewall)
    larkfield.run("t1", [NFT, "insert", "rule", "inet", "safeuse", "output", "accept"])
    larkfield.run("t1", [NFT, "insert", "rule", "inet", "safeuse", "input", "accept"])
    with everyone(larkfield):
        assert reaches(larkfield, ELSEWHERE)
        block(larkfield, firewall)
        assert not reaches(larkfield, ELSEWHERE)


def test_the_rules_outlive_the_agent_and_the_next_one_opens_them(larkfield: NurseryNetwork, firewall: Firewall) -> None:
    block(larkfield, firewall)
    firewall.close()
    successor = Firewall()
    with everyone(larkfield):
        assert not reaches(larkfield, ELSEWHERE)
        admit(larkfield, successor)
        assert reaches(larkfield, ELSEWHERE)
    successor.close()


def test_without_nftables_the_firewall_says_what_to_install(larkfield: NurseryNetwork, tmp_path: Path) -> None:
    firewall = Firewall(Command("nft", (tmp_path / "nft",), "no test"))

    with pytest.raises(OSError, match="install the package nftables"):
        block(larkfield, firewall)
    assert not firewall.is_able()


def test_without_the_right_to_change_the_firewall_it_says_so_and_changes_nothing(larkfield: NurseryNetwork) -> None:
    script = (
        "from agent.device.linux.firewall import Firewall\n"
        "firewall = Firewall()\n"
        "assert not firewall.is_able()\n"
        "try:\n    firewall.block(())\n"
        "except PermissionError as refused:\n    print(refused)\n"
    )
    line = [*larkfield.inside("t1"), "/usr/bin/setpriv", "--bounding-set=-net_admin", sys.executable, "-c", script]
    said = subprocess.run(line, capture_output=True, text=True, check=True, env=dict(os.environ)).stdout

    assert "run it as the system service" in said
    assert ruleset(larkfield) == ""


def test_an_address_that_is_none_is_left_out_and_the_tablet_cut_off_all_the_same(
    larkfield: NurseryNetwork, firewall: Firewall
) -> None:
    strange = [Endpoint(ip, port) for ip, port in (("accept }", 443), ("10.0.0.1", 0), ("10.0.0.1", 70000), ("", 1))]
    mapped = Endpoint(f"::ffff:{CONTROLLER}", PORT)
    larkfield.within("t1", lambda: firewall.block([*strange, mapped]))

    with everyone(larkfield) as doors:
        assert {ip for ip in doors if reaches(larkfield, ip)} == {CONTROLLER}
