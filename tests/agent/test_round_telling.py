"""What the round tells, and when: every change once, nothing lost, and silence while nothing happens."""

from dataclasses import replace
from datetime import timedelta

from agreement.facts import App, Session
from agreement.letters import (
    AgentNote,
    AppChanged,
    CheckIn,
    Done,
    FindingTurned,
    OrderEnded,
    PhotoPurged,
    Receipt,
    Turn,
)
from tests.agreement.cast import TWIN
from tests.fakes.clock import NOON
from tests.fakes.courier import FakeCourier
from tests.fakes.device import FakeDevice
from tests.parts.tablet import Tablet


def test_a_new_app_is_news_and_a_finding_the_baseline_is_neither(tablet: Tablet) -> None:
    old, new = App("dpkg", "gimp", "2.10"), App("flatpak", "org.tuxpaint.Tuxpaint", "0.9", "Tux Paint")
    tablet.device.installed = (old,)
    tablet.go()
    tablet.device.installed = (replace(old, version="3.0"), new)
    tablet.go()
    changes = [(c.package, c.turn.value) for c in tablet.told(AppChanged)]
    assert sorted(changes) == [("gimp", "updated"), ("org.tuxpaint.Tuxpaint", "installed")]
    (finding,) = tablet.told(FindingTurned)
    assert finding.subject == new.key


def test_nothing_is_lost_while_the_controller_is_away_and_nothing_told_twice(tablet: Tablet) -> None:
    tablet.go()
    tablet.courier.open = False
    digests = [tablet.take(f"{n}.jpg") for n in range(20)]
    tablet.go(2)
    for digest in digests:
        tablet.add_to_journal(digest)
        tablet.go()
        tablet.restart()
    tablet.courier.open, tablet.courier.drops_answers = True, True
    tablet.clock.advance(timedelta(minutes=10))
    tablet.go()
    tablet.courier.drops_answers = False
    tablet.clock.advance(timedelta(minutes=10))
    tablet.go(2)
    purged = [p.digest for p in tablet.told(PhotoPurged)]
    assert purged == digests
    assert [piece.number for piece in tablet.desk.news] == list(range(1, len(tablet.desk.news) + 1))
    assert tablet.ledger.unsent(1) == ()


def test_a_silent_controller_is_asked_ever_more_rarely(tablet: Tablet) -> None:
    tablet.courier.open = False
    waits = []
    for _ in range(8):
        tablet.clock.advance(tablet.telling.due_in())
        tablet.go()
        waits.append(tablet.telling.due_in())
    assert waits == sorted(waits)
    assert waits[-1] <= timedelta(minutes=5)
    assert "cannot be reached" in tablet.telling.trouble


def test_an_unchanged_tablet_is_quiet(tablet: Tablet) -> None:
    tablet.go(3)
    told = len(tablet.desk.letters)
    tablet.go(20)
    assert len(tablet.desk.letters) == told
    tablet.clock.advance(timedelta(minutes=5))
    tablet.go()
    assert len(tablet.desk.letters) == told + 1


def test_what_cannot_be_seen_is_not_taken_for_mended(tablet: Tablet) -> None:
    tablet.go()
    tablet.device.installed = (App("flatpak", "org.tuxpaint.Tuxpaint", "0.9", "Tux Paint"),)
    tablet.go()
    tablet.device.broken = {"apps"}
    tablet.go(2)
    turns = [f.turn for f in tablet.told(FindingTurned)]
    assert turns == [Turn.OPENED]
    tablet.device.broken, tablet.device.installed = set(), ()
    tablet.go()
    turns = [f.turn for f in tablet.told(FindingTurned)]
    assert turns == [Turn.OPENED, Turn.CLEARED]


class Odd(FakeDevice):
    """A device whose sessions fail in a way that nobody thought of."""

    def sessions(self) -> tuple[Session, ...]:
        msg = "not enough values to unpack"
        raise ValueError(msg)


def test_a_sense_that_fails_in_any_way_makes_no_other_blind(tablet: Tablet) -> None:
    tablet.round.looking.senses = Odd(seen=(TWIN,))
    tablet.go()
    assert tablet.device.deeds == ["block"]
    failures = [o for o in tablet.told(OrderEnded) if o.done is Done.FAILED]
    assert [(o.order, o.subject) for o in failures] == [("look", "sessions")]


def test_a_part_of_the_posture_that_cannot_be_seen_holds_no_letter_back(tablet: Tablet) -> None:
    tablet.device.broken = {"encrypted"}
    tablet.go()
    assert tablet.desk.letters[-1].posture.encrypted is None


def test_a_clock_that_is_set_back_does_not_silence_the_tablet(tablet: Tablet) -> None:
    tablet.go()
    tablet.courier.open = False
    tablet.take("a.jpg")
    tablet.go(2)
    told = len(tablet.desk.letters)
    tablet.clock.correct(NOON - timedelta(days=700))
    tablet.courier.open = True
    assert tablet.telling.due_in() <= timedelta(minutes=5)
    tablet.go()
    assert len(tablet.desk.letters) > told


class Forgetful(FakeCourier):
    """The courier to a controller that answers, and holds nothing."""

    letters: int = 0

    def exchange(self, letter: CheckIn) -> Receipt:
        self.letters += 1
        assert self.letters < 10, "the same news was sent again and again"
        return Receipt(0, letter.at)


def test_a_controller_that_confirms_nothing_is_not_told_again_at_once(tablet: Tablet) -> None:
    forgetful = Forgetful(tablet.desk)
    tablet.telling.courier = forgetful
    tablet.ledger.post(AgentNote("started"), NOON)
    tablet.go(2)
    assert forgetful.letters == 1
    assert tablet.ledger.unsent(1)
    assert tablet.telling.due_in() > timedelta()
