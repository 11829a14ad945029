"""The round: look, judge, act, tell, with a real ledger and real files."""

import errno
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace as replaced

from agent.media import Media
from agent.seams import FoundFile
from agreement.agreement import Agreement
from agreement.facts import App, Lost, Session, Strength
from agreement.letters import (
    AgentNote,
    AppChanged,
    CheckIn,
    Done,
    FindingTurned,
    OrderEnded,
    PhotoPurged,
    PurgeRefused,
    Receipt,
    Turn,
)
from tests.agreement.cast import CAFE, LARKFIELD, TWIN
from tests.fakes.clock import NOON
from tests.fakes.courier import FakeCourier
from tests.fakes.device import FakeDevice
from tests.parts.tablet import Tablet

LOST = Lost("INC-1", "stolen", "Please call Larkfield Nursery.", NOON)


@pytest.fixture
def tablet(tmp_path: Path) -> Iterator[Tablet]:
    made = Tablet(tmp_path)
    yield made
    made.close()


def of_kind(tablet: Tablet, kind: type) -> list[object]:
    return [what for what in tablet.desk.said() if isinstance(what, kind)]


def test_a_photo_in_the_journal_goes_and_its_neighbour_stays(tablet: Tablet) -> None:
    added, _ = tablet.take("a.jpg"), tablet.take("b.jpg")
    tablet.go(2)
    assert tablet.photos() == ["a.jpg", "b.jpg"]
    tablet.add_to_journal(added)
    tablet.go()
    assert tablet.photos() == ["b.jpg"]
    (record,) = of_kind(tablet, PhotoPurged)
    assert isinstance(record, PhotoPurged)
    assert (record.digest, record.strength, record.source) == (added, Strength.PUBLISHED, "the journal’s export")
    counts = tablet.desk.letters[-1].posture.photos
    assert (counts.waiting, counts.taken, counts.in_journal, counts.purged) == (1, 2, 1, 1)


def test_without_evidence_no_photo_ever_goes(tablet: Tablet) -> None:
    tablet.take("a.jpg")
    for _ in range(5):
        tablet.clock.advance(timedelta(days=30))
        tablet.go()
    assert tablet.photos() == ["a.jpg"]
    (late,) = of_kind(tablet, FindingTurned)
    assert isinstance(late, FindingTurned)
    assert (late.turn, late.clause, late.what) == (Turn.OPENED, 10, "1 photo is not in the journal yet.")


