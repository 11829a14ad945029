"""A door from outside into a namespace: what is said at one end is heard at the other."""

import socket

from lab.doorway import opened
from lab.nursery_network import CONTROLLER, NurseryNetwork
from tests.network.world import PORT, WAIT, listening


def test_a_browser_outside_reaches_the_controller_inside(larkfield: NurseryNetwork) -> None:
    with (
        listening(larkfield, "world", (CONTROLLER, PORT)) as doors,
        opened(larkfield.inside("world"), CONTROLLER, PORT) as port,
        socket.create_connection(("127.0.0.1", port), WAIT) as browser,
        doors[CONTROLLER].accept()[0] as controller,
    ):
        controller.settimeout(WAIT)
        browser.sendall(b"GET /")
        assert controller.recv(5) == b"GET /"
        controller.sendall(b"welcome")
        assert browser.recv(7) == b"welcome"


def test_a_door_to_nobody_closes_at_once(larkfield: NurseryNetwork) -> None:
    with (
        opened(larkfield.inside("world"), CONTROLLER, PORT) as port,
        socket.create_connection(("127.0.0.1", port), WAIT) as browser,
    ):
        assert browser.recv(1) == b""
