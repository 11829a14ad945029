"""How things are said."""

from datetime import UTC, datetime, timedelta

import pytest

from controller.words import Wall, age, lasting, listed, number, opening, plain, several, size
from tests.controller.cast import NOW, WALL, ago


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Larkfield", "Larkfield"),
        ("gpj\u202eexe.", "gpj⟨U+202E⟩exe."),
        ("two\nlines", "two⟨U+000A⟩lines"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("\ud800", "⟨U+D800⟩"),
        ("Søren’s Wi-Fi ☕", "Søren’s Wi-Fi ☕"),
    ],
)
def test_what_cannot_be_seen_in_a_name_is_made_visible(raw: str, shown: str) -> None:
    assert plain(raw) == shown


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (ago(minutes=42), "13:20"),
        (ago(days=1), "yesterday 14:02"),
        (ago(days=3), "Tuesday 14:02"),
        (ago(days=20), "17 October 15:02"),
        (ago(days=400), "2 October 2025 15:02"),
    ],
)
def test_times_are_said_as_the_clock_on_the_wall_shows_them_in_summer_too(at: datetime, shown: str) -> None:
    assert WALL.moment(at) == shown


def test_a_time_within_a_sentence_has_its_preposition() -> None:
    assert [WALL.at(ago(minutes=42)), WALL.at(ago(days=1)), WALL.at(ago(days=3))] == [
        "at 13:20",
        "yesterday at 14:02",
        "on Tuesday at 14:02",
    ]


def test_an_exact_time_names_its_zone() -> None:
    assert WALL.exact(NOW) == "Friday 6 November 2026, 14:02:00 GMT"
    assert WALL.stamp(datetime(2026, 7, 1, 12, tzinfo=UTC)) == "1 Jul 2026, 13:00:00 BST"


def test_a_day_begins_at_midnight_on_the_wall_and_not_in_utc() -> None:
    night = Wall(datetime(2026, 7, 1, 23, 30, tzinfo=UTC))
    assert night.moment(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "yesterday 23:30"


def test_a_tablet_whose_clock_runs_ahead_was_heard_just_now() -> None:
    assert WALL.ago(NOW + timedelta(minutes=3)) == "just now"
    assert age(timedelta(seconds=-200)) == "0 s"


@pytest.mark.parametrize(
    ("span", "short", "long"),
    [
        (timedelta(seconds=12), "12 s", "12 seconds"),
        (timedelta(minutes=57), "57 min", "57 minutes"),
        (timedelta(hours=1), "1 h", "1 hour"),
        (timedelta(hours=30), "30 h", "30 hours"),
        (timedelta(days=2), "2 days", "2 days"),
    ],
)
def test_spans_are_said_in_the_unit_that_fits(span: timedelta, short: str, long: str) -> None:
    assert (age(span), lasting(span)) == (short, long)


def test_counts_and_lists_read_as_sentences() -> None:
    assert (several(1, "photo"), several(3, "photo"), several(2, "copy", "copies")) == (
        "1 photo",
        "3 photos",
        "2 copies",
    )
    assert (number(3), number(40)) == ("three", "40")
    assert (listed(["Ada"]), listed(["Ada", "Ben", "Cleo"])) == ("Ada", "Ada, Ben and Cleo")
    assert opening("iPad is off") == "IPad is off"


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 bytes"), (1500, "1.5 kB"), (11_400_000, "11 MB"), (10**13, "10.0 TB")]
)
def test_sizes_are_said_in_the_unit_that_fits(count: int, shown: str) -> None:
    assert size(count) == shown
