"""What holds for a tablet reaches it at once: a loss, a trusted network, an approved app."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import requests

from agreement.agreement import Agreement
from agreement.facts import Strength
from agreement.letters import (
    AppChanged,
    AppTurn,
    Done,
    FindingTurned,
    OrderEnded,
    PhotoPurged,
    RefusedError,
    Standing,
    Turn,
)
from controller import tablets
from controller.presence import Presence
from controller.records import EntryKind, TabletState
from tests.fakes.tablet import FREE_CAFE, SigningTablet, now, posture
from tests.parts.manager import Manager
from tests.parts.running_controller import RunningController
from tests.parts.waiting import eventually

PATIENCE = 40
LARKFIELD_KEY = "wifi|Larkfield|02:aa:aa:aa:aa:02|02:aa:aa:aa:aa:01"
CAFE_KEY = "wifi|FreeCafe|02:cc:cc:cc:cc:02|02:cc:cc:cc:cc:01"
DIGEST = "ab" * 32


@pytest.fixture(scope="module")
def ada(controller: RunningController) -> Iterator[Manager]:
    manager = Manager(controller)
    yield manager
    manager.close()


@pytest.fixture(scope="module")
def sunflower(controller: RunningController) -> Iterator[SigningTablet]:
    with controller.tablet("Sunflower 1") as tablet:
        tablet.check_in()
        yield tablet


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


def holding(
    controller: RunningController, tablet: SigningTablet, pool: ThreadPoolExecutor
) -> "Future[Standing | None]":
    """A long poll of the tablet, which the controller has seen to begin."""
    before = heard(controller, tablet)
    with_own_line = SigningTablet(tablet.address, tablet.pin, tablet.device, tablet.seed)
    assert tablet.standing is not None
    seen = tablet.standing.sequence

    def poll() -> Standing | None:
        with with_own_line:
            return with_own_line.wait(seen, PATIENCE)

    waiting = pool.submit(poll)
    eventually(lambda: heard(controller, tablet) != before, what="the poll was not noted")
    return waiting


def heard(controller: RunningController, tablet: SigningTablet) -> object:
    """When the books say that the tablet was last heard."""
    return of(controller, tablet).device.heard_at


def of(controller: RunningController, tablet: SigningTablet) -> tablets.Card:
    with controller.store.read() as books:
        return next(one for one in tablets.every(books, Presence(), now()) if one.device.id == tablet.device)


def test_a_poll_with_nothing_newer_ends_with_nothing(sunflower: SigningTablet) -> None:
    assert sunflower.standing is not None
    assert sunflower.wait(sunflower.standing.sequence, 0) is None


def test_a_poll_that_saw_less_is_answered_at_once(sunflower: SigningTablet) -> None:
    assert sunflower.wait(0, PATIENCE) == sunflower.standing


def test_a_trusted_network_reaches_a_waiting_tablet_as_a_new_version(
    controller: RunningController, ada: Manager, sunflower: SigningTablet, pool: ThreadPoolExecutor
) -> None:
    waiting = holding(controller, sunflower, pool)
    ada.send("/networks/trust", key=LARKFIELD_KEY)
    told = waiting.result(PATIENCE)
    assert told is not None
    assert told.agreement.secure_network is not None
    assert [one.name for one in told.agreement.secure_network.trusted] == ["Larkfield"]
    assert told.agreement.version == Agreement().version + 1
    receipt = sunflower.check_in()
    assert receipt.standing == told


def test_the_only_trusted_network_stays_trusted(ada: Manager, sunflower: SigningTablet) -> None:
    with pytest.raises(requests.HTTPError):
        ada.send("/networks/distrust", key=LARKFIELD_KEY)
    assert sunflower.check_in().standing is None


def test_an_app_that_was_asked_about_is_approved_everywhere(
    controller: RunningController, ada: Manager, sunflower: SigningTablet, pool: ThreadPoolExecutor
) -> None:
    key = "flatpak:org.gimp.GIMP"
    sunflower.check_in(
        AppChanged("flatpak", "org.gimp.GIMP", "GIMP", AppTurn.INSTALLED, "", "2.10"),
        FindingTurned(9, key, Turn.OPENED, "“GIMP” was installed.", "Approve it.", now()),
    )
    assert of(controller, sunflower).state is TabletState.LOOK
    waiting = holding(controller, sunflower, pool)
    ada.send("/apps/approve", key=key)
    told = waiting.result(PATIENCE)
    assert told is not None
    assert told.agreement.approved_apps.approved == {key}
    sunflower.check_in(FindingTurned(9, key, Turn.CLEARED, "", "", now()))
    assert of(controller, sunflower).state is TabletState.SAFE


def test_a_deletion_record_is_kept(controller: RunningController, sunflower: SigningTablet) -> None:
    sunflower.check_in(PhotoPurged(DIGEST, 5, now(), Strength.DELIVERED, "journal drop", now(), {"thumbnail": 2}))
    with controller.store.read() as books:
        (kept,) = books.reports.purges(sunflower.device, 10)
    assert (kept.digest, kept.strength, kept.copies) == (DIGEST, "delivered", {"thumbnail": 2})


def test_a_loss_reaches_a_waiting_tablet_and_only_its_own_word_confirms_the_lock(
    controller: RunningController, ada: Manager, sunflower: SigningTablet, pool: ThreadPoolExecutor
) -> None:
    waiting = holding(controller, sunflower, pool)
    ada.send("/report", tablet=sunflower.device, kind="stolen", where="bus 14", when="this morning")
    told = waiting.result(PATIENCE)
    assert told is not None
    assert told.lost is not None
    assert told.lost.kind == "stolen"
    with controller.store.read() as books:
        incident = books.incidents.get(told.lost.incident)
    assert incident is not None
    assert (incident.posture, incident.where, incident.locked_at) == (posture(), "bus 14", None)
    gone = posture(networks=(FREE_CAFE,))
    sunflower.check_in(standing_seen=told.sequence, standing_applied=told.sequence, posture=gone)
    locked = now()
    sunflower.tell(OrderEnded("lock", told.lost.incident, Done.DONE, "every session is locked"), at=locked)
    sunflower.check_in(posture=gone)
    with controller.store.read() as books:
        incident = books.incidents.get(told.lost.incident)
        kinds = [entry.kind for entry in books.incidents.entries(told.lost.incident)]
    assert incident is not None
    assert (incident.locked_at, incident.locked_detail) == (locked, "every session is locked")
    assert kinds == [EntryKind.REPORTED, EntryKind.QUEUED, EntryKind.HEARD, EntryKind.HEARD, EntryKind.CONFIRMED]
    assert of(controller, sunflower).state is TabletState.LOST


def test_the_word_of_another_tablet_confirms_nothing(controller: RunningController, sunflower: SigningTablet) -> None:
    incident = of(controller, sunflower).device.incident
    assert incident is not None
    with controller.store.read() as books:
        before = books.incidents.entries(incident)
    with controller.tablet("Bluebell 1") as other:
        other.check_in(OrderEnded("lock", incident, Done.FAILED, "ha"))
    with controller.store.read() as books:
        assert books.incidents.entries(incident) == before


def test_a_second_report_adds_to_the_open_incident_and_found_again_ends_it(
    controller: RunningController, ada: Manager, sunflower: SigningTablet
) -> None:
    incident = of(controller, sunflower).device.incident
    assert incident is not None
    ada.send("/report", tablet=sunflower.device, kind="lost", where="the garden", when="")
    assert of(controller, sunflower).device.incident == incident
    ada.send(f"/incidents/{incident}/found")
    receipt = sunflower.check_in()
    assert receipt.standing is not None
    assert receipt.standing.lost is None
    assert of(controller, sunflower).device.incident is None


def test_a_retired_tablet_is_let_go_even_while_it_waits(
    controller: RunningController, ada: Manager, pool: ThreadPoolExecutor
) -> None:
    with controller.tablet("Bluebell 2") as tablet:
        tablet.check_in()
        waiting = holding(controller, tablet, pool)
        ada.send(f"/tablets/{tablet.device}/retire", sure="yes")
        with pytest.raises(RefusedError) as refused:
            waiting.result(PATIENCE)
        assert refused.value.code == "retired"
        with pytest.raises(RefusedError) as refused:
            tablet.check_in()
        assert refused.value.code == "retired"
        assert controller.code("Bluebell 2")
