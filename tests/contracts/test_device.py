"""The contract of senses and hands, kept by the fake and by a Linux tablet in a network namespace of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.device.linux.bus import Bus
from agent.device.linux.reminders import Reminders
from agent.device.linux.tablet import LinuxHands, LinuxSenses
from agent.device.terms import Terms
from agent.seams.tablet import Hands, Senses
from agreement.facts import App, Medium, Network, Session
from lab.login_service import LoginService, Seat
from lab.nursery_network import IP, NFT, NurseryNetwork
from lab.private_bus import DAEMON, PrivateBus
from tests.contracts.device import HandsContract, SensesContract
from tests.fakes.device import FakeDevice
from tests.parts.needs import require


@pytest.fixture
def fake() -> FakeDevice:
    return FakeDevice(
        seen=(Network("wlan0", Medium.WIFI, "Larkfield", gateway="10.77.0.1", gateway_mac="02:aa:aa:aa:aa:01"),),
        installed=(App("dpkg", "gimp", "2.10"),),
        signed_in=(Session("1", "cleo", locked=False),),
    )


class TestFakeSenses(SensesContract):
    """The fake's senses."""

    @pytest.fixture
    def senses(self, fake: FakeDevice) -> Senses:
        return fake


class TestFakeHands(HandsContract):
    """The fake's hands."""

    @pytest.fixture
    def hands(self, fake: FakeDevice) -> Hands:
        return fake


@pytest.fixture
def bus() -> Iterator[Bus]:
    """A bus on which Cleo is signed in."""
    require(str(DAEMON))
    with PrivateBus() as private, LoginService(private.address, {"1": Seat("cleo")}):
        bus = Bus(private.address)
        yield bus
        bus.close()


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    menu = tmp_path / ".local/share/applications"
    menu.mkdir(parents=True)
    (menu / "painting.desktop").write_text("[Desktop Entry]\nType=Application\nName=Painting\nExec=/opt/painting\n")
    return Terms(lambda: [tmp_path], lambda: [tmp_path / "Pictures"])


@pytest.fixture
def larkfield() -> Iterator[NurseryNetwork]:
    require("root", IP, NFT)
    with NurseryNetwork() as network:
        yield network


class Inside:
    """Senses or hands whose every call is made inside a tablet's namespace."""

    def __init__(self, network: NurseryNetwork, parts: object) -> None:
        self._network, self._parts = network, parts

    def __getattr__(self, name: str) -> object:
        method = getattr(self._parts, name)
        return lambda *given: self._network.within("t1", lambda: method(*given))


class TestLinuxSenses(SensesContract):
    """A Linux tablet's senses."""

    @pytest.fixture
    def senses(self, larkfield: NurseryNetwork, bus: Bus, terms: Terms) -> Senses:
        return Inside(larkfield, LinuxSenses(terms, bus))  # type: ignore[return-value]  # it passes every call on


class TestLinuxHands(HandsContract):
    """A Linux tablet's hands."""

    @pytest.fixture
    def hands(self, larkfield: NurseryNetwork, bus: Bus, terms: Terms, tmp_path: Path) -> Iterator[Hands]:
        hands = LinuxHands(terms, bus)
        hands._reminders = Reminders(tmp_path, tmp_path)  # a folder stands for the unit that an installation writes
        yield Inside(larkfield, hands)  # type: ignore[misc]  # it passes every call on
        hands.close()
