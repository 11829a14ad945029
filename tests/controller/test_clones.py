"""Two agents on one key, torn records, and what the manager decides about them."""

from collections.abc import Iterator
from itertools import count

import pytest

from agreement.letters import GENESIS, AgentNote, RefusedError, news
from controller import lost, tablets
from controller.lost import Told
from controller.records import Author, Device, DeviceState
from tests.fakes.tablet import SigningTablet, now
from tests.parts.running_controller import RunningController

NUMBERS = count(1)
NOTE = AgentNote("started")


@pytest.fixture
def tablet(controller: RunningController) -> Iterator[SigningTablet]:
    with controller.tablet(f"Sunflower {next(NUMBERS)}") as made:
        for _ in range(3):
            made.check_in(NOTE)
        yield made


def ada() -> Author:
    return Author("Ada", now())


def known(controller: RunningController, tablet: SigningTablet) -> Device:
    with controller.store.read() as books:
        device = books.devices.get(tablet.device)
    assert device is not None
    return device


def copy(tablet: SigningTablet) -> SigningTablet:
    """A thief's machine with everything that the tablet has."""
    return SigningTablet(
        tablet.address,
        tablet.pin,
        tablet.device,
        tablet.seed,
        tablet.sequence,
        tablet.standing,
        list(tablet.written),
        tablet.confirmed,
    )


def refused(tablet: SigningTablet, **changes: object) -> RefusedError:
    with pytest.raises(RefusedError) as refusal:
        tablet.check_in(**changes)
    return refusal.value


def test_a_copy_of_a_tablet_is_noticed_and_both_are_held(controller: RunningController, tablet: SigningTablet) -> None:
    with copy(tablet) as thief:
        thief.check_in()
        assert refused(tablet).code == "clone"
        held = known(controller, tablet)
        assert (held.state, held.held_code) == (DeviceState.HELD, "clone")
        assert refused(thief).code == "clone"
        assert known(controller, tablet).number == 3


def test_a_held_tablet_loses_nothing_and_goes_on_when_it_is_released(
    controller: RunningController, tablet: SigningTablet
) -> None:
    refused(tablet, sequence=1)
    tablet.tell(NOTE)
    assert refused(tablet).code == "clone"
    tablets.release(controller.store, tablet.device, ada())
    assert tablet.check_in().number == 4
    with controller.store.read() as books:
        assert [one.number for one in books.reports.of(tablet.device, 9)] == [4, 3, 2, 1]


def test_a_copy_cannot_dodge_the_lock_of_a_lost_tablet(controller: RunningController, tablet: SigningTablet) -> None:
    incident = lost.report(controller.store, tablet.device, Told("stolen"), ada())
    with copy(tablet) as thief:
        thief.check_in()
        refusal = refused(tablet)
        for told in (refusal, refused(thief)):
            assert told.problem is not None
            assert told.problem.standing is not None
            assert told.problem.standing.lost is not None
            assert told.problem.standing.lost.incident == incident
        with pytest.raises(RefusedError) as waiting:
            thief.wait(99, 5)
        assert waiting.value.problem is not None
        assert waiting.value.problem.standing is not None


def test_a_letter_that_was_slow_on_the_way_accuses_nobody(controller: RunningController, tablet: SigningTablet) -> None:
    tablet.clock_ahead = -60
    late = refused(tablet, sequence=1)
    tablet.clock_ahead = 0
    assert late.code == "late"
    assert known(controller, tablet).state is DeviceState.ACTIVE
    assert tablet.check_in().number == 3


def test_missing_news_is_a_gap(controller: RunningController, tablet: SigningTablet) -> None:
    tablet.tell(NOTE, NOTE)
    assert refused(tablet, news=tuple(tablet.written[-1:])).code == "gap"
    assert known(controller, tablet).held_code == "gap"


def test_a_gap_within_a_letter_is_a_gap(tablet: SigningTablet) -> None:
    tablet.tell(NOTE, NOTE, NOTE)
    assert refused(tablet, news=(tablet.written[3], tablet.written[5])).code == "gap"


def test_news_that_was_changed_on_the_tablet_breaks_the_chain(
    controller: RunningController, tablet: SigningTablet
) -> None:
    tablet.tell(NOTE)
    forged = news(GENESIS, 4, now(), AgentNote("nothing happened"))
    assert refused(tablet, news=(forged,)).code == "broken_chain"
    assert known(controller, tablet).held_code == "broken_chain"


def test_news_that_says_something_else_the_second_time_breaks_the_chain(tablet: SigningTablet) -> None:
    other = news(tablet.written[1].chain, 3, now(), AgentNote("something else"))
    assert refused(tablet, news=(other,)).code == "broken_chain"


def test_a_tablet_that_lost_its_ledger_starts_anew_once_the_manager_says_so(
    controller: RunningController, tablet: SigningTablet
) -> None:
    with SigningTablet(tablet.address, tablet.pin, tablet.device, tablet.seed) as wiped:
        wiped.standing = tablet.standing
        assert refused(wiped).code == "clone"
        tablets.release(controller.store, tablet.device, ada())
        assert wiped.check_in().number == 0
        assert [wiped.check_in(NOTE).number, wiped.check_in(NOTE, NOTE).number] == [1, 3]
        with controller.store.read() as books:
            assert [one.number for one in books.reports.of(tablet.device, 9)] == [3, 2, 1, 3, 2, 1]


def test_enrolled_anew_with_its_ledger_it_goes_on_where_it_was(
    controller: RunningController, tablet: SigningTablet
) -> None:
    tablet.tell(NOTE)
    tablet.enrol(controller.code_anew(tablet.device))
    assert tablet.check_in().number == 4


def test_a_tablet_that_has_seen_more_than_the_books_say_is_caught_up_with(tablet: SigningTablet) -> None:
    receipt = tablet.check_in(standing_seen=40)
    assert receipt.standing is not None
    assert receipt.standing.sequence == 41
