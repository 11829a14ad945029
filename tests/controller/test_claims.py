"""One picture of the journal is one photo, whichever tablet it is on: who comes first, who is refused, who is told."""

from hashlib import sha256
from pathlib import Path

import pytest

from agreement.imports import Claim, ClaimList, Granted, blinded
from controller import disputes, photos_seen, tablets
from controller.disputes import DisputeError
from controller.imported import Disputed
from controller.journal import claiming
from controller.refusals import RefusalError
from controller.seams import Books
from controller.store.books import SqlStore
from tests.controller.journal import ADA, EXPORT, GARDEN, MORNING, PAINTING, Desk, desk
from tests.fakes.fingerprints import JPEG

PICTURE, OTHER = sha256(PAINTING).hexdigest(), sha256(GARDEN).hexdigest()
DRAFT = sha256(JPEG + b" draft").hexdigest()
FIRST, SECOND = "aa" * 32, "bb" * 32


@pytest.fixture
def larkfield(store: SqlStore, tmp_path: Path) -> Desk:
    """Two tablets, and an export in which a picture counts and a draft does not."""
    made = desk(store, tmp_path)
    made.enrol("Sunflower 1")
    made.enrol("Bluebell 1")
    made.read(EXPORT)
    return made


def claimed(larkfield: Desk, tablet: str, photo: str, picture: str = PICTURE) -> tuple[str, ...]:
    """A tablet claims a picture for a photo; gives what is granted."""
    letter = ClaimList((Claim(picture, blinded(photo, picture)),))

    def job(books: Books) -> Granted:
        claiming.check(books, tablet, 1, letter)
        return claiming.known(books, letter) or claiming.claim(books, tablet, letter, larkfield.now())

    return larkfield.store.write(job).pictures


def open_disputes(larkfield: Desk) -> tuple[Disputed, ...]:
    with larkfield.store.read() as books:
        return books.claims.disputes("main", 9)


def test_the_first_photo_has_the_picture_and_another_one_is_refused(larkfield: Desk) -> None:
    assert claimed(larkfield, "sunflower-1", FIRST) == (PICTURE,)
    assert claimed(larkfield, "bluebell-1", SECOND) == ()
    assert claimed(larkfield, "sunflower-1", SECOND) == ()  # on the same tablet too: its ledger may be a new one
    assert claimed(larkfield, "sunflower-1", FIRST) == (PICTURE,)


def test_the_same_photo_is_granted_again_on_whichever_tablet(larkfield: Desk) -> None:
    for tablet in ("sunflower-1", "bluebell-1", "sunflower-1"):
        assert claimed(larkfield, tablet, FIRST) == (PICTURE,)
    assert open_disputes(larkfield) == ()


def test_a_tablet_that_takes_no_part_any_more_still_had_its_photo(larkfield: Desk) -> None:
    claimed(larkfield, "sunflower-1", FIRST)
    tablets.retire(larkfield.store, "sunflower-1", ADA)
    assert claimed(larkfield, "bluebell-1", SECOND) == ()
    assert claimed(larkfield, "bluebell-1", FIRST) == (PICTURE,)


def test_the_manager_sees_who_came_second_once_and_notes_it(larkfield: Desk) -> None:
    claimed(larkfield, "sunflower-1", FIRST)
    for photo in (SECOND, "cc" * 32, SECOND):
        claimed(larkfield, "bluebell-1", photo)
    assert open_disputes(larkfield) == (Disputed(PICTURE, "bluebell-1", "sunflower-1", MORNING),)
    with larkfield.store.read() as books:
        (second,) = photos_seen.see(books, "main").seconds
    assert second.first == "Sunflower 1"
    disputes.note(larkfield.store, "main", PICTURE, "bluebell-1", ADA)
    claimed(larkfield, "bluebell-1", SECOND)
    assert open_disputes(larkfield) == ()
    with pytest.raises(DisputeError, match="noted already"):
        disputes.note(larkfield.store, "main", PICTURE, "bluebell-1", ADA)


def test_what_an_import_has_not_or_does_not_count_is_not_claimed(larkfield: Desk) -> None:
    for picture in (DRAFT, OTHER, "ee" * 32):
        with pytest.raises(RefusalError) as refused:
            claimed(larkfield, "sunflower-1", FIRST, picture)
        assert refused.value.code == "no_such_picture"


def test_a_name_tells_neither_the_photo_nor_that_two_names_are_of_one() -> None:
    names = {blinded(photo, picture) for photo in (FIRST, SECOND) for picture in (PICTURE, OTHER)}
    assert len(names) == 4
    assert not names & {FIRST, SECOND, PICTURE, OTHER}
    assert blinded(FIRST, PICTURE) == blinded(FIRST, PICTURE)
