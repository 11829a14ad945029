"""The round on photos: what is proved to be in the journal goes, with its record; all else stays."""

import errno
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agreement.facts import Lost, Strength
from agreement.letters import (
    FindingTurned,
    PhotoPurged,
    PurgeRefused,
    Turn,
)
from tests.parts.interrupted import Interrupted
from tests.parts.tablet import Tablet


def test_a_photo_in_the_journal_goes_and_its_neighbour_stays(tablet: Tablet) -> None:
    added, _ = tablet.take("a.jpg"), tablet.take("b.jpg")
    tablet.go(2)
    assert tablet.photos() == ["a.jpg", "b.jpg"]
    tablet.add_to_journal(added)
    tablet.go()
    assert tablet.photos() == ["b.jpg"]
    (record,) = tablet.told(PhotoPurged)
    assert (record.digest, record.strength, record.source) == (added, Strength.PUBLISHED, "the journal’s export")
    counts = tablet.desk.letters[-1].posture.photos
    assert (counts.waiting, counts.taken, counts.in_journal, counts.purged) == (1, 2, 1, 1)


def test_without_evidence_no_photo_ever_goes(tablet: Tablet) -> None:
    tablet.take("a.jpg")
    for _ in range(5):
        tablet.clock.advance(timedelta(days=30))
        tablet.go()
    assert tablet.photos() == ["a.jpg"]
    (late,) = tablet.told(FindingTurned)
    assert (late.turn, late.clause, late.what) == (Turn.OPENED, 10, "1 photo is not in the journal yet.")


def test_a_finding_is_told_when_it_turns_and_not_between(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg")
    tablet.clock.advance(timedelta(hours=25))
    tablet.go(5)
    tablet.add_to_journal(digest)
    tablet.go(3)
    turns = [(f.turn, f.clause) for f in tablet.told(FindingTurned)]
    assert turns == [(Turn.OPENED, 10), (Turn.CLEARED, 10)]


def test_a_photo_that_was_changed_after_it_was_added_stays(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg")
    tablet.go(2)
    tablet.add_to_journal(digest)
    tablet.take("a.jpg", b"another picture under the same name")
    tablet.go(3)
    assert tablet.photos() == ["a.jpg"]
    assert tablet.told(PhotoPurged) == []


def test_a_photo_that_is_touched_stays_as_old_as_it_was(tablet: Tablet) -> None:
    tablet.take("a.jpg", b"finger painting")
    tablet.go(2)
    tablet.clock.advance(timedelta(hours=20))
    tablet.take("a.jpg", b"finger painting")  # the same picture, with a fresh time on it
    tablet.go(2)
    tablet.clock.advance(timedelta(hours=5))
    tablet.go(2)
    (late,) = tablet.told(FindingTurned)
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
    tablet.removing.purge(looked[0])
    assert tablet.ledger.intents() == ()
    assert (tablet.home / "kept.jpg").exists() is (spoil == "link")
    assert (spoil == "swap") is (photo.is_file() and not photo.is_symlink())
    tablet.go()
    assert tablet.told(PhotoPurged) == []
    assert len(tablet.told(PurgeRefused)) == 1


def move_and_link(photo: Path, to: Path) -> None:
    photo.rename(to)
    photo.symlink_to(to)


def test_a_photo_that_is_gone_is_told_though_its_disk_failed_in_between(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg")
    tablet.go(2)
    tablet.add_to_journal(digest)

    def fail() -> None:
        raise OSError(errno.EIO, "the folder cannot be synced")

    tablet.removing.media = Interrupted(tablet.media, after=fail)
    tablet.go(3)
    assert [p.digest for p in tablet.told(PhotoPurged)] == [digest]
    assert tablet.ledger.intents() == ()


def test_a_photo_leaves_only_once_it_will_be_remembered(tablet: Tablet) -> None:
    """What leaves without a fingerprint could be mistaken for its neighbour later."""
    digest = tablet.take("a.jpg")
    tablet.go(2)
    tablet.add_to_journal(digest)
    tablet.imports.remembered = False
    tablet.go(2)
    assert tablet.photos() == ["a.jpg"]
    tablet.imports.remembered = True
    tablet.go()
    assert tablet.photos() == []


def test_the_raw_file_of_a_photo_goes_after_it_with_a_record_of_its_own(tablet: Tablet) -> None:
    digest, raw, _ = tablet.take("a.jpg"), tablet.take("a.dng"), tablet.take("b.dng")
    tablet.go(2)
    tablet.add_to_journal(digest)
    tablet.go(2)
    assert tablet.photos() == ["b.dng"]
    records = {record.digest: record for record in tablet.told(PhotoPurged)}
    assert records.keys() == {digest, raw}
    assert records[raw].source == "the journal’s export, as another file of the same exposure"
    assert records[raw].strength is records[digest].strength
    assert tablet.told(PurgeRefused) == []


def test_from_a_lost_tablet_a_photo_leaves_at_once(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg")
    tablet.go(2)
    tablet.add_to_journal(digest)
    tablet.imports.remembered = False
    tablet.is_reported(Lost("INC-1", "lost", "Call us.", tablet.clock.now()))
    tablet.go()
    assert tablet.photos() == []


def test_a_photo_that_was_edited_while_the_agent_was_down_is_never_told_as_removed(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg")
    tablet.go(2)
    tablet.add_to_journal(digest)
    looked = tablet.ledger.note(tablet.media.settled(), tablet.clock.now())
    tablet.ledger.intend(looked[0])
    photo = tablet.camera / "a.jpg"
    photo.write_bytes(photo.read_bytes()[::-1])
    tablet.restart()
    tablet.go(3)
    assert tablet.photos() == ["a.jpg"]
    assert tablet.told(PhotoPurged) == []
    assert [refused.digest for refused in tablet.told(PurgeRefused)] == [digest]
