"""Nurseries of real processes, and who works there."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.numbers import Record
from lab.login_service import LoginService, Seat
from lab.nursery import Nursery
from lab.nursery_network import NurseryNetwork
from lab.people import Ada
from lab.private_bus import PrivateBus
from tests.parts.needs import needs

PICTURES = Path(__file__).parents[1] / "data/photos"


@dataclass
class Larkfield:
    """A nursery with its manager, and the record of what happened there."""

    nursery: Nursery
    ada: Ada
    record: Record
    networks: NurseryNetwork | None = None


Open = Callable[..., Larkfield]


@pytest.fixture
def opening(tmp_path: Path) -> Iterator[Open]:
    """Opens Larkfield Nursery, on loopback or with networks for these tablets."""
    with ExitStack() as closing:

        def open_up(*tablets: str, agreement: str = "") -> Larkfield:
            networks = None
            if tablets:
                needs("root", "ip", "nft")
                networks = closing.enter_context(NurseryNetwork(tablets))
            nursery = closing.enter_context(Nursery(tmp_path, networks, agreement))
            ada = closing.enter_context(Ada(nursery))
            return Larkfield(nursery, ada, Record(nursery.controller_home / "safeuse.sqlite3"), networks)

        yield open_up


@pytest.fixture
def login() -> Iterator[LoginService]:
    """A login service with two sessions, on a bus of its own."""
    needs("dbus-daemon")
    with PrivateBus() as bus, LoginService(bus.address, {"c1": Seat("cleo"), "c2": Seat("dev", 1001)}) as service:
        yield service
