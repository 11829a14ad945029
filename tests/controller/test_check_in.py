"""A tablet and its controller over real HTTPS: enrolled, heard, told, and remembered."""

from datetime import timedelta

from agreement.letters import FindingTurned, Turn
from controller import tablets
from controller.presence import Presence
from controller.records import TabletState
from tests.fakes.tablet import SigningTablet, now, posture
from tests.parts.running_controller import RunningController

LONG_AGO = now() - timedelta(hours=3)
OVERDUE = FindingTurned(10, "overdue", Turn.OPENED, "1 photo is not in the journal yet.", "Add it.", LONG_AGO)


def card(controller: RunningController, tablet: SigningTablet) -> tablets.Card:
    with controller.store.read() as books:
        return next(one for one in tablets.every(books, Presence(), now()) if one.device.id == tablet.device)


def test_a_tablet_is_enrolled_and_heard(controller: RunningController) -> None:
    with controller.tablet() as tablet:
        enrolled = tablet.enrol(controller.code("Sunflower 1"))
        assert (enrolled.standing.tablet, enrolled.standing.setting) == ("Sunflower 1", "Larkfield Nursery")
        receipt = tablet.check_in()
        assert (receipt.number, receipt.standing) == (0, None)
        seen = card(controller, tablet)
        assert (seen.state, seen.device.posture) == (TabletState.SAFE, posture())
        assert [mark.worst for mark in seen.strip] == [TabletState.SAFE]


def test_news_is_stored_once_and_receipted(controller: RunningController) -> None:
    with controller.tablet("Sunflower 2") as tablet:
        assert tablet.check_in(OVERDUE).number == 1
        tablet.confirmed = 0
        assert tablet.check_in().number == 1
        seen = card(controller, tablet)
        assert (seen.state, [one.subject for one in seen.findings]) == (TabletState.LOOK, ["overdue"])
        tablet.check_in(FindingTurned(10, "overdue", Turn.CLEARED, "", "", now()))
        assert card(controller, tablet).state is TabletState.SAFE
        with controller.store.read() as books:
            assert [one.number for one in books.reports.of(tablet.device, 10)] == [2, 1]
