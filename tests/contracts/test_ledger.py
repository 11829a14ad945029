"""What every ledger does: nothing is forgotten, nothing is told twice, no photo is purged without evidence."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec.structs import replace as replaced

from agent.seams.ledger import Ledger as LedgerSeam
from agent.seams.tablet import AppEvent
from agreement.agreement import Agreement
from agreement.facts import App, Strength
from agreement.letters import (
    GENESIS,
    AgentNote,
    AppChanged,
    Done,
    FindingTurned,
    OrderEnded,
    PhotoPurged,
    PurgeRefused,
    RefusedError,
    Standing,
    Turn,
    chained,
)
from agreement.rulings import Finding
from tests.agreement.cast import NOON
from tests.contracts.conftest import Open
from tests.parts.photos import evidence, found

A, B, C = found("a.jpg"), found("b.jpg"), found("c.jpg")
LATER = NOON + timedelta(hours=1)


def said(ledger: LedgerSeam) -> list[object]:
    return [news.said() for news in ledger.unsent(500)]


class Logged:
    """A package system's log that knows one line."""

    def last(self, key: str) -> AppEvent | None:
        return AppEvent(NOON, "cleo") if key == "dpkg:gimp" else None


class Unreadable:
    """A package system's log on a failing disk."""

    def last(self, key: str) -> AppEvent | None:
        raise OSError(5, "Input/output error", key)


def test_photos_are_remembered_over_a_restart(reopen: Open) -> None:
    reopen().note([A, B], NOON)
    again = reopen()
    assert again.digests() == {(f.device, f.inode, f.size, f.mtime_ns): f.digest for f in (A, B)}
    assert [p.path for p in again.note([A, B], LATER)] == [A.path, B.path]
    assert again.counts(LATER, 0).taken == 2


def test_what_was_proved_is_no_longer_waiting(ledger: LedgerSeam) -> None:
    ledger.note([A, B], NOON)
    assert ledger.believe(evidence(A)) is True
    assert ledger.believe(evidence(A)) is False
    assert ledger.waiting() == (B,)
    proved, unproved = ledger.note([A, B], NOON)
    assert proved.evidence == evidence(A)
    assert unproved.evidence is None


def test_evidence_may_come_before_the_photo(ledger: LedgerSeam) -> None:
    ledger.believe(evidence(A))
    (photo,) = ledger.note([A], NOON)
    assert photo.evidence == evidence(A)
    assert ledger.counts(NOON, 0).in_journal == 1


@pytest.mark.parametrize(
    ("first", "second", "best"),
    [
        (Strength.ATTESTED, Strength.DELIVERED, Strength.DELIVERED),
        (Strength.PUBLISHED, Strength.ATTESTED, Strength.PUBLISHED),
        (Strength.DELIVERED, Strength.PUBLISHED, Strength.DELIVERED),
    ],
)
def test_the_stronger_word_holds(ledger: LedgerSeam, first: Strength, second: Strength, best: Strength) -> None:
    ledger.note([A], NOON)
    ledger.believe(evidence(A, first))
    assert ledger.believe(evidence(A, second)) is (best == second)
    (photo,) = ledger.note([A], NOON)
    assert photo.evidence is not None
    assert photo.evidence.strength is best


