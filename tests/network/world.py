"""What tests do in namespaces: listen, connect, and see whether anyone can be reached."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from agent.device.linux.bus import Bus
from agent.device.linux.network import Networks
from agent.device.linux.wifi import Wifi
from agent.seams.tablet import Endpoint
from agreement.clauses.secure_network import SecureNetwork, TrustedNetwork
from agreement.facts import Medium, Network
from lab.nursery_network import CONTROLLER, CONTROLLER6, ELSEWHERE, ELSEWHERE6, HOME_MAC, NurseryNetwork

PORT = 8443
OTHER_PORT = 80
WAIT = 5.0
"""Seconds after which a test that waits has failed."""

CONTROLLER_AT = (Endpoint(CONTROLLER, PORT), Endpoint(CONTROLLER6, PORT))
ADAS = SecureNetwork((TrustedNetwork("Larkfield", Medium.WIRED, frozenset({HOME_MAC})),))
"""Ada has trusted the router at home."""


def seen(larkfield: NurseryNetwork, tablet: str = "t1") -> tuple[Network, ...]:
    """What the tablet sees of its network."""
    return larkfield.within(tablet, Networks(Wifi(Bus("unix:path=/nowhere"))).look)


@contextmanager
def listening(larkfield: NurseryNetwork, where: str, *doors: tuple[str, int]) -> Iterator[dict[str, socket.socket]]:
    """Open TCP doors in a namespace; the kernel answers for them. Gives each by its address."""
    with ExitStack() as open_doors:
        made = {}
        for ip, port in doors:
            made[ip] = larkfield.within(where, partial(door, ip, port))
            open_doors.enter_context(made[ip])
        yield made


def door(ip: str, port: int) -> socket.socket:
    """One listening socket."""
    listener = socket.create_server((ip, port), family=socket.AF_INET6 if ":" in ip else socket.AF_INET)
    listener.settimeout(WAIT)
    return listener


@contextmanager
def everyone(larkfield: NurseryNetwork) -> Iterator[dict[str, socket.socket]]:
    """The controller and somebody elsewhere, on both kinds of address."""
    doors = ((CONTROLLER, PORT), (CONTROLLER6, PORT), (ELSEWHERE, PORT), (ELSEWHERE6, PORT))
    with listening(larkfield, "world", *doors) as made:
        yield made


def connect(larkfield: NurseryNetwork, ip: str, port: int = PORT, tablet: str = "t1") -> socket.socket:
    """Connect from a tablet. Raises OSError."""
    return larkfield.within(tablet, lambda: socket.create_connection((ip, port), WAIT))


def reaches(larkfield: NurseryNetwork, ip: str, port: int = PORT, tablet: str = "t1") -> bool:
    """Tell whether a tablet reaches a door; False only when it is told so at once, never for a timeout."""
    try:
        connect(larkfield, ip, port, tablet).close()
    except TimeoutError:
        raise
    except OSError:
        return False
    return True
