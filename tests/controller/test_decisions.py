"""The manager's decisions about networks, apps and tablets: each a new version with its author, none that harms."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from agreement.agreement import Agreement
from agreement.clauses.secure_network import TrustedNetwork
from agreement.facts import Medium
from agreement.letters import FindingTurned, SeenNetwork, Turn
from controller import apps, lost, networks, standings, tablets
from controller.apps import AppError
from controller.lost import ReportError, Told
from controller.networks import NetworkError
from controller.receive import key_of, seen
from controller.records import Author, DeviceState
from controller.store.books import SqlStore
from controller.tablets import TabletError
from tests.controller.test_receive import DEVICE, books_open
from tests.fakes.tablet import FREE_CAFE, LARKFIELD

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ADA = Author("Ada", NOON)
UPSTAIRS = msgspec.structs.replace(LARKFIELD, bssid="02:aa:aa:aa:aa:0f")
CABLE = msgspec.structs.replace(LARKFIELD, medium=Medium.WIRED, name="", bssid="", gateway_mac="02:dd:dd:dd:dd:01")
NAMELESS = msgspec.structs.replace(FREE_CAFE, gateway_mac="")
GIMP = "flatpak:org.gimp.GIMP"


@pytest.fixture
def larkfield() -> Iterator[SqlStore]:
    with books_open() as store:
        for network in (LARKFIELD, UPSTAIRS, CABLE, NAMELESS):
            store.write(lambda books, network=network: books.networks.put(seen(DEVICE, network, NOON)))  # type: ignore[misc]  # bound here
        yield store


def terms(store: SqlStore) -> Agreement:
    with store.read() as books:
        return standings.terms(books, "main")


def trusted(store: SqlStore) -> tuple[TrustedNetwork, ...]:
    clause = terms(store).secure_network
    return clause.trusted if clause else ()


def standing(store: SqlStore) -> int:
    with store.read() as books:
        device = books.devices.get(DEVICE)
    assert device is not None
    return device.standing


def trust(store: SqlStore, network: SeenNetwork) -> None:
    networks.trust(store, "main", key_of(network), ADA)


def ask(store: SqlStore, key: str = GIMP) -> None:
    """A tablet has an app that nobody approved."""
    turned = FindingTurned(9, key, Turn.OPENED, "“GIMP” was installed.", "Approve it.", NOON)
    store.write(lambda books: books.findings.put(DEVICE, turned, NOON))


def test_trusting_is_a_new_version_with_its_author(larkfield: SqlStore) -> None:
    before = standing(larkfield)
    trust(larkfield, LARKFIELD)
    with larkfield.read() as books:
        (version,) = books.agreements.versions("main")
        change = books.audit.latest(1)[0]
    assert (version.by, version.at, version.agreement.version) == ("Ada", NOON, 2)
    assert (change.by, change.what) == ("Ada", "Trusted the network Larkfield")
    assert standing(larkfield) == before + 1


def test_a_second_access_point_of_a_known_router_joins_its_network(larkfield: SqlStore) -> None:
    trust(larkfield, LARKFIELD)
    trust(larkfield, UPSTAIRS)
    (one,) = trusted(larkfield)
    assert one.bssids == {LARKFIELD.bssid, UPSTAIRS.bssid}
    networks.distrust(larkfield, "main", key_of(LARKFIELD), ADA)
    (one,) = trusted(larkfield)
    assert one.bssids == {UPSTAIRS.bssid}


def test_another_name_on_the_same_router_is_a_network_of_its_own(larkfield: SqlStore) -> None:
    guests = msgspec.structs.replace(LARKFIELD, name="Larkfield Guests", bssid="02:aa:aa:aa:aa:1f")
    larkfield.write(lambda books: books.networks.put(seen(DEVICE, guests, NOON)))
    trust(larkfield, LARKFIELD)
    trust(larkfield, guests)
    assert [one.name for one in trusted(larkfield)] == ["Larkfield", "Larkfield Guests"]
    with pytest.raises(NetworkError, match="trusted already"):
        trust(larkfield, guests)


def test_the_last_trusted_network_cannot_be_given_up(larkfield: SqlStore) -> None:
    trust(larkfield, LARKFIELD)
    before = (terms(larkfield), standing(larkfield))
    with pytest.raises(NetworkError, match="Trust another network first"):
        networks.distrust(larkfield, "main", key_of(LARKFIELD), ADA)
    assert (terms(larkfield), standing(larkfield)) == before
    trust(larkfield, CABLE)
    networks.distrust(larkfield, "main", key_of(LARKFIELD), ADA)
    assert [one.name for one in trusted(larkfield)] == ["wired"]


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        (lambda store: trust(store, NAMELESS), "has not shown its router"),
        (lambda store: trust(store, FREE_CAFE), "no tablet has seen"),
        (lambda store: networks.distrust(store, "main", key_of(LARKFIELD), ADA), "is not trusted"),
        (lambda store: networks.rename(store, "main", "nonsense", "Home", ADA), "no tablet has seen"),
    ],
    ids=["no router", "never seen", "not trusted", "no such network"],
)
def test_a_decision_that_cannot_be_is_refused_and_changes_nothing(
    larkfield: SqlStore, deed: Callable[[SqlStore], None], why: str
) -> None:
    before = standing(larkfield)
    with pytest.raises(NetworkError, match=why):
        deed(larkfield)
    assert standing(larkfield) == before
    with larkfield.read() as books:
        assert books.audit.latest(9) == ()


def test_a_network_goes_by_the_managers_word(larkfield: SqlStore) -> None:
    networks.rename(larkfield, "main", key_of(CABLE), "  Office   cable ", ADA)
    trust(larkfield, CABLE)
    with larkfield.read() as books:
        views = {one.key: one for one in networks.every(books, "main")}
    assert views[key_of(CABLE)].shown == "Office cable"
    assert views[key_of(CABLE)].trusted
    assert not views[key_of(LARKFIELD)].trusted
    assert views[key_of(CABLE)].devices == (DEVICE,)


def test_a_decision_about_an_app_persists_and_may_be_turned_round(larkfield: SqlStore) -> None:
    ask(larkfield)
    apps.refuse(larkfield, "main", GIMP, ADA)
    with larkfield.read() as books:
        (asked,) = apps.view(books, "main").asked
    assert (asked.name, asked.devices, asked.refused) == ("org.gimp.GIMP", (DEVICE,), True)
    apps.approve(larkfield, "main", GIMP, ADA)
    clause = terms(larkfield).approved_apps
    assert (set(clause.approved), set(clause.refused)) == ({GIMP}, set())
    with larkfield.read() as books:
        view = apps.view(books, "main")
    assert view.asked == ()
    assert [one.decision for one in view.decided] == ["approved", "refused"]


def test_an_app_that_nobody_asked_about_is_not_decided(larkfield: SqlStore) -> None:
    with pytest.raises(AppError, match="no tablet has this app"):
        apps.approve(larkfield, "main", GIMP, ADA)
    assert terms(larkfield).version == Agreement().version


@pytest.mark.parametrize("kind", ["", "mislaid", "LOST"])
def test_a_report_of_no_known_kind_is_refused(larkfield: SqlStore, kind: str) -> None:
    with pytest.raises(ReportError, match="is not one of"):
        lost.report(larkfield, DEVICE, Told(kind), ADA)


def test_an_incident_is_closed_once(larkfield: SqlStore) -> None:
    incident = lost.report(larkfield, DEVICE, Told("damaged", "the kitchen. "), ADA)
    with larkfield.read() as books:
        first = books.incidents.entries(incident)[0]
    assert first.what == "Ada reported Sunflower 1 damaged, last seen the kitchen."
    lost.found(larkfield, incident, ADA)
    with pytest.raises(ReportError, match="not open any more"):
        lost.found(larkfield, incident, ADA)


def test_a_lost_tablet_is_not_retired_and_a_retired_one_is_not_reported(larkfield: SqlStore) -> None:
    incident = lost.report(larkfield, DEVICE, Told("lost"), ADA)
    with pytest.raises(TabletError, match="close the incident"):
        tablets.retire(larkfield, DEVICE, ADA)
    lost.found(larkfield, incident, ADA)
    tablets.retire(larkfield, DEVICE, ADA)
    with pytest.raises(ReportError, match="does not take part"):
        lost.report(larkfield, DEVICE, Told("lost"), ADA)
    with pytest.raises(TabletError, match="does not take part"):
        tablets.retire(larkfield, DEVICE, ADA)


def test_only_a_held_tablet_is_released(larkfield: SqlStore) -> None:
    with pytest.raises(TabletError, match="is not held"):
        tablets.release(larkfield, DEVICE, ADA)
    larkfield.write(lambda books: books.devices.hold(DEVICE, "clone", "why", NOON + timedelta(hours=1)))
    tablets.release(larkfield, DEVICE, ADA)
    with larkfield.read() as books:
        device = books.devices.get(DEVICE)
    assert device is not None
    assert device.state is DeviceState.ACTIVE