@pytest.mark.parametrize("digest", ["", "ab" * 31, "AB" * 32, "zz" * 32])
def test_what_is_no_digest_is_no_evidence(ledger: LedgerSeam, digest: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256 digest"):
        ledger.believe(replace(evidence(A), digest=digest))


def test_the_oldest_waits_first(ledger: LedgerSeam) -> None:
    old, new = found("old.jpg", age=timedelta(days=3)), found("new.jpg", age=timedelta(minutes=1))
    ledger.note([new, old], NOON)
    assert ledger.waiting() == (old, new)
    counts = ledger.counts(NOON, 1)
    assert (counts.oldest, counts.waiting_bytes, counts.overdue) == (old.taken_at, old.size + new.size, 1)


def test_a_photo_that_moved_is_the_same_photo(ledger: LedgerSeam) -> None:
    ledger.note([A], NOON)
    moved = replace(A, path="/home/cleo/Pictures/trip/a.jpg", inode=99)
    ledger.note([moved], LATER)
    counts = ledger.counts(LATER, 0)
    assert (counts.taken, counts.gone) == (1, 0)
    assert ledger.waiting() == (moved,)


def test_a_photo_that_vanished_is_counted_and_one_that_came_back_is_not_new(ledger: LedgerSeam) -> None:
    ledger.note([A, B], NOON)
    ledger.note([B], NOON)
    assert ledger.counts(NOON, 0).gone == 1
    ledger.note([A, B], LATER)
    assert (ledger.counts(LATER, 0).gone, ledger.counts(LATER, 0).taken) == (0, 2)


def test_a_photo_that_was_changed_is_another_picture(ledger: LedgerSeam) -> None:
    ledger.note([A], NOON)
    ledger.believe(evidence(A))
    changed = replace(A, digest=B.digest)
    (photo,) = ledger.note([changed], LATER)
    assert photo.evidence is None
    assert (ledger.counts(LATER, 0).taken, ledger.counts(LATER, 0).gone) == (2, 1)


def test_the_same_picture_twice_is_proved_once_and_purged_twice(ledger: LedgerSeam) -> None:
    twin = replace(A, path="/home/cleo/Pictures/copy.jpg", inode=42)
    ledger.note([A, twin], NOON)
    ledger.believe(evidence(A))
    for photo in ledger.note([A, twin], NOON):
        ledger.purged(ledger.intend(photo), {}, NOON)
    assert len([w for w in said(ledger) if isinstance(w, PhotoPurged)]) == 2
    assert ledger.counts(NOON, 0).purged == 2


@pytest.mark.parametrize("name", ["\udcff\udcfe.jpg", "a\nb.jpg", "-rf.jpg", "n" * 250 + ".jpg", "图.jpg"])
def test_any_name_that_a_disk_can_hold_is_kept(reopen: Open, name: str) -> None:
    file = found("x", inode=5)
    file = replace(file, path=f"/home/cleo/DCIM/{name}")
    reopen().note([file], NOON)
    ledger = reopen()
    ledger.believe(evidence(file))
    (photo,) = ledger.note([file], LATER)
    ledger.intend(photo)
    assert reopen().intents()[0].file.path == file.path


def test_numbers_as_large_as_the_system_gives_are_kept(reopen: Open) -> None:
    file = replace(A, device=2**64 - 1, inode=2**64 - 1, mtime_ns=-(2**62))
    reopen().note([file], NOON)
    assert reopen().waiting() == (file,)


def test_an_intent_survives_a_crash_and_is_closed_once(reopen: Open) -> None:
    ledger = reopen()
    ledger.note([A], NOON)
    ledger.believe(evidence(A))
    intent = ledger.intend(ledger.note([A], NOON)[0])
    ledger = reopen()
    assert ledger.intents() == (intent,)
    ledger.purged(intent, {"thumbnail": 2}, LATER)
    ledger.purged(intent, {"thumbnail": 2}, LATER)
    ledger.abandon(intent, "too late", LATER)
    (record,) = said(ledger)
    assert isinstance(record, PhotoPurged)
    assert (record.digest, record.copies, record.evidence_at) == (A.digest, {"thumbnail": 2}, NOON)
    assert reopen().intents() == ()


def test_intending_twice_is_one_intent(ledger: LedgerSeam) -> None:
    ledger.note([A], NOON)
    ledger.believe(evidence(A))
    (photo,) = ledger.note([A], NOON)
    assert ledger.intend(photo) == ledger.intend(photo)
    (photo,) = ledger.note([A], LATER)
    assert ledger.intents() == (ledger.intend(photo),)
    assert ledger.counts(NOON, 0).taken == 1


@pytest.mark.parametrize("proof", [None, evidence(B)])
def test_without_evidence_about_this_photo_nothing_is_intended(ledger: LedgerSeam, proof: None) -> None:
    (photo,) = ledger.note([A], NOON)
    with pytest.raises(ValueError, match="no evidence, no purge"):
        ledger.intend(replace(photo, evidence=proof))
    assert ledger.intents() == ()


def test_an_unknown_photo_is_not_purged(ledger: LedgerSeam) -> None:
    ledger.note([A], NOON)
    ledger.believe(evidence(A))
    (photo,) = ledger.note([A], NOON)
    with pytest.raises(FileNotFoundError):
        ledger.intend(replace(photo, path="/home/cleo/DCIM/other.jpg"))


def test_a_photo_whose_purge_is_open_is_not_taken_for_vanished(reopen: Open) -> None:
    ledger = reopen()
    ledger.note([A, B], NOON)
    ledger.believe(evidence(A))
    intent = ledger.intend(ledger.note([A, B], NOON)[0])
    ledger.note([B], LATER)
    assert ledger.counts(LATER, 0).gone == 0
    ledger = reopen()
    ledger.note([B], LATER)
    ledger.purged(intent, {}, LATER)
    counts = ledger.counts(LATER, 0)
    assert (counts.purged, counts.gone, counts.taken) == (1, 0, 2)


def test_a_refusal_is_told_once_until_it_changes(ledger: LedgerSeam) -> None:
    ledger.note([A], NOON)
    ledger.believe(evidence(A))
    for why in ("busy", "busy", "", "read-only", "busy"):
        ledger.abandon(ledger.intend(ledger.note([A], NOON)[0]), why, NOON)
    assert [w.why for w in said(ledger) if isinstance(w, PurgeRefused)] == ["busy", "read-only", "busy"]
    assert ledger.counts(NOON, 0).purged == 0


def test_a_purged_photo_that_is_restored_is_purged_again(ledger: LedgerSeam) -> None:
    ledger.note([A], NOON)
    ledger.believe(evidence(A))
    for _ in range(2):
        ledger.purged(ledger.intend(ledger.note([A], NOON)[0]), {}, NOON)
        ledger.note([], NOON)
    counts = ledger.counts(NOON, 0)
    assert (counts.taken, counts.purged, counts.gone) == (2, 2, 0)


def test_only_findings_that_turn_are_news(reopen: Open) -> None:
    late = Finding(10, "overdue", "1 photo is late.", "Add it.", NOON)
    ledger = reopen()
    assert ledger.turn([late], NOON) == (late,)
    ledger = reopen()
    assert ledger.turn([replace(late, since=LATER)], LATER) == (late,)
    assert ledger.turn([replace(late, count=2, since=LATER)], LATER) == (replace(late, count=2),)
    assert ledger.turn([], LATER) == ()
    turns = [(w.turn, w.count, w.since) for w in said(ledger) if isinstance(w, FindingTurned)]
    assert turns == [(Turn.OPENED, 1, NOON), (Turn.CHANGED, 2, NOON), (Turn.CLEARED, 2, NOON)]


def test_words_too_long_or_undecodable_for_a_letter_are_cut(ledger: LedgerSeam) -> None:
    long = Finding(9, "dpkg:\udcff" + "x" * 5000, "é" * 5000, "m" * 5000, NOON, 2**60)
    (held,) = ledger.turn([long], NOON)
    assert ledger.turn([long], NOON) == (held,)
    (told,) = said(ledger)
    assert isinstance(told, FindingTurned)
    assert max(map(len, (told.subject, told.what, told.mend))) <= 2000
    assert told.count == 2**53


def test_the_same_outcome_again_is_not_news(reopen: Open) -> None:
    outcomes = [(Done.DONE, ""), (Done.FAILED, "no nft"), (Done.FAILED, "no nft"), (Done.DONE, ""), (Done.DONE, "")]
    news = [reopen().ended("network", "", outcome, NOON) for outcome in outcomes]
    assert news == [False, True, False, True, False]
    assert [w.done for w in said(reopen()) if isinstance(w, OrderEnded)] == [Done.FAILED, Done.DONE]


def test_the_first_inventory_is_the_baseline_and_silent(reopen: Open) -> None:
    gimp, tux = App("dpkg", "gimp", "2.10"), App("flatpak", "org.tuxpaint.Tuxpaint", "0.9", "Tux Paint")
    assert reopen().inventory([gimp], Logged(), NOON) == {gimp.key}
    ledger = reopen()
    assert ledger.inventory([gimp], Logged(), NOON) == {gimp.key}
    assert said(ledger) == []
    ledger.inventory([replace(gimp, version="3.0"), tux], Logged(), LATER)
    assert reopen().inventory([tux], Logged(), LATER) == {gimp.key}
    changes = [(w.package, w.turn.value, w.was, w.now, w.by) for w in said(reopen()) if isinstance(w, AppChanged)]
    assert changes == [
        ("gimp", "updated", "2.10", "3.0", "cleo"),
        ("org.tuxpaint.Tuxpaint", "installed", "", "0.9", ""),
        ("gimp", "removed", "3.0", "", "cleo"),
    ]


def test_an_unreadable_package_log_does_not_hide_a_change(ledger: LedgerSeam) -> None:
    ledger.inventory([], Unreadable(), NOON)
    ledger.inventory([App("desktop", "\udcffgame", "1" * 500)], Unreadable(), LATER)
    (change,) = said(ledger)
    assert isinstance(change, AppChanged)
    assert (change.by, change.happened, len(change.now)) == ("", None, 200)


def test_news_is_numbered_without_gaps_and_chained_over_restarts(reopen: Open) -> None:
    chain, number = GENESIS, 0
    for day in range(3):
        ledger = reopen()
        for n in range(4):
            ledger.post(AgentNote("note", f"{day} {n}"), NOON)
        pieces = ledger.unsent(3)
        assert reopen().unsent(3) == pieces
        chained(chain, pieces)
        assert [p.number for p in pieces] == list(range(number + 1, number + 4))
        chain, number = pieces[-1].chain, pieces[-1].number
        reopen().confirmed(number)
    assert len(reopen().unsent(500)) == 3


def test_a_letter_s_worth_of_news_fits_into_a_letter(ledger: LedgerSeam) -> None:
    for n in range(300):
        ledger.post(AgentNote("note", f"{n} " + "漢" * 1900), NOON)
    first = ledger.unsent(500)
    assert 0 < len(first) < 300
    assert sum(len(bytes(p.what)) for p in first) <= 600 * 1024
    total, last = 0, 0
    while pieces := ledger.unsent(500):
        assert pieces[0].number == last + 1
        total, last = total + len(pieces), pieces[-1].number
        ledger.confirmed(last)
    assert total == 300


def test_confirming_again_or_too_much_forgets_only_what_was_sent(ledger: LedgerSeam) -> None:
    for n in range(3):
        ledger.post(AgentNote("note", str(n)), NOON)
    ledger.unsent(2)
    ledger.confirmed(10)
    ledger.confirmed(1)
    (left,) = ledger.unsent(500)
    assert left.number == 3


def test_no_check_in_has_the_number_of_another(reopen: Open) -> None:
    assert [reopen().next_sequence() for _ in range(3)] == [1, 2, 3]


def test_the_newer_standing_holds_over_a_restart(reopen: Open) -> None:
    first = Standing(1, "sunflower-1", "Sunflower 1", "Larkfield Nursery", Agreement())
    ledger = reopen()
    assert ledger.standing() is None
    ledger.keep(first)
    ledger.keep(replaced(first, sequence=2))
    with pytest.raises(RefusedError, match="older"):
        ledger.keep(first)
    with pytest.raises(RefusedError, match="bluebell-1"):
        ledger.keep(replaced(first, device="bluebell-1", sequence=9))
    assert reopen().standing() == replaced(first, sequence=2)
