"""An export is read: what counts is sealed and has a fingerprint, the rest is counted, nothing is half there."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.exports.entries import Export
from agreement.exports.reading import of_stream
from agreement.exports.refusals import REFUSALS
from agreement.facts import Publication
from controller import standings
from controller.imported import ImportState, Tally
from controller.journal.ending import End, JournalError, end
from controller.notices import JOURNAL, standing_of
from controller.records import Author
from controller.shelves import drawer
from controller.store.books import SqlStore
from tests.controller.journal import EXPORT, GARDEN, PAINTING, SONG, WEEK, Desk, desk
from tests.fakes.fingerprints import JPEG
from tests.parts import exports
from tests.parts.exports import PDF, zipped

EVERY = frozenset(Publication)


@pytest.fixture
def larkfield(store: SqlStore, tmp_path: Path) -> Desk:
    return desk(store, tmp_path)


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def test_what_counts_is_known_and_the_rest_is_counted(larkfield: Desk) -> None:
    ready = larkfield.read(EXPORT)
    assert ready.state is ImportState.READY
    assert ready.tally == Tally(pictures=1, videos=1, drafts=1, staff_only=1, untold=1, undecodable=1, others=1, pdfs=1)
    assert (ready.number, ready.entries, ready.done) == (1, len(EXPORT), len(EXPORT))
    assert ready.source == "journal export of 24 November 2026 (import 1)"
    assert ready.kept_until == larkfield.at + WEEK
    assert larkfield.files(ready.id) == {digest(PAINTING), digest(SONG)}
    with larkfield.store.read() as books:
        index = books.imports.index(ready.id, "", 10, EVERY)
    assert {one.digest: one.publication for one in index} == {
        digest(PAINTING): Publication.IN_JOURNAL,
        digest(SONG): Publication.IN_JOURNAL,
    }


def test_a_picture_lies_sealed_under_the_key_of_its_import(larkfield: Desk) -> None:
    ready = larkfield.read(EXPORT)
    path, key = larkfield.shelves.picture(ready.id, digest(PAINTING)), larkfield.shelves.key(ready.key)
    assert PAINTING not in path.read_bytes()
    assert key is not None
    with drawer(path, key) as opened:
        assert opened.read() == PAINTING


def test_every_tablet_is_told_that_there_is_something_to_ask_for(larkfield: Desk) -> None:
    device = larkfield.enrol("Sunflower 1")
    rung: set[str] = set()
    larkfield.store = SqlStore(larkfield.store.database, rung.update)
    larkfield.read(EXPORT)
    with larkfield.store.read() as books:
        standing = standings.of(books, device)
    assert standing is not None
    assert (standing.imports, standing.sequence) == (1, 2)
    assert {JOURNAL, standing_of(device)} <= rung


def test_a_picture_that_came_before_keeps_its_fingerprint_and_counts_as_known(larkfield: Desk) -> None:
    larkfield.read({"painting.jpg": PAINTING})
    second = larkfield.read({"another name.jpg": PAINTING, "garden.jpg": GARDEN})
    assert (second.number, second.tally) == (2, Tally(pictures=2, known=1))
    assert larkfield.taken == [digest(PAINTING), digest(GARDEN)]


def test_numbers_follow_the_order_in_which_imports_become_ready(larkfield: Desk) -> None:
    first = larkfield.hand_in({"a.jpg": PAINTING})
    assert larkfield.read({"b.jpg": GARDEN}).number == 1
    late = larkfield.reading.run(first.id, lambda: of_stream(io.BytesIO(zipped({"a.jpg": PAINTING}))))
    assert late.number == 2


def test_an_export_that_tells_nothing_counts_as_published(larkfield: Desk) -> None:
    assert larkfield.read({"a.jpg": PAINTING, "b.jpg": GARDEN}).tally == Tally(pictures=2)


def test_the_agreement_says_what_counts(larkfield: Desk) -> None:
    counted = UploadedPhotos(counts_as_added=frozenset({Publication.STAFF_ONLY}))
    larkfield.store.write(
        lambda books: standings.change(
            books, "main", lambda held: replace(held, uploaded_photos=counted), Author("Ada", larkfield.at), "x"
        )
    )
    ready = larkfield.read(EXPORT)
    assert ready.tally.pictures == 1
    assert larkfield.files(ready.id) == {digest(EXPORT["Staff only/list.jpg"])}


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("corrupt", exports.corrupt()),
        ("corrupt", exports.lying(5)),
        ("nested", zipped({"a.jpg": PAINTING, "more.dat": zipped({"b.jpg": GARDEN})})),
        ("only_pdfs", zipped({"book": PDF, "other": PDF})),
        ("only_drafts", zipped({"Drafts/a.jpg": PAINTING})),
        ("undecodable", zipped({"a.jpg": JPEG + b"broken"})),
        ("empty", zipped({"readme.txt": b"x"})),
    ],
)
def test_of_a_refused_export_nothing_is_kept(larkfield: Desk, code: str, content: bytes) -> None:
    held = larkfield.hand_in({"a.jpg": PAINTING, "b.jpg": GARDEN})
    ended = larkfield.reading.run(held.id, lambda: of_stream(io.BytesIO(content)))
    assert (ended.state, ended.said, ended.number) == (ImportState.REFUSED, REFUSALS[code], None)
    assert nothing_is_kept(larkfield, held.id)


def nothing_is_kept(larkfield: Desk, ident: int) -> bool:
    with larkfield.store.read() as books:
        known = [books.imports.known(digest(one)) for one in (PAINTING, GARDEN)]
        index = books.imports.index(ident, "", 10, EVERY)
        newest = books.imports.newest()
    left = [*larkfield.shelves.keys.iterdir(), *larkfield.shelves.folder.iterdir()]
    return (known, index, newest, left) == ([None, None], (), 0, [])


def test_what_a_refused_export_shares_with_another_stays(larkfield: Desk) -> None:
    first = larkfield.read({"a.jpg": PAINTING})
    files = {"a.jpg": PAINTING, "b.jpg": GARDEN, "c.zip": zipped({"d.jpg": SONG})}
    assert larkfield.read(files).state is ImportState.REFUSED
    with larkfield.store.read() as books:
        assert books.imports.known(digest(PAINTING)) is not None
        assert books.imports.known(digest(GARDEN)) is None
    assert larkfield.files(first.id) == {digest(PAINTING)}


class PowerCutError(Exception):
    """The power went."""


def failing(larkfield: Desk, files: dict[str, bytes], at: int) -> Export:
    """An export whose reading is cut off at this file."""
    export = of_stream(io.BytesIO(zipped(files)))

    @contextmanager
    def cut() -> Iterator[io.BytesIO]:
        larkfield.at += timedelta(minutes=1)
        raise PowerCutError
        yield io.BytesIO()

    entries = list(export.entries)
    entries[at] = replace(entries[at], open=cut)
    return Export(tuple(entries), export.tells)


def test_reading_that_was_cut_off_goes_on_where_it_was(larkfield: Desk) -> None:
    files = {f"{n:03}.jpg": JPEG + str(n).encode() for n in range(130)}
    held = larkfield.hand_in(files)
    with pytest.raises(PowerCutError):
        larkfield.reading.run(held.id, lambda: failing(larkfield, files, 120))
    half = larkfield.held(held.id)
    assert half.state is ImportState.READING
    assert 50 <= half.done <= 120
    assert half.tally.pictures == half.done
    again = larkfield.hand_in(files)
    assert again.id == held.id
    before = len(larkfield.taken)
    ready = larkfield.reading.run(held.id, lambda: of_stream(io.BytesIO(zipped(files))))
    assert (ready.tally, ready.number) == (Tally(pictures=130), 1)
    assert len(larkfield.taken) - before == 130 - half.done
    assert len(larkfield.files(held.id)) == 130


def test_half_an_import_is_offered_to_nobody(larkfield: Desk) -> None:
    files = {f"{n:03}.jpg": JPEG + str(n).encode() for n in range(130)}
    held = larkfield.hand_in(files)
    with pytest.raises(PowerCutError):
        larkfield.reading.run(held.id, lambda: failing(larkfield, files, 120))
    with larkfield.store.read() as books:
        assert (books.imports.newest(), books.imports.ready_after(0, 10), books.imports.numbered(1)) == (0, (), None)
        assert books.imports.holding(digest(files["000.jpg"]), EVERY) == ()


def test_another_export_in_its_place_is_read_from_the_beginning(larkfield: Desk) -> None:
    files = {f"{n:03}.jpg": JPEG + str(n).encode() for n in range(130)}
    held = larkfield.hand_in(files)
    with pytest.raises(PowerCutError):
        larkfield.reading.run(held.id, lambda: failing(larkfield, files, 120))
    ready = larkfield.reading.run(held.id, lambda: of_stream(io.BytesIO(zipped({"a.jpg": PAINTING}))))
    assert (ready.tally, ready.done) == (Tally(pictures=1), 1)
    with larkfield.store.read() as books:
        assert [one.digest for one in books.imports.index(held.id, "", 200, EVERY)] == [digest(PAINTING)]


def test_who_cancels_while_it_is_read_is_obeyed(larkfield: Desk) -> None:
    files = {f"{n:03}.jpg": JPEG + str(n).encode() for n in range(200)}
    held = larkfield.hand_in(files)
    reading = replace(larkfield.reading, tell=lambda one: cancel(larkfield, one.id))
    ended = reading.run(held.id, lambda: of_stream(io.BytesIO(zipped(files))))
    assert (ended.state, ended.said) == (ImportState.CANCELLED, "by Ada")
    assert nothing_is_kept(larkfield, held.id)


def cancel(larkfield: Desk, ident: int) -> None:
    end(larkfield.store, larkfield.shelves, ident, End(ImportState.CANCELLED, "by Ada", Author("Ada", larkfield.at)))


def test_two_processes_do_not_read_the_same_import(larkfield: Desk) -> None:
    held = larkfield.hand_in({"a.jpg": PAINTING})
    with larkfield.shelves.alone(held.id), pytest.raises(JournalError, match="being read already"):
        larkfield.reading.run(held.id, lambda: of_stream(io.BytesIO(zipped({"a.jpg": PAINTING}))))


def test_every_child_is_ended_whatever_happens(larkfield: Desk) -> None:
    larkfield.read(EXPORT)
    held = larkfield.hand_in({"a.jpg": PAINTING})
    with pytest.raises(PowerCutError):
        larkfield.reading.run(held.id, lambda: failing(larkfield, {"a.jpg": PAINTING}, 0))
    assert larkfield.made
    assert all(one.closed for one in larkfield.made)


def test_no_name_of_a_file_is_written_anywhere(larkfield: Desk, tmp_path: Path) -> None:
    larkfield.read({"Daisy Miller/Daisy on the swing.jpg": PAINTING})
    for path in tmp_path.rglob("*"):
        assert "Daisy" not in path.name
        assert not path.is_file() or b"Daisy" not in path.read_bytes()
