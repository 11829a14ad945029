"""What the manager has to see of photos: with the fate of each, as far as the tablet has told."""

from collections.abc import Iterator

import pytest

from agreement.letters import What
from controller import photos_seen as use
from controller import tablets
from controller.imported import Import, ImportState, Way
from controller.key_file import NO_KEY
from controller.photos_seen import Fate, PhotosSeen
from controller.seams import Books
from tests.controller import photo_cast as cast
from tests.controller.photo_cast import ADA, Sunflower, asks, held, missed, sunflower
from tests.controller.test_receive import DEVICE, NOON


@pytest.fixture
def one() -> Iterator[Sunflower]:
    with sunflower() as made:
        yield made


def seen(one: Sunflower) -> PhotosSeen:
    with one.store.read() as books:
        return use.see(books, "main")


def export_three(books: Books) -> None:
    """The third export of the journal was read at noon."""
    ready = Import(0, 3, ImportState.READY, Way.COMMAND, "", "", "Ada", NOON, NOON, 0, "", ready_at=NOON)
    books.imports.begin(ready)


@pytest.mark.parametrize(
    ("told", "fate"),
    [
        ((missed(still_held=False),), Fate.GONE),
        ((held(cast.fresh_key()), missed()), Fate.STUCK),
        ((missed(), cast.restored()), Fate.BACK),
        ((missed(),), Fate.GONE),  # it was held, and nothing is known of it here any more
    ],
    ids=["gone", "stuck", "back", "unknown"],
)
def test_each_photo_has_its_fate(one: Sunflower, told: tuple[What, ...], fate: Fate) -> None:
    one.tell(*told)
    (photo,) = seen(one).missed
    assert photo.fate is fate


def test_one_that_is_on_its_way_back_is_coming_until_the_tablet_says_so(one: Sunflower) -> None:
    one.tell(held(one.key), missed())
    assert [photo.fate for photo in seen(one).missed] == [Fate.COMING]
    one.tell(cast.restored())
    assert [photo.fate for photo in seen(one).missed] == [Fate.BACK]
    assert seen(one).held == {}


def test_one_that_was_let_go_after_all_is_gone(one: Sunflower) -> None:
    one.tell(held(one.key), missed())
    one.tell(cast.discarded())
    assert [photo.fate for photo in seen(one).missed] == [Fate.GONE]


def test_an_export_is_known_by_the_time_at_which_it_was_read(one: Sunflower) -> None:
    one.tell(missed(still_held=False), missed(2, still_held=False, export=9))
    one.store.write(export_three)
    assert {photo.photo.number: photo.export_at for photo in seen(one).missed} == {3: NOON, 9: None}


def test_what_waits_on_a_retired_tablet_waits_for_nobody(one: Sunflower) -> None:
    one.tell(held(one.key), asks(2), missed(3, still_held=False))
    view = seen(one)
    assert (len(view.missed), len(view.asks), view.held, view.trouble) == (1, 1, {DEVICE: 1}, "")
    tablets.retire(one.store, DEVICE, ADA)
    assert seen(one) == PhotosSeen()


def test_without_a_key_the_trouble_is_said(one: Sunflower) -> None:
    assert seen(one.with_key(NO_KEY)).trouble == NO_KEY.trouble
