"""How long the journal's pictures stay: until every tablet has answered or the week is over, come what may."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from agreement.facts import Publication
from controller.imported import Import, ImportState
from controller.journal import keeping
from controller.journal.beginning import begin_by_browser, upload_of
from controller.journal.ending import JournalError
from controller.journal.keeping import ANSWERED, HALF_WAY, LEFT, LOST_KEY, OVER, keep_house
from controller.journal.offering import check_tablet, picture
from controller.refusals import RefusalError
from controller.shelves import Shelves
from controller.store.books import SqlStore
from tests.controller.journal import ADA, GARDEN, PAINTING, WEEK, Desk, desk

FILES = {"a.jpg": PAINTING, "b.jpg": GARDEN}
DIGEST = sha256(PAINTING).hexdigest()


@pytest.fixture
def larkfield(store: SqlStore, tmp_path: Path) -> Desk:
    return desk(store, tmp_path)


class PowerCutError(Exception):
    """The power went."""


def look(larkfield: Desk) -> None:
    keep_house(larkfield.store, larkfield.shelves, larkfield.at)


def answer(larkfield: Desk, device: str, number: int = 1) -> None:
    larkfield.store.write(lambda books: books.imports.answered(device, number, larkfield.at))


def are_gone(larkfield: Desk, held: Import) -> bool:
    """Whether key and files are gone, with the fingerprints still there."""
    with larkfield.store.read() as books:
        assert books.imports.known(DIGEST) is not None
        assert len(books.imports.index(held.id, "", 10, frozenset(Publication))) == 2
    return larkfield.shelves.key(held.key) is None and larkfield.files(held.id) == set()


def test_pictures_stay_while_a_tablet_has_not_answered(larkfield: Desk) -> None:
    one, _two = larkfield.enrol("Sunflower 1"), larkfield.enrol("Sunflower 2")
    held = larkfield.read(FILES)
    answer(larkfield, one)
    larkfield.at += WEEK - timedelta(seconds=1)
    look(larkfield)
    assert larkfield.held(held.id).has_pictures
    assert len(larkfield.files(held.id)) == 2


def test_they_go_when_every_tablet_has_answered(larkfield: Desk) -> None:
    tablets = larkfield.enrol("Sunflower 1"), larkfield.enrol("Sunflower 2")
    held = larkfield.read(FILES)
    for tablet in tablets:
        answer(larkfield, tablet)
    look(larkfield)
    assert are_gone(larkfield, held)
    told = larkfield.held(held.id)
    assert (told.gone_at, told.gone_why) == (larkfield.at, ANSWERED)
    with larkfield.store.read() as books:
        assert "Removed the pictures of import 1" in books.audit.latest(1)[0].what


def test_they_go_when_the_week_is_over(larkfield: Desk) -> None:
    larkfield.enrol("Sunflower 1")
    held = larkfield.read(FILES)
    larkfield.at += WEEK
    look(larkfield)
    assert are_gone(larkfield, held)
    assert larkfield.held(held.id).gone_why == OVER


def test_a_nursery_without_tablets_keeps_them_for_the_week(larkfield: Desk) -> None:
    held = larkfield.read(FILES)
    look(larkfield)
    assert larkfield.held(held.id).has_pictures


def test_a_lost_a_held_and_a_retired_tablet_are_not_waited_for(larkfield: Desk) -> None:
    good, lost, held, retired = (larkfield.enrol(name) for name in ("One", "Two", "Three", "Four"))
    ready = larkfield.read(FILES)
    larkfield.store.write(lambda books: books.devices.lost(lost, "20261124-abcd"))
    larkfield.store.write(lambda books: books.devices.hold(held, "clone", "two agents", larkfield.at))
    larkfield.store.write(lambda books: books.devices.retire(retired))
    answer(larkfield, good)
    look(larkfield)
    assert are_gone(larkfield, ready)


def test_a_tablet_that_comes_later_is_waited_for_as_well(larkfield: Desk) -> None:
    one = larkfield.enrol("Sunflower 1")
    held = larkfield.read(FILES)
    larkfield.enrol("Sunflower 2")
    answer(larkfield, one)
    look(larkfield)
    assert larkfield.held(held.id).has_pictures


def test_an_answer_counts_for_every_import_up_to_it(larkfield: Desk) -> None:
    device = larkfield.enrol("Sunflower 1")
    first, second = larkfield.read(FILES), larkfield.read({"c.jpg": PAINTING})
    with larkfield.store.read() as books:
        assert books.imports.newest() == 2
    answer(larkfield, device, 1)
    look(larkfield)
    assert are_gone(larkfield, first)
    assert larkfield.held(second.id).has_pictures
    with larkfield.store.read() as books:
        assert [held.id for held, _ in books.imports.holding(DIGEST, frozenset(Publication))] == [second.id]
    answer(larkfield, device, 2)
    look(larkfield)
    assert not larkfield.held(second.id).has_pictures


@pytest.mark.parametrize("step", ["burn", "gone", "clear"])
def test_killed_while_they_go_the_next_look_does_the_rest(
    larkfield: Desk, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = larkfield.read(FILES)
    larkfield.at += WEEK

    def cut(*_: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patched:
        patched.setattr(*{"gone": (keeping, "gone"), "burn": (Shelves, "burn"), "clear": (Shelves, "clear")}[step], cut)
        with pytest.raises(PowerCutError):
            look(larkfield)
    look(larkfield)
    assert are_gone(larkfield, held)
    assert larkfield.held(held.id).gone_why == OVER


def test_pictures_without_their_key_are_said_to_be_gone(larkfield: Desk) -> None:
    larkfield.enrol("Sunflower 1")
    held = larkfield.read(FILES)
    larkfield.shelves.burn(held.key)
    look(larkfield)
    assert are_gone(larkfield, held)
    assert larkfield.held(held.id).gone_why == LOST_KEY


def test_a_tablet_is_told_that_a_picture_is_gone(larkfield: Desk) -> None:
    device = larkfield.enrol("Sunflower 1")
    larkfield.read(FILES)
    with larkfield.store.read() as books:
        assert picture(books, device, DIGEST).size == len(PAINTING)
        assert check_tablet(books, device) == "main"
    answer(larkfield, device)
    look(larkfield)
    with larkfield.store.read() as books, pytest.raises(RefusalError) as refused:
        picture(books, device, DIGEST)
    assert refused.value.code == "picture_gone"


def test_what_was_left_half_way_for_days_goes(larkfield: Desk) -> None:
    upload = begin_by_browser(larkfield.store, larkfield.shelves, "ada", 1000, ADA)
    desk_one = larkfield.hand_in(FILES)
    larkfield.shelves.place(upload.id)
    larkfield.at += HALF_WAY - timedelta(seconds=1)
    look(larkfield)
    assert larkfield.held(upload.id).state is ImportState.RECEIVING
    larkfield.at += timedelta(seconds=1)
    look(larkfield)
    for ident in (upload.id, desk_one.id):
        ended = larkfield.held(ident)
        assert (ended.state, ended.said) == (ImportState.CANCELLED, LEFT)
    assert list(larkfield.shelves.keys.iterdir()) == []
    assert upload_of(larkfield.store, upload.token, "ada") is None


def test_what_the_books_do_not_know_is_swept_away(larkfield: Desk) -> None:
    held = larkfield.read(FILES)
    (larkfield.shelves.place(4711) / "part").write_bytes(b"x")
    larkfield.shelves.upload(held.id).write_bytes(b"x")
    stray = larkfield.shelves.make_key()
    look(larkfield)
    assert larkfield.files(4711) == set()
    assert not larkfield.shelves.upload(held.id).exists()
    assert larkfield.shelves.key(stray) is not None  # it may belong to an import that is about to begin


def test_an_old_key_that_nothing_needs_goes(larkfield: Desk) -> None:
    stray = larkfield.shelves.make_key()
    larkfield.shelves.sweep_keys(frozenset({stray}), larkfield.at + 10_000 * WEEK)
    assert larkfield.shelves.key(stray) is not None
    larkfield.shelves.sweep_keys(frozenset(), larkfield.at + 10_000 * WEEK)
    assert larkfield.shelves.key(stray) is None


def test_keys_that_cannot_be_written_are_told_with_their_mend(larkfield: Desk) -> None:
    larkfield.shelves.keys.parent.joinpath("file").write_text("in the way")
    blocked = Shelves(larkfield.shelves.folder, larkfield.shelves.keys.parent / "file" / "keys")
    with pytest.raises(JournalError, match=r"name another folder: keys, in controller\.toml"):
        begin_by_browser(larkfield.store, blocked, "ada", 10, ADA)


def test_a_disk_without_room_takes_nothing(larkfield: Desk) -> None:
    full = FullShelves(larkfield.shelves.folder, larkfield.shelves.keys)
    with pytest.raises(JournalError, match=r"2\.0 GB are needed, and 0\.9 GB are free"):
        begin_by_browser(larkfield.store, full, "ada", 10**9, ADA)
    with larkfield.store.read() as books:
        assert books.imports.every(10) == ()


class FullShelves(Shelves):
    """Shelves on a disk with two gigabytes left."""

    def room(self) -> int:
        """Free bytes."""
        return 2 * 10**9
