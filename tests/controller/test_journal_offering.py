"""What tablets are offered, page by page: whole, in order, bounded, and only what counts by the terms that hold."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from agreement.facts import Publication
from agreement.imports import MAX_LETTER, MAX_PAGE, MAX_PAGE_BYTES, IndexPage, read_page, write
from controller import standings
from controller.imported import Import, Picture
from controller.journal.offering import page, ready
from controller.records import Author
from controller.refusals import RefusalError
from controller.seams import Books
from controller.store.books import SqlStore
from tests.controller.journal import PAINTING, Desk, desk

MANY = 2 * MAX_PAGE + 50


@pytest.fixture
def larkfield(store: SqlStore, tmp_path: Path) -> Desk:
    made = desk(store, tmp_path)
    made.enrol("Sunflower 1")
    return made


def fill(larkfield: Desk, held: Import, count: int, size: int, publication: Publication) -> None:
    """Let an import hold so many more pictures, each with a fingerprint of so many bytes."""

    def filled(books: Books) -> None:
        looks = msgspec.json.encode({"pdq": "x" * size})
        books.imports.add(held.id, [Picture(f"{n:064x}", 1, "picture", publication, looks) for n in range(count)])

    larkfield.store.write(filled)


def pages(larkfield: Desk, number: int = 1) -> list[IndexPage]:
    """Every page of an index, as a tablet asks for one after the other."""
    found, after = [], ""
    while True:
        with larkfield.store.read() as books:
            found.append(page(books, "sunflower-1", number, after))
        if found[-1].following is None:
            return found
        after = found[-1].following


def test_a_long_index_comes_whole_and_in_order(larkfield: Desk) -> None:
    held = larkfield.read({"a.jpg": PAINTING})
    fill(larkfield, held, MANY, 10, Publication.IN_JOURNAL)
    found = pages(larkfield)
    ids = [one.id for each in found for one in each.pictures]
    assert len(ids) == MANY + 1
    assert ids == sorted(set(ids))
    assert all(len(one.pictures) <= MAX_PAGE for one in found)


def test_a_page_is_bounded_by_its_bytes_too(larkfield: Desk) -> None:
    held = larkfield.read({"a.jpg": PAINTING})
    fill(larkfield, held, 300, 20_000, Publication.IN_JOURNAL)
    found = pages(larkfield)
    assert len(found) > 2
    for one in found:
        written = write(one)
        assert len(written) < MAX_LETTER
        assert read_page(written).number == 1
    assert sum(len(one.pictures) for one in found) == 301
    assert MAX_PAGE_BYTES < MAX_LETTER


def test_what_does_not_count_any_more_is_offered_no_more(larkfield: Desk) -> None:
    held = larkfield.read({"a.jpg": PAINTING})
    fill(larkfield, held, 5, 10, Publication.STAFF_ONLY)
    assert [one.publication for one in pages(larkfield)[0].pictures] == [Publication.UNKNOWN]
    counted = frozenset({Publication.STAFF_ONLY})
    larkfield.store.write(lambda books: change(books, counted, larkfield))
    assert {one.publication for one in pages(larkfield)[0].pictures} == counted


def change(books: Books, counted: frozenset[Publication], larkfield: Desk) -> None:
    """Let something else count as added."""
    standings.change(
        books,
        "main",
        lambda held: replace(held, uploaded_photos=replace(held.uploaded_photos, counts_as_added=counted)),
        Author("Ada", larkfield.at),
        "what counts",
    )


def test_a_stranger_is_offered_nothing(larkfield: Desk) -> None:
    with larkfield.store.read() as books, pytest.raises(RefusalError) as refused:
        ready(books, "nobody", 0)
    assert refused.value.code == "retired"
