"""Deadlines in the agreement's own words, on the nursery's own clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.deadlines import DAYS, Closing, due, span

MONDAY_NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LARKFIELD = Closing("18:00", DAYS[:5], "Europe/London")


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("24 hours", timedelta(hours=24)),
        ("1 hour", timedelta(hours=1)),
        ("  2   Days ", timedelta(days=2)),
        ("30 minutes", timedelta(minutes=30)),
        ("1 week", timedelta(weeks=1)),
        ("before closing time", None),
        ("Closing time", None),
    ],
)
def test_the_words_of_the_agreement_are_understood(words: str, length: timedelta | None) -> None:
    assert span(words) == length


@pytest.mark.parametrize(
    "words", ["", "soon", "24", "hours", "-1 hours", "1.5 hours", "24 hours or so", "0 days", "٣ days x"]
)
def test_other_words_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"24 hours|longer than nothing"):
        span(words)


def test_what_is_taken_before_closing_is_due_at_closing() -> None:
    assert due("before closing time", LARKFIELD, MONDAY_NOON) == MONDAY_NOON.replace(hour=18)


def test_what_is_taken_at_or_after_closing_has_until_the_next_closing() -> None:
    assert due("closing time", LARKFIELD, MONDAY_NOON.replace(hour=18)) == datetime(2026, 1, 6, 18, tzinfo=UTC)


def test_a_weekend_is_passed_over() -> None:
    friday_evening = datetime(2026, 1, 9, 19, tzinfo=UTC)
    assert due("closing time", LARKFIELD, friday_evening) == datetime(2026, 1, 12, 18, tzinfo=UTC)


def test_closing_time_follows_the_clock_on_the_nurserys_wall() -> None:
    summer = datetime(2026, 7, 6, 12, tzinfo=UTC)
    assert due("closing time", LARKFIELD, summer) == datetime(2026, 7, 6, 17, tzinfo=UTC)


def test_the_day_on_which_the_clocks_change_has_its_closing_time() -> None:
    open_on_sunday = Closing("01:30", ("sunday",), "Europe/London")
    the_night_before = datetime(2026, 3, 28, 12, tzinfo=UTC)  # 01:30 does not exist on the 29th
    assert due("closing time", open_on_sunday, the_night_before).date() == the_night_before.date() + timedelta(days=1)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    st.times().map(lambda t: t.strftime("%H:%M")),
    st.sets(st.sampled_from(DAYS), min_size=1),
)
def test_a_closing_time_is_ahead_and_within_eight_days(moment: datetime, at: str, days: set[str]) -> None:
    closes = Closing(at, tuple(days)).next_after(moment)
    assert timedelta() < closes - moment < timedelta(days=8)


@pytest.mark.parametrize("words", ["999999 weeks", "3654 days"])
def test_nothing_is_agreed_for_longer_than_ten_years(words: str) -> None:
    with pytest.raises(ValueError, match="ten years"):
        span(words)
