"""The terms about photos: changed in words, as a new version, refused in the clause's own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.deadlines import DAYS, Closing, span
from controller import photo_rules as use
from controller import standings
from controller.photo_rules import RulesError, days_of, deadline, in_words, rules_of
from controller.records import Author
from controller.store.books import SqlStore
from tests.controller.test_receive import NOON, books_open

ADA = Author("Ada", NOON)
HELD = rules_of(UploadedPhotos())
FORM = {"due": "closing", "closes": "17:30", "day-monday": "yes", "day-thursday": "yes", "hold-for": "2 days"}


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with books_open() as made:
        yield made


def clause(store: SqlStore) -> UploadedPhotos:
    with store.read() as books:
        return standings.terms(books, "main").uploaded_photos


def test_a_change_is_a_new_version_with_its_author(store: SqlStore) -> None:
    use.change(store, "main", use.read(FORM), ADA)
    held = clause(store)
    assert (held.due, held.closing.at, held.closing.days) == ("before closing time", "17:30", ("monday", "thursday"))
    assert (held.act_on_word, held.hold_for) == (False, timedelta(days=2))
    with store.read() as books:
        (version,) = books.agreements.versions("main")
    assert (version.by, version.agreement.version) == ("Ada", 2)
    assert version.why == (
        "Photos must be in the journal before closing time (17:30, Monday and Thursday); a word removes nothing"
    )


def test_what_the_form_does_not_name_stays_as_it_was(store: SqlStore) -> None:
    before = clause(store)
    use.change(store, "main", replace(HELD, within="36  Hours"), ADA)
    assert clause(store) == replace(before, due="36 hours")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"within": "soon"}, "'soon' is no deadline; write “before closing time”"),
        ({"within": "0 hours"}, "a deadline must be longer than nothing"),
        ({"at_closing": True, "closes": "25:00"}, "is no time of day; write it as 18:00"),
        ({"at_closing": True, "closes": ""}, "is no time of day; write it as 18:00"),
        ({"at_closing": True, "days": ()}, "days must be some of"),
        ({"hold_for": "0 hours"}, "longer than nothing"),
        ({"hold_for": "before closing time"}, "held for a length of time"),
        ({"hold_for": "<script>"}, "is no deadline"),
        ({}, "hold already"),
    ],
)
def test_terms_that_cannot_be_are_refused_in_words_and_nothing_changes(
    store: SqlStore, changes: dict[str, object], why: str
) -> None:
    before = clause(store)
    with pytest.raises(RulesError, match=why):
        use.change(store, "main", replace(HELD, **changes), ADA)  # type: ignore[arg-type]  # the tests name real fields
    assert clause(store) == before
    with store.read() as books:
        assert books.agreements.versions("main") == ()


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (DAYS, "every day"),
        (DAYS[:5], "Monday to Friday"),
        (("monday", "wednesday", "friday"), "Monday, Wednesday and Friday"),
        (("saturday",), "Saturday"),
    ],
)
def test_days_are_said_as_a_person_says_them(days: tuple[str, ...], said: str) -> None:
    assert days_of(days) == said


def test_a_deadline_is_said_in_the_agreements_words() -> None:
    assert deadline(UploadedPhotos()) == "within 24 hours"
    closing = UploadedPhotos(due="before closing time", closing=Closing("17:00"))
    assert deadline(closing) == "before closing time (17:00, Monday to Friday)"


@pytest.mark.parametrize("seconds", [1, 60, 90, 3600, 36 * 3600, 72 * 3600, 86_400, 7 * 86_400])
def test_a_length_of_time_in_words_reads_back_as_the_same(seconds: int) -> None:
    assert span(in_words(timedelta(seconds=seconds))) == timedelta(seconds=seconds)
