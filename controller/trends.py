"""Trends: how many photos wait for the journal, day by day, and how long they take from taken to gone, week by week.

Each tablet has one row a day, and one a week for each length of time, so that a page reads a few thousand numbers
however many photos there were. A median is exact to within a tenth; the worst is exact.
"""

import math
from dataclasses import dataclass
from datetime import datetime, tzinfo

import msgspec
from msgspec import Struct

from agreement.letters import CheckIn
from controller import strip
from controller.photo_records import Bucket, DayWaiting, TabletGone
from controller.records import Card
from controller.seams import Books

KEPT = 400
"""Days for which counts are kept: a year, and the same month of the year before."""
MINUTE = 60
RATIO = 1.1
"""Each bucket ends at so many times the length of time at which the one before it ended."""
LONGEST = 366 * 86_400
"""Seconds: what took longer, or a camera with a wrong clock says so, is counted as so long."""
SLOWEST = 50
"""Tablets that a page lists."""


class Counted(Struct, frozen=True):
    """The part of a posture that says how many photos wait."""

    waiting: int = 0


class Counts(Struct, frozen=True):
    """A posture, but for all that is not counted here."""

    photos: Counted = Counted()


COUNTS = msgspec.json.Decoder(Counts)
"""Made while one thread imports this; see agreement.letters.READERS."""


@dataclass(frozen=True, slots=True)
class WeekGone:
    """The photos that left in one week: how many, and how long they took, in seconds."""

    week: int
    many: int
    median: float
    worst: int


@dataclass(frozen=True, slots=True)
class Trend:
    """What a page draws, of one tablet or of a whole setting."""

    days: tuple[DayWaiting, ...] = ()
    weeks: tuple[WeekGone, ...] = ()


def day_of(at: datetime, zone: tzinfo) -> int:
    """The day on the nursery's calendar, as a date's ordinal."""
    return at.astimezone(zone).toordinal()


def week_of(day: int) -> int:
    """The week that a day belongs to; weeks begin on Mondays, and so did the calendar."""
    return (day - 1) // 7


def monday_of(week: int) -> int:
    """The first day of a week."""
    return week * 7 + 1


def sample(books: Books, card: Card, letter: CheckIn, now: datetime, zone: tzinfo) -> None:
    """Note how many photos wait on a tablet: when an hour begins, and when there are more or fewer than before."""
    waiting = letter.posture.photos.waiting
    before = COUNTS.decode(card.posture).photos.waiting if card.posture else None
    if waiting != before or strip.is_new_hour(card, now):
        books.trends.waiting(card.id, day_of(now, zone), waiting)


def gone(books: Books, device: str, taken_at: datetime, gone_at: datetime, today: int) -> None:
    """Count a photo that left a tablet. A tablet whose clock runs ahead counts as today."""
    seconds = min(max(int((gone_at - taken_at).total_seconds()), 0), LONGEST)
    books.trends.gone(device, week_of(min(gone_at.toordinal(), today)), bucket_of(seconds), seconds)


def bucket_of(seconds: int) -> int:
    """Which photos it is counted with: those that took up to a tenth more or less."""
    return 0 if seconds < MINUTE else 1 + int(math.log(seconds / MINUTE, RATIO))


def keep_up(books: Books, now: datetime, zone: tzinfo) -> None:
    """Let each day since the last one have a count of every tablet: one that is off still has its photos on it."""
    today = day_of(now, zone)
    latest = books.trends.latest()
    for day in range(max(today if latest is None else latest, today - KEPT), today + 1):
        books.trends.carry(day)
    if latest is None or latest < today:  # once a day: it looks at every row
        books.trends.forget(today - KEPT, week_of(today - KEPT))


def of_setting(books: Books, setting: str, today: int, days: int) -> Trend:
    """The last so many days, of all tablets of a setting together."""
    since = today - days + 1
    return Trend(books.trends.days(setting, since, today), weeks(books.trends.weeks(setting, week_of(since))))


def of_tablet(books: Books, device: str, today: int, days: int) -> Trend:
    """The last so many days, of one tablet."""
    since = today - days + 1
    return Trend(books.trends.days_of(device, since), weeks(books.trends.weeks_of(device, week_of(since))))


def slowest(books: Books, setting: str, today: int, days: int) -> tuple[tuple[TabletGone, float], ...]:
    """The tablets on which a photo took longest within the last so many days, each with its median in seconds."""
    since = week_of(today - days + 1)
    return tuple(
        (one, median(books.trends.weeks_of(one.device, since))) for one in books.trends.slowest(setting, since, SLOWEST)
    )


def weeks(buckets: tuple[Bucket, ...]) -> tuple[WeekGone, ...]:
    """Sum up the buckets of each week, the earliest first."""
    found: dict[int, list[Bucket]] = {}
    for bucket in buckets:
        found.setdefault(bucket.week, []).append(bucket)
    return tuple(
        WeekGone(week, sum(one.many for one in held), median(held), max(one.worst for one in held))
        for week, held in found.items()
    )


def median(buckets: "tuple[Bucket, ...] | list[Bucket]") -> float:
    """The middle one of all photos in these buckets, in seconds; of an even number, between the middle two."""
    ordered = sorted(buckets, key=lambda one: one.seconds / one.many)
    many = sum(one.many for one in ordered)
    return (place(ordered, (many - 1) // 2) + place(ordered, many // 2)) / 2 if many else 0.0


def place(ordered: list[Bucket], index: int) -> float:
    """About how long the photo at this place took: the mean of those that it is counted with."""
    for bucket in ordered:
        if index < bucket.many:
            return bucket.seconds / bucket.many
        index -= bucket.many
    msg = f"there is no photo at place {index}"
    raise IndexError(msg)
