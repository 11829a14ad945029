"""What the page “Journal” tells of each import: never more answers than there were, and no name of a file."""

from pathlib import Path

import pytest

from agreement.drawers import PAGE
from controller.imported import ImportState
from controller.journal.beginning import begin_by_browser
from controller.journal.ending import End, end
from controller.journal.keeping import keep_house
from controller.journal.view import Journal, view
from controller.shelves import filling
from controller.store.books import SqlStore
from tests.controller.journal import ADA, PAINTING, Desk, desk


@pytest.fixture
def larkfield(store: SqlStore, tmp_path: Path) -> Desk:
    return desk(store, tmp_path)


def seen(larkfield: Desk) -> Journal:
    with larkfield.store.read() as books:
        return view(books, larkfield.shelves)


def names(devices: tuple[object, ...]) -> list[str]:
    return [str(getattr(device, "name", "")) for device in devices]


def test_nothing_was_handed_in_yet(larkfield: Desk) -> None:
    assert seen(larkfield) == Journal((), ())
    assert seen(larkfield).newest is None


def test_who_has_answered_who_has_not_and_who_was_not_asked(larkfield: Desk) -> None:
    one, _two, lost, retired = (larkfield.enrol(name) for name in ("One", "Two", "Three", "Four"))
    larkfield.read({"a.jpg": PAINTING})
    larkfield.store.write(lambda books: books.imports.answered(one, 1, larkfield.at))
    larkfield.store.write(lambda books: books.devices.lost(lost, "20261124-abcd"))
    larkfield.store.write(lambda books: books.devices.retire(retired))
    past = seen(larkfield).past[0]
    assert (names(past.answered), names(past.waiting), names(past.unasked)) == (["One"], ["Two"], ["Three"])
    assert past.is_ready
    assert seen(larkfield).newest == past.held


def test_without_tablets_nobody_has_answered(larkfield: Desk) -> None:
    larkfield.read({"a.jpg": PAINTING})
    keep_house(larkfield.store, larkfield.shelves, larkfield.at)
    past = seen(larkfield).past[0]
    assert (past.answered, past.waiting, past.held.has_pictures) == ((), (), True)


def test_how_far_an_upload_and_a_reading_are(larkfield: Desk) -> None:
    upload = begin_by_browser(larkfield.store, larkfield.shelves, "ada", 4 * PAGE, ADA)
    key = larkfield.shelves.key(upload.key)
    assert key is not None
    larkfield.shelves.place(upload.id)
    assert seen(larkfield).under_way[0].percent == 0
    with filling(larkfield.shelves.upload(upload.id), key) as sealed:
        sealed.write(bytes(PAGE))
    arriving = seen(larkfield).under_way[0]
    assert (arriving.is_upload, arriving.done, arriving.percent) == (True, PAGE, 25)
    larkfield.hand_in({"a.jpg": PAINTING})
    reading = seen(larkfield).under_way[0]
    assert (reading.is_upload, reading.percent) == (False, 0)


def test_one_that_came_to_nothing_says_so(larkfield: Desk) -> None:
    held = larkfield.hand_in({"a.jpg": PAINTING})
    end(larkfield.store, larkfield.shelves, held.id, End(ImportState.REFUSED, "It is damaged.", ADA))
    past = seen(larkfield).past[0]
    assert (past.is_ready, past.held.said, past.waiting) == (False, "It is damaged.", ())
