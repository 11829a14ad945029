"""What every ledger remembers of photos and the journal's pictures: one picture, one photo; and photos that left."""

from datetime import timedelta

import pytest

from agent.seams.ledger import Doubt, Known
from agent.seams.ledger import Ledger as LedgerSeam
from agreement.facts import Strength
from tests.agreement.cast import NOON
from tests.contracts.conftest import Open
from tests.parts.photos import evidence, found

A, B, C = found("a.jpg"), found("b.jpg", age=timedelta(minutes=30)), found("c.jpg", age=timedelta(minutes=10))
PUBLISHED = evidence(A, Strength.PUBLISHED)


def test_a_fingerprint_outlives_its_photo(reopen: Open) -> None:
    first = reopen()
    first.note([A, B], NOON)
    first.remember({A.digest: b"print of a"})
    first.note([B], NOON)
    assert reopen().every_photo() == (
        Known(A.digest, A.taken_at, here=False, fingerprint=b"print of a"),
        Known(B.digest, B.taken_at, here=True, fingerprint=None),
    )


def test_a_photo_that_is_being_purged_is_not_here(ledger: LedgerSeam) -> None:
    ledger.note([A], NOON)
    ledger.believe(PUBLISHED)
    ledger.intend(ledger.note([A], NOON)[0])
    assert [known.here for known in ledger.every_photo()] == [False]


def test_a_match_is_evidence_and_a_claim(reopen: Open) -> None:
    first = reopen()
    first.note([A, B], NOON)
    assert first.matched(PUBLISHED, "picture-1", 3) is True
    assert first.matched(PUBLISHED, "picture-1", 3) is False
    again = reopen()
    assert again.claims() == {"picture-1": A.digest}
    assert [photo.evidence for photo in again.note([A, B], NOON)] == [PUBLISHED, None]


def test_one_picture_claims_one_photo(ledger: LedgerSeam) -> None:
    ledger.note([A, B], NOON)
    ledger.matched(PUBLISHED, "picture-1", 3)
    with pytest.raises(ValueError, match="another photo"):
        ledger.matched(evidence(B, Strength.PUBLISHED), "picture-1", 4)
    assert ledger.waiting() == (B,)


def test_a_match_does_not_weaken_what_was_delivered(ledger: LedgerSeam) -> None:
    ledger.note([A], NOON)
    ledger.believe(evidence(A))
    assert ledger.matched(PUBLISHED, "picture-1", 3) is False
    assert ledger.note([A], NOON)[0].evidence == evidence(A)


def test_doubts_are_kept_until_they_are_settled(reopen: Open) -> None:
    first = reopen()
    first.note([A, B, C], NOON)
    doubts = (Doubt(A.digest, "p1", "cropped", 3), Doubt(B.digest, "p2", "a neighbour has left", 3))
    first.doubt([A.digest, B.digest, C.digest], doubts)
    again = reopen()
    assert sorted(again.doubts(), key=lambda doubt: doubt.picture) == list(doubts)
    assert again.counts(NOON, 0).asked == 2
    again.matched(PUBLISHED, "p1", 3)
    assert again.doubts() == doubts[1:]
    again.doubt([B.digest], ())
    assert again.doubts() == ()


def test_an_import_is_done_once_and_never_undone(reopen: Open) -> None:
    first = reopen()
    assert first.imports_done() == 0
    first.import_done(4)
    first.import_done(3)
    assert reopen().imports_done() == 4
