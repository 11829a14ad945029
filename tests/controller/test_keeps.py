"""Asking to keep a photo for a while: allowed until a time or not, ended by itself, and by whatever ends the photo."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from agreement.facts import Keep, Word
from agreement.letters import What
from controller import keeps as use
from controller import standings, tablets
from controller.keeps import KeepError
from controller.photo_records import KeepAsked
from controller.records import Author
from tests.controller import photo_cast as cast
from tests.controller.photo_cast import ADA, BEN, Sunflower, asks, digest, sunflower
from tests.controller.test_receive import DEVICE, NOON

PHOTO = (DEVICE, digest())


@pytest.fixture
def one() -> Iterator[Sunflower]:
    with sunflower() as made:
        made.tell(asks())
        yield made


def waiting(one: Sunflower) -> list[KeepAsked]:
    with one.store.read() as books:
        return list(books.keeps.open("main", 9))


def sent(one: Sunflower) -> tuple[Keep, ...]:
    with one.store.read() as books:
        standing = standings.of(books, DEVICE)
    assert standing is not None
    return standing.keeps


def test_what_is_asked_waits_for_the_manager(one: Sunflower) -> None:
    assert [(ask.device, ask.digest, ask.taken_at, ask.asked_at) for ask in waiting(one)] == [
        (DEVICE, digest(), cast.TAKEN, NOON)
    ]
    assert sent(one) == ()


@pytest.mark.parametrize(
    ("answer", "until"),
    [
        ("closing", datetime(2026, 1, 5, 18, tzinfo=UTC)),  # Monday's closing time
        ("day", NOON + timedelta(days=1)),
        ("week", NOON + timedelta(weeks=1)),
    ],
)
def test_what_is_allowed_reaches_the_tablet_with_its_end(one: Sunflower, answer: str, until: datetime) -> None:
    use.decide(one.store, "main", PHOTO, answer, ADA)
    receipt = one.tell()
    assert receipt.standing is not None
    assert receipt.standing.keeps == (Keep(digest(), until),)
    assert waiting(one) == []
    assert one.audit()[0][1].startswith("Allowed a photo")


def test_what_is_not_allowed_is_told_to_nobody_and_asked_again_only_by_a_person(one: Sunflower) -> None:
    use.decide(one.store, "main", PHOTO, "no", ADA)
    assert one.tell().standing is None
    assert waiting(one) == []
    one.tell(asks())
    assert len(waiting(one)) == 1


def test_asking_again_does_not_take_away_what_is_allowed(one: Sunflower) -> None:
    use.decide(one.store, "main", PHOTO, "week", ADA)
    one.tell(asks())
    assert len(sent(one)) == 1
    assert waiting(one) == []


@pytest.mark.parametrize("answer", ["", "forever", "WEEK"])
def test_an_answer_that_is_none_is_refused(one: Sunflower, answer: str) -> None:
    with pytest.raises(KeepError, match="choose"):
        use.decide(one.store, "main", PHOTO, answer, ADA)
    assert len(waiting(one)) == 1


def test_the_first_of_two_managers_decides(one: Sunflower) -> None:
    use.decide(one.store, "main", PHOTO, "day", ADA)
    with pytest.raises(KeepError, match="nobody asks"):
        use.decide(one.store, "main", PHOTO, "no", BEN)
    assert len(sent(one)) == 1


@pytest.mark.parametrize(
    "end",
    [asks(word=None), asks(word=Word.ADDED), cast.held(cast.fresh_key()), cast.purged(), cast.missed(still_held=False)],
    ids=["taken back", "another word", "held", "purged", "gone"],
)
def test_whatever_ends_the_photo_or_the_word_withdraws_it(one: Sunflower, end: What) -> None:
    use.decide(one.store, "main", PHOTO, "week", ADA)
    receipt = one.tell(end)
    assert receipt.standing is not None
    assert receipt.standing.keeps == ()
    with pytest.raises(KeepError, match="nobody asks"):
        use.decide(one.store, "main", PHOTO, "day", ADA)


def test_what_is_allowed_can_be_withdrawn_and_the_tablet_hears_of_it(one: Sunflower) -> None:
    use.decide(one.store, "main", PHOTO, "week", ADA)
    one.tell()
    with one.store.read() as books:
        assert [keep.digest for keep in books.keeps.running("main", NOON, 9)] == [digest()]
    use.withdraw(one.store, "main", PHOTO, BEN)
    receipt = one.tell()
    assert receipt.standing is not None
    assert receipt.standing.keeps == ()
    assert one.audit()[0] == ("Ben", f"Ended that a photo (digest {digest()[:16]}…) may stay on Sunflower 1")
    with one.store.read() as books:
        assert books.keeps.running("main", NOON, 9) == ()
    assert waiting(one) == []
    one.tell(asks())
    assert len(waiting(one)) == 1  # someone may ask again


def test_only_what_is_allowed_now_can_be_withdrawn(one: Sunflower) -> None:
    for author in (ADA, Author("Ada", NOON + timedelta(days=2))):
        with pytest.raises(KeepError, match="not kept any more"):
            use.withdraw(one.store, "main", PHOTO, author)
        if author is ADA:
            use.decide(one.store, "main", PHOTO, "day", ADA)
    with pytest.raises(KeepError, match="does not take part"):
        use.withdraw(one.store, "elsewhere", PHOTO, ADA)


def test_it_ends_by_itself(one: Sunflower) -> None:
    use.decide(one.store, "main", PHOTO, "day", ADA)
    one.store.write(lambda books: use.forget(books, NOON + timedelta(hours=23)))
    assert len(sent(one)) == 1
    one.store.write(lambda books: use.forget(books, NOON + timedelta(hours=25)))
    assert sent(one) == ()


def test_a_tablet_that_takes_no_part_asks_nothing(one: Sunflower) -> None:
    tablets.retire(one.store, DEVICE, ADA)
    assert waiting(one) == []
    with pytest.raises(KeepError, match="does not take part"):
        use.decide(one.store, "main", PHOTO, "day", ADA)
    with pytest.raises(KeepError, match="does not take part"):
        use.decide(one.store, "elsewhere", PHOTO, "day", ADA)


def test_a_thousand_that_may_stay_are_sent_up_to_the_most_that_fit(one: Sunflower) -> None:
    until = NOON + timedelta(days=1)
    many = [
        KeepAsked(DEVICE, digest(n), NOON, NOON, NOON, "Ada", NOON, until + timedelta(minutes=n)) for n in range(1000)
    ]
    for ask in many:
        one.store.write(lambda books, ask=ask: books.keeps.put(ask))  # type: ignore[misc]  # bound here
    kept = sent(one)
    assert len(kept) == standings.KEEPS
    assert min(keep.until for keep in kept) == until + timedelta(minutes=500)
