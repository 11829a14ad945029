"""Trends: photos that wait by day, hours from taken to gone by week; small, honest about tablets that were off."""

import statistics
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import tablets, trends
from controller.photo_records import Bucket
from controller.trends import LONGEST, Trend, bucket_of, day_of, median, monday_of, week_of
from tests.controller.photo_cast import ADA, Sunflower, purged, sunflower
from tests.controller.test_receive import DEVICE, NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOON.toordinal()
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def one() -> Iterator[Sunflower]:
    with sunflower() as made:
        yield made


def drawn(one: Sunflower, today: int = TODAY, days: int = 30) -> Trend:
    with one.store.read() as books:
        whole = trends.of_setting(books, "main", today, days)
        assert whole == trends.of_tablet(books, DEVICE, today, days)
        assert trends.of_setting(books, "elsewhere", today, days) == Trend()
        return whole


def night(one: Sunflower, after: datetime) -> None:
    """What the controller does by itself, now and then."""
    one.store.write(lambda books: trends.keep_up(books, after, LONDON))


def test_a_day_has_the_most_that_waited_and_what_was_left(one: Sunflower) -> None:
    for hour, waiting in enumerate((3, 9, 5)):
        one.tell(at=NOON + hour * HOUR, waiting=waiting)
    one.tell(at=NOON + 2.2 * HOUR, waiting=2)  # within the hour, and still noticed
    (day,) = drawn(one).days
    assert (day.day, day.most, day.last, day.tablets, day.heard) == (TODAY, 9, 2, 1, 1)


def test_a_tablet_that_is_off_still_has_its_photos_on_it(one: Sunflower) -> None:
    one.tell(waiting=4)
    night(one, NOON)
    night(one, NOON + 3 * DAY)
    days = drawn(one, TODAY + 3).days
    assert [(day.day - TODAY, day.last, day.heard) for day in days] == [(0, 4, 1), (1, 4, 0), (2, 4, 0), (3, 4, 0)]
    one.tell(at=NOON + 3 * DAY, waiting=1)
    last = drawn(one, TODAY + 3).days[-1]
    assert (last.most, last.last, last.heard) == (4, 1, 1)


def test_a_retired_tablet_counts_no_further(one: Sunflower) -> None:
    one.tell(waiting=4)
    night(one, NOON)
    tablets.retire(one.store, DEVICE, ADA)
    night(one, NOON + 2 * DAY)
    assert [day.day for day in drawn(one, TODAY + 2).days] == [TODAY]


def test_what_is_older_than_its_time_is_forgotten(one: Sunflower) -> None:
    one.tell(purged(), waiting=4)
    later = NOON + timedelta(days=trends.KEPT + 8)
    one.store.write(lambda books: books.devices.retire(DEVICE))
    night(one, later)
    assert drawn(one, TODAY, 30) == Trend()


def test_a_day_and_a_week_are_those_of_the_nurserys_calendar() -> None:
    summer_midnight = datetime(2026, 7, 5, 23, 30, tzinfo=ZoneInfo("UTC"))  # Monday half past midnight on the wall
    assert day_of(summer_midnight, LONDON) == datetime(2026, 7, 6, tzinfo=LONDON).toordinal()
    monday = datetime(2026, 7, 6, tzinfo=LONDON).toordinal()
    assert week_of(monday) == week_of(monday + 6) == week_of(monday - 1) + 1
    assert monday_of(week_of(monday + 3)) == monday


def test_a_week_has_its_median_and_its_worst(one: Sunflower) -> None:
    one.tell(*(purged(n, NOON - hours * HOUR) for n, hours in enumerate((1, 2, 2.1, 40))))
    (week,) = drawn(one).weeks
    assert (week.week, week.many, week.worst) == (week_of(TODAY), 4, 40 * 3600)
    assert week.median == pytest.approx(2.05 * 3600, rel=0.05)


@given(st.lists(st.integers(0, LONGEST), min_size=1, max_size=60))
def test_a_median_is_right_to_within_a_tenth_whatever_the_photos(spans: list[int]) -> None:
    buckets: dict[int, Bucket] = {}
    for span in spans:
        known = buckets.get(bucket_of(span), Bucket(0, 0, 0, 0))
        buckets[bucket_of(span)] = Bucket(0, known.many + 1, known.seconds + span, max(known.worst, span))
    assert median(list(buckets.values())) == pytest.approx(statistics.median(spans), rel=0.1, abs=60)


@pytest.mark.parametrize("taken", [NOON + HOUR, datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))], ids=["future", "1970"])
def test_a_camera_with_a_wrong_clock_does_not_break_the_plot(one: Sunflower, taken: datetime) -> None:
    one.tell(purged(taken=taken))
    (week,) = drawn(one).weeks
    assert week.worst in {0, LONGEST}


def test_a_tablet_whose_clock_runs_ahead_counts_as_today(one: Sunflower) -> None:
    ahead = NOON + timedelta(days=900)
    one.store.write(lambda books: trends.gone(books, DEVICE, ahead - HOUR, ahead, TODAY))
    (week,) = drawn(one).weeks
    assert (week.week, week.worst) == (week_of(TODAY), 3600)


def test_the_slowest_tablets_come_first(one: Sunflower) -> None:
    one.tell(purged(1, NOON - HOUR), purged(2, NOON - 3 * HOUR))
    with one.store.read() as books:
        ((tablet, middle),) = trends.slowest(books, "main", TODAY, 30)
    assert (tablet.name, tablet.many, tablet.worst) == ("Sunflower 1", 2, 3 * 3600)
    assert middle == pytest.approx(2 * 3600)
