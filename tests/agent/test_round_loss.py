"""The round on a lost tablet: locked before anything else, at every look, and let go when it is found."""

from datetime import timedelta

from msgspec.structs import replace as replaced

from agreement.facts import Lost, Session
from agreement.letters import (
    Done,
    FindingTurned,
    OrderEnded,
    Turn,
)
from tests.fakes.clock import NOON
from tests.parts.interrupted import Interrupted
from tests.parts.tablet import Tablet

LOST = Lost("INC-1", "stolen", "Please call Larkfield Nursery.", NOON)


def test_a_lost_tablet_is_locked_though_everything_else_is_broken(tablet: Tablet) -> None:
    tablet.device.signed_in = (Session("c1", "cleo", locked=False), Session("c2", "dev", locked=False))
    tablet.device.broken = {"networks", "apps"}
    tablet.is_reported(LOST)
    tablet.go()
    assert tablet.device.deeds[:2] == ["lock cleo", "lock dev"]
    (outcome,) = [o for o in tablet.told(OrderEnded) if o.order == "lock"]
    assert (outcome.subject, outcome.done, outcome.detail) == ("INC-1", Done.DONE, "every session is locked")


def test_a_screen_that_does_not_confirm_is_told_as_just_that(tablet: Tablet) -> None:
    tablet.device.signed_in = (Session("c1", "cleo", locked=False),)
    tablet.device.without_locker = frozenset({"cleo"})
    tablet.is_reported(LOST)
    tablet.go(3)
    outcomes = [o for o in tablet.told(OrderEnded) if o.order == "lock"]
    assert [o.detail for o in outcomes] == ["1 session was asked to lock and has not confirmed it"]


def test_someone_who_signs_in_to_a_lost_tablet_is_locked_again(tablet: Tablet) -> None:
    tablet.is_reported(LOST)
    tablet.go()
    tablet.device.signed_in = (Session("c9", "eve", locked=False),)
    tablet.go()
    assert tablet.device.deeds[-1] == "lock eve"


def test_found_again_clears_the_finding(tablet: Tablet) -> None:
    tablet.is_reported(LOST)
    tablet.go()
    tablet.is_reported(None)
    tablet.go()
    turns = [f.turn for f in tablet.told(FindingTurned) if f.clause == 12]
    assert turns == [Turn.OPENED, Turn.CLEARED]


def test_a_cloned_tablet_keeps_its_news_and_obeys_a_loss(tablet: Tablet) -> None:
    tablet.go(2)
    tablet.desk.letters.append(replaced(tablet.desk.letters[-1], sequence=10_000))
    tablet.desk.standing = replaced(tablet.desk.standing, sequence=2, lost=LOST)
    digest = tablet.take("a.jpg")
    tablet.go(2)
    tablet.add_to_journal(digest)
    tablet.device.signed_in = (Session("c1", "cleo", locked=False),)
    tablet.go()
    tablet.go()
    assert tablet.device.deeds[-1] == "lock cleo"
    assert tablet.ledger.unsent(10)


def test_a_lock_does_not_wait_for_the_photos_that_leave(tablet: Tablet) -> None:
    digests = [tablet.take(f"{n}.jpg") for n in range(5)]
    tablet.go(2)
    for digest in digests:
        tablet.add_to_journal(digest)
    tablet.device.signed_in = (Session("c1", "cleo", locked=False),)
    tablet.removing.media = Interrupted(tablet.media, before=lambda: tablet.is_reported(LOST))
    tablet.go()
    assert len(tablet.photos()) == 4
    assert tablet.round.is_behind()
    tablet.go()
    assert tablet.device.deeds[-1] == "lock cleo"
    assert tablet.photos() == []


def test_a_standing_that_comes_with_a_receipt_is_gone_by_at_once(tablet: Tablet) -> None:
    tablet.go(2)
    assert not tablet.round.is_behind()
    tablet.desk.change(replaced(tablet.desk.standing, sequence=2, lost=LOST))
    tablet.clock.advance(timedelta(minutes=5))
    tablet.go()
    assert tablet.round.is_behind()
