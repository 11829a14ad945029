"""What every ledger does with people's words: a word holds, and what is held is put back or let go, told once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.seams.ledger import Intent
from agent.seams.ledger import Ledger as LedgerSeam
from agent.seams.photos import Box
from agreement.facts import Held, Photo, Said, Strength, Word
from agreement.letters import NotInExport, PhotoDiscarded, PhotoHeld, PhotoPurged, PhotoRestored, PhotoSaid
from tests.agreement.cast import NOON
from tests.contracts.conftest import Open
from tests.parts.photos import evidence, found

A, B = found("a.jpg"), found("b.jpg")
BOX = Box("box-1", b"k" * 80)
LATER = NOON + timedelta(hours=1)


def told(ledger: LedgerSeam, kind: type) -> list[object]:
    """The news of this kind, in order."""
    return [said for piece in ledger.unsent(500) if isinstance(said := piece.said(), kind)]


def spoken(ledger: LedgerSeam, word: Word = Word.ADDED) -> Photo:
    """Photo A, of which someone said this; B is there too."""
    ledger.note([A, B], NOON)
    ledger.say(A.digest, word, NOON)
    return ledger.note([A, B], NOON)[0]


def held(ledger: LedgerSeam, word: Word = Word.ADDED) -> Held:
    """Photo A, held."""
    intent = ledger.intend_hold(spoken(ledger, word), BOX)
    ledger.hold(intent, {"thumbnail": 1}, LATER)
    ledger.note([B], LATER)
    (one,) = ledger.held()
    return one


def test_a_word_is_remembered_and_told_once(reopen: Open) -> None:
    photo = spoken(reopen())
    assert photo.said == Said(Word.ADDED, NOON)
    again = reopen()
    assert again.say(A.digest, Word.ADDED, LATER) is False
    assert again.note([A, B], LATER)[0].said == Said(Word.ADDED, NOON)
    assert told(again, PhotoSaid) == [PhotoSaid(A.digest, A.taken_at, Word.ADDED)]


def test_every_word_that_stands_is_told_by_digest(ledger: LedgerSeam) -> None:
    spoken(ledger)
    assert ledger.words() == {A.digest: Said(Word.ADDED, NOON)}
    ledger.note([B], LATER)
    assert ledger.words() == {}
    ledger.note([A, B], LATER)
    ledger.unsay(A.digest, LATER)
    assert ledger.words() == {}


def test_a_word_can_be_changed_and_taken_back(ledger: LedgerSeam) -> None:
    spoken(ledger, Word.KEEP)
    assert ledger.say(A.digest, Word.UNWANTED, LATER) is True
    assert ledger.unsay(A.digest, LATER) is True
    assert ledger.unsay(A.digest, LATER) is False
    assert ledger.note([A, B], LATER)[0].said is None
    words = [Word.KEEP, Word.UNWANTED, None]
    assert told(ledger, PhotoSaid) == [PhotoSaid(A.digest, A.taken_at, word) for word in words]


def test_nothing_can_be_said_of_a_photo_that_is_not_here(ledger: LedgerSeam) -> None:
    ledger.note([B], NOON)
    assert ledger.say(A.digest, Word.ADDED, NOON) is False
    assert told(ledger, PhotoSaid) == []


@pytest.mark.parametrize("said", [None, Said(Word.KEEP, NOON)])
def test_without_a_word_that_it_may_go_nothing_is_held(ledger: LedgerSeam, said: Said | None) -> None:
    photo = replace(spoken(ledger), said=said)
    with pytest.raises(ValueError, match="no word, no hold"):
        ledger.intend_hold(photo, BOX)


def test_an_intent_to_hold_survives_with_its_box(reopen: Open) -> None:
    first = reopen()
    intent = first.intend_hold(spoken(first), BOX)
    again = reopen()
    assert again.intents() == (intent,)
    assert again.boxes() == {BOX.name}
    assert (intent.evidence.strength, intent.box) == (Strength.ATTESTED, BOX)


def test_a_held_photo_is_told_with_the_key_of_its_box(ledger: LedgerSeam) -> None:
    one = held(ledger)
    assert one == Held(A.digest, A.size, A.taken_at, Said(Word.ADDED, NOON), LATER)
    assert ledger.place_of(A.digest) == (BOX.name, A.path)
    (news,) = told(ledger, PhotoHeld)
    assert news == PhotoHeld(A.digest, A.size, A.taken_at, Word.ADDED, NOON, BOX.sealed_key.hex(), {"thumbnail": 1})
    counts = ledger.counts(LATER, 0)
    assert (counts.held, counts.waiting, counts.purged, counts.gone) == (1, 1, 0, 0)


def test_a_hold_is_closed_once(ledger: LedgerSeam) -> None:
    intent = ledger.intend_hold(spoken(ledger), BOX)
    ledger.hold(intent, {}, NOON)
    ledger.hold(intent, {}, NOON)
    assert len(told(ledger, PhotoHeld)) == 1


def test_a_purge_without_a_box_is_never_closed_as_a_hold(ledger: LedgerSeam) -> None:
    spoken(ledger)
    ledger.believe(evidence(A))
    intent = ledger.intend(ledger.note([A, B], NOON)[0])
    with pytest.raises(ValueError, match="no box"):
        ledger.hold(intent, {}, NOON)
    assert ledger.intents() == (intent,)


def test_an_abandoned_hold_leaves_the_photo_waiting(ledger: LedgerSeam) -> None:
    intent: Intent = ledger.intend_hold(spoken(ledger), BOX)
    ledger.abandon(intent, "", LATER)
    assert (ledger.boxes(), ledger.held()) == (frozenset(), ())
    assert ledger.waiting() == (A, B)


def test_a_photo_that_is_put_back_waits_again_without_its_word(reopen: Open) -> None:
    first = reopen()
    held(first)
    first.restored(A.digest, LATER)
    first.restored(A.digest, LATER)
    again = reopen()
    assert (again.held(), again.place_of(A.digest)) == ((), None)
    photo = again.note([A, B], LATER)[0]
    assert photo.said is None
    counts = again.counts(LATER, 0)
    assert (counts.taken, counts.held, counts.waiting) == (2, 0, 2)
    assert told(again, PhotoRestored) == [PhotoRestored(A.digest)]


def test_what_is_let_go_is_told_once_and_never_as_proved(reopen: Open) -> None:
    first = reopen()
    one = held(first, Word.UNWANTED)
    first.let_go(A.digest)
    again = reopen()
    assert (again.held(), again.leaving()) == ((), (one,))
    assert again.boxes() == {BOX.name}
    again.discarded(one, LATER)
    again.discarded(one, LATER)
    assert told(again, PhotoDiscarded) == [PhotoDiscarded(A.digest, A.size, A.taken_at, Word.UNWANTED, NOON, LATER)]
    assert told(again, PhotoPurged) == []
    counts = again.counts(LATER, 0)
    assert (counts.held, counts.discarded, counts.purged, counts.in_journal) == (0, 1, 0, 0)


def test_a_second_file_with_the_same_picture_shares_the_box(ledger: LedgerSeam) -> None:
    twin = found("copy.jpg", content="a.jpg", inode=99)
    ledger.note([A, twin], NOON)
    ledger.say(A.digest, Word.ADDED, NOON)
    for photo in ledger.note([A, twin], NOON):
        ledger.hold(ledger.intend_hold(photo, BOX), {}, LATER)
    assert len(ledger.held()) == 1
    assert ledger.counts(LATER, 0).held == 2


def test_a_word_that_an_export_bears_out_is_asked_about_no_more(ledger: LedgerSeam) -> None:
    held(ledger)
    (word,) = ledger.attested()
    assert (word.digest, word.held) == (A.digest, True)
    ledger.confirmed_word(A.digest)
    assert ledger.attested() == ()


def test_a_word_that_an_export_does_not_bear_out_is_told_once_and_held(reopen: Open) -> None:
    first = reopen()
    held(first)
    (word,) = first.attested()
    first.missing(word, 3, LATER)
    first.missing(word, 3, LATER)
    again = reopen()
    assert [one.missing_from for one in again.held()] == [3]
    assert again.attested() == ()
    assert told(again, NotInExport) == [NotInExport(A.digest, A.taken_at, NOON, 3, held=True)]


def test_a_wrong_word_on_what_is_gone_is_told_too(ledger: LedgerSeam) -> None:
    one = held(ledger)
    ledger.let_go(A.digest)
    ledger.discarded(one, LATER)
    (word,) = ledger.attested()
    assert word.held is False
    ledger.missing(word, 3, LATER)
    assert told(ledger, NotInExport) == [NotInExport(A.digest, A.taken_at, NOON, 3, held=False)]


def test_unwanted_photos_are_never_missed_in_an_export(ledger: LedgerSeam) -> None:
    held(ledger, Word.UNWANTED)
    assert ledger.attested() == ()


def test_a_word_stands_for_another_file_and_is_no_news(reopen: Open) -> None:
    ledger = reopen()
    spoken(ledger)
    word = Said(Word.ADDED, NOON, of=A.digest)
    assert ledger.stand(B.digest, word) is True
    assert ledger.stand(B.digest, word) is False
    ledger = reopen()
    assert ledger.words() == {A.digest: Said(Word.ADDED, NOON), B.digest: word}
    assert len(told(ledger, PhotoSaid)) == 1
    assert ledger.unsay(A.digest, LATER) is True
    assert ledger.words() == {}


def test_what_is_said_of_a_file_itself_ends_what_stood_for_it(ledger: LedgerSeam) -> None:
    spoken(ledger)
    ledger.stand(B.digest, Said(Word.ADDED, NOON, of=A.digest))
    assert ledger.say(B.digest, Word.KEEP, LATER) is True
    assert ledger.words()[B.digest] == Said(Word.KEEP, LATER)
    ledger.unsay(A.digest, LATER)
    assert ledger.words() == {B.digest: Said(Word.KEEP, LATER)}


def test_no_word_stands_for_a_file_that_is_not_here(ledger: LedgerSeam) -> None:
    spoken(ledger)
    assert ledger.stand("ab" * 32, Said(Word.ADDED, NOON, of=A.digest)) is False


def test_a_held_partner_names_its_photo_is_asked_of_no_export_and_missed_with_it(ledger: LedgerSeam) -> None:
    one = held(ledger)
    ledger.stand(B.digest, Said(Word.ADDED, NOON, of=A.digest))
    (partner,) = ledger.note([B], LATER)
    ledger.hold(ledger.intend_hold(partner, Box("box-2", b"k" * 80)), {}, LATER)
    assert {held.said.of for held in ledger.held()} == {"", A.digest}
    (word,) = ledger.attested()
    assert word.digest == one.digest
    ledger.missing(word, 3, LATER)
    assert [held.missing_from for held in ledger.held()] == [3, 3]