def test_a_finding_is_told_when_it_turns_and_not_between(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg")
    tablet.clock.advance(timedelta(hours=25))
    tablet.go(5)
    tablet.add_to_journal(digest)
    tablet.go(3)
    turns = [(f.turn, f.clause) for f in of_kind(tablet, FindingTurned) if isinstance(f, FindingTurned)]
    assert turns == [(Turn.OPENED, 10), (Turn.CLEARED, 10)]


def test_a_photo_that_was_changed_after_it_was_added_stays(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg")
    tablet.go(2)
    tablet.add_to_journal(digest)
    tablet.take("a.jpg", b"another picture under the same name")
    tablet.go(3)
    assert tablet.photos() == ["a.jpg"]
    assert of_kind(tablet, PhotoPurged) == []


def test_a_photo_that_is_touched_stays_as_old_as_it_was(tablet: Tablet) -> None:
    tablet.take("a.jpg", b"finger painting")
    tablet.go(2)
    tablet.clock.advance(timedelta(hours=20))
    tablet.take("a.jpg", b"finger painting")  # the same picture, with a fresh time on it
    tablet.go(2)
    tablet.clock.advance(timedelta(hours=5))
    tablet.go(2)
    (late,) = of_kind(tablet, FindingTurned)
    assert isinstance(late, FindingTurned)
    assert (late.clause, late.what) == (10, "1 photo is not in the journal yet.")


def test_an_attested_photo_is_not_purged_by_default(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg")
    tablet.go(2)
    tablet.add_to_journal(digest, Strength.ATTESTED)
    tablet.go(2)
    assert tablet.photos() == ["a.jpg"]


def test_the_journals_are_asked_for_what_waits_only(tablet: Tablet) -> None:
    added, waiting = tablet.take("a.jpg"), tablet.take("b.jpg")
    tablet.go(2)
    tablet.add_to_journal(added)
    tablet.go()
    assert [file.digest for file in tablet.journals.asked[-1]] == [waiting]


def test_on_a_strange_network_no_journal_is_asked_even_where_it_cannot_be_cut_off(tablet: Tablet) -> None:
    tablet.device.broken = {"block"}
    tablet.device.seen = (TWIN,)
    tablet.take("a.jpg")
    tablet.go(3)
    assert tablet.journals.asked == []
    tablet.device.seen = (LARKFIELD,)
    tablet.go()
    assert len(tablet.journals.asked[-1]) == 1


def test_a_twin_is_cut_off_told_when_home_again_and_opened(tablet: Tablet) -> None:
    tablet.go()
    tablet.device.seen, tablet.courier.open = (TWIN,), False
    tablet.go(3)
    assert tablet.device.deeds == ["block"]
    assert [e.ip for e in tablet.device.fence or ()] == ["192.0.2.1"]
    tablet.device.seen, tablet.courier.open = (LARKFIELD,), True
    tablet.clock.advance(timedelta(minutes=10))
    tablet.go(2)
    assert tablet.device.deeds == ["block", "admit"]
    findings = [f for f in of_kind(tablet, FindingTurned) if isinstance(f, FindingTurned)]
    assert [(f.clause, f.turn) for f in findings] == [(8, Turn.OPENED), (8, Turn.CLEARED)]
    outcomes = [o.detail for o in of_kind(tablet, OrderEnded) if isinstance(o, OrderEnded) and o.order == "network"]
    assert outcomes == ["open: “Larkfield”", "cut off: “Larkfield”", "open: “Larkfield”"]


def test_an_agent_that_cannot_see_the_network_cuts_off(tablet: Tablet) -> None:
    tablet.go()
    tablet.device.broken = {"networks"}
    tablet.go()
    assert tablet.device.deeds == ["block"]
    failures = [o for o in of_kind(tablet, OrderEnded) if isinstance(o, OrderEnded) and o.done is Done.FAILED]
    assert [(o.order, o.subject) for o in failures] == [("look", "network")]


def test_before_the_first_network_is_trusted_nothing_is_cut_off(tmp_path: Path) -> None:
    tablet = Tablet(tmp_path, Agreement(), (CAFE,))
    tablet.go(2)
    assert tablet.device.deeds == []
    posture = tablet.desk.letters[-1].posture
    assert {mark.clause: mark.level.value for mark in posture.register}[8] == "not_yet"
    assert posture.networks[0].trusted is None
    tablet.close()


def test_a_lost_tablet_is_locked_though_everything_else_is_broken(tablet: Tablet) -> None:
    tablet.device.signed_in = (Session("c1", "cleo", locked=False), Session("c2", "dev", locked=False))
    tablet.device.broken = {"networks", "apps"}
    tablet.is_reported(LOST)
    tablet.go()
    assert tablet.device.deeds[:2] == ["lock cleo", "lock dev"]
    (outcome,) = [o for o in of_kind(tablet, OrderEnded) if isinstance(o, OrderEnded) and o.order == "lock"]
    assert (outcome.subject, outcome.done, outcome.detail) == ("INC-1", Done.DONE, "every session is locked")


def test_a_screen_that_does_not_confirm_is_told_as_just_that(tablet: Tablet) -> None:
    tablet.device.signed_in = (Session("c1", "cleo", locked=False),)
    tablet.device.without_locker = frozenset({"cleo"})
    tablet.is_reported(LOST)
    tablet.go(3)
    outcomes = [o for o in of_kind(tablet, OrderEnded) if isinstance(o, OrderEnded) and o.order == "lock"]
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
    turns = [f.turn for f in of_kind(tablet, FindingTurned) if isinstance(f, FindingTurned) and f.clause == 12]
    assert turns == [Turn.OPENED, Turn.CLEARED]


def test_a_new_app_is_news_and_a_finding_the_baseline_is_neither(tablet: Tablet) -> None:
    old, new = App("dpkg", "gimp", "2.10"), App("flatpak", "org.tuxpaint.Tuxpaint", "0.9", "Tux Paint")
    tablet.device.installed = (old,)
    tablet.go()
    tablet.device.installed = (replace(old, version="3.0"), new)
    tablet.go()
    changes = [(c.package, c.turn.value) for c in of_kind(tablet, AppChanged) if isinstance(c, AppChanged)]
    assert sorted(changes) == [("gimp", "updated"), ("org.tuxpaint.Tuxpaint", "installed")]
    (finding,) = [f for f in of_kind(tablet, FindingTurned) if isinstance(f, FindingTurned)]
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
    purged = [p.digest for p in of_kind(tablet, PhotoPurged) if isinstance(p, PhotoPurged)]
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


@pytest.mark.parametrize("spoil", ["vanish", "swap", "link"])
def test_a_purge_that_cannot_be_done_loses_nothing_and_is_told(tablet: Tablet, spoil: str) -> None:
    digest = tablet.take("a.jpg")
    tablet.go(2)
    photo = tablet.camera / "a.jpg"
    spoils: dict[str, Callable[[], object]] = {
        "vanish": photo.unlink,
        "swap": lambda: photo.write_bytes(b"another picture"),
        "link": lambda: move_and_link(photo, tablet.home / "kept.jpg"),
    }
    tablet.add_to_journal(digest)
    looked = tablet.ledger.note(tablet.media.settled(), tablet.clock.now())
    spoils[spoil]()
    tablet.acting.purge(looked[0])
    assert tablet.ledger.intents() == ()
    assert (tablet.home / "kept.jpg").exists() is (spoil == "link")
    assert (spoil == "swap") is (photo.is_file() and not photo.is_symlink())
    tablet.go()
    assert of_kind(tablet, PhotoPurged) == []
    assert len(of_kind(tablet, PurgeRefused)) == 1


def move_and_link(photo: Path, to: Path) -> None:
    photo.rename(to)
    photo.symlink_to(to)


@dataclass
class Interrupted:
    """Media during whose first purge something happens: before the deed, or after it."""

    media: Media
    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None
    purged: int = 0

    def purge(self, file: FoundFile) -> Mapping[str, int]:
        self.purged += 1
        if self.purged > 1:
            return self.media.purge(file)
        self.before()
        copies = self.media.purge(file)
        self.after()
        return copies

    def settled(self) -> tuple[FoundFile, ...]:
        return self.media.settled()

    def next_settles_in(self) -> timedelta | None:
        return self.media.next_settles_in()

    def purge_copies(self, file: FoundFile) -> Mapping[str, int]:
        return self.media.purge_copies(file)

    def is_there(self, file: FoundFile) -> bool:
        return self.media.is_there(file)


def test_a_lock_does_not_wait_for_the_photos_that_leave(tablet: Tablet) -> None:
    digests = [tablet.take(f"{n}.jpg") for n in range(5)]
    tablet.go(2)
    for digest in digests:
        tablet.add_to_journal(digest)
    tablet.device.signed_in = (Session("c1", "cleo", locked=False),)
    tablet.acting.media = Interrupted(tablet.media, before=lambda: tablet.is_reported(LOST))
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


def test_a_photo_that_is_gone_is_told_though_its_disk_failed_in_between(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg")
    tablet.go(2)
    tablet.add_to_journal(digest)

    def fail() -> None:
        raise OSError(errno.EIO, "the folder cannot be synced")

    tablet.acting.media = Interrupted(tablet.media, after=fail)
    tablet.go(3)
    assert [p.digest for p in of_kind(tablet, PhotoPurged) if isinstance(p, PhotoPurged)] == [digest]
    assert tablet.ledger.intents() == ()


def test_a_twin_is_cut_off_though_nothing_can_be_written_down(tablet: Tablet) -> None:
    tablet.go(2)
    tablet.device.seen = (TWIN,)
    tablet.ledger.read(lambda connection: connection.execute("PRAGMA query_only = ON"))
    with pytest.raises(OSError, match="cannot be written"):
        tablet.go()
    assert tablet.device.deeds == ["block"]


def test_a_tablet_is_opened_again_when_its_networks_are_judged_no_more(tablet: Tablet) -> None:
    tablet.device.seen = (TWIN,)
    tablet.go()
    was = tablet.desk.standing
    tablet.desk.change(replaced(was, sequence=2, agreement=replace(was.agreement, secure_network=None)))
    tablet.ledger.keep(tablet.desk.standing)
    tablet.restart()
    tablet.go(3)
    assert tablet.device.deeds == ["block", "admit"]
    outcomes = [o.detail for o in of_kind(tablet, OrderEnded) if isinstance(o, OrderEnded) and o.order == "network"]
    assert outcomes == ["cut off: “Larkfield”", "open: networks are not judged any more"]


def test_what_cannot_be_seen_is_not_taken_for_mended(tablet: Tablet) -> None:
    tablet.go()
    tablet.device.installed = (App("flatpak", "org.tuxpaint.Tuxpaint", "0.9", "Tux Paint"),)
    tablet.go()
    tablet.device.broken = {"apps"}
    tablet.go(2)
    turns = [f.turn for f in of_kind(tablet, FindingTurned) if isinstance(f, FindingTurned)]
    assert turns == [Turn.OPENED]
    tablet.device.broken, tablet.device.installed = set(), ()
    tablet.go()
    turns = [f.turn for f in of_kind(tablet, FindingTurned) if isinstance(f, FindingTurned)]
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
    failures = [o for o in of_kind(tablet, OrderEnded) if isinstance(o, OrderEnded) and o.done is Done.FAILED]
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
