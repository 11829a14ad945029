"""A tablet meets an evil twin, in networks of our own: cut off, told, and opened again at home."""

import subprocess
import sys

from lab.nursery_network import CONTROLLER, ELSEWHERE, HOME, TWIN
from tests.journeys.conftest import Larkfield, Open
from tests.parts.waiting import eventually

REACH = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2).close()"


def reaches(larkfield: Larkfield, host: str, port: int) -> bool:
    assert larkfield.networks
    line = [*larkfield.networks.inside("t1"), sys.executable, "-c", REACH, host, str(port)]
    return subprocess.run(line, capture_output=True, check=False).returncode == 0


def test_an_evil_twin_gets_nothing_but_the_way_to_the_controller(opening: Open) -> None:
    larkfield = opening("t1")
    assert larkfield.networks
    tablet = larkfield.nursery.tablet("Sunflower 1")
    device = larkfield.record.device("Sunflower 1")
    key = eventually(lambda: larkfield.record.network_of(device))
    assert reaches(larkfield, ELSEWHERE, 8080)
    larkfield.ada.trust(key)
    eventually(lambda: larkfield.ada.browser.open("/networks"))

    larkfield.networks.plug("t1", TWIN)
    eventually(lambda: not reaches(larkfield, ELSEWHERE, 8080))
    assert reaches(larkfield, CONTROLLER, 8443)
    (what,) = eventually(lambda: larkfield.record.open_findings(device, 8))
    assert "not trusted" in what

    assert tablet.agent
    tablet.agent.kill()
    assert not reaches(larkfield, ELSEWHERE, 8080)
    tablet.switch_on(larkfield.nursery.processes)

    larkfield.networks.plug("t1", HOME)
    eventually(lambda: reaches(larkfield, ELSEWHERE, 8080), within=20)
    eventually(lambda: not larkfield.record.open_findings(device, 8))


def test_before_a_network_is_trusted_no_tablet_is_cut_off(opening: Open) -> None:
    larkfield = opening("t1")
    larkfield.nursery.tablet("Sunflower 1")
    device = larkfield.record.device("Sunflower 1")
    eventually(lambda: larkfield.record.network_of(device))
    assert reaches(larkfield, ELSEWHERE, 8080)
    assert larkfield.record.open_findings(device, 8) == []
