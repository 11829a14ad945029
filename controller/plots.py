"""What a page draws of the trends, and the same numbers in a table. Pure functions of the counts and the calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from controller.photo_records import TabletGone
from controller.trends import Trend, WeekGone, monday_of
from controller.words import plain

HOUR = 3600
DRAWN = 2
"""A line needs two points: a plot of one tells no more than its number."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: a point in time, and a number for each line of the plot."""

    label: str
    x: int  # Unix seconds of that day's midnight, UTC
    values: tuple[float, ...]
    more: str  # what only the table says


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot and its table."""

    id: str
    title: str
    unit: str
    heads: tuple[str, ...]  # of the columns that are drawn
    first: str  # of the column of times
    last: str  # of the column that is not drawn
    lines: tuple[Line, ...]
    digits: int = 0

    @property
    def is_drawn(self) -> bool:
        """Tell whether a plot tells more than the table."""
        return len(self.lines) >= DRAWN


@dataclass(frozen=True, slots=True)
class Slow:
    """One tablet and how long its photos took, in hours."""

    device: str
    name: str
    many: int
    median: float
    worst: float


def plots(trend: Trend) -> tuple[Plot, Plot]:
    """Photos that wait, and hours from taken to gone."""
    return waiting(trend), gone(trend.weeks)


def waiting(trend: Trend) -> Plot:
    """Day by day: how many waited at once, and how many were left when the day ended."""
    lines = tuple(
        Line(said(one.day), midnight(one.day), (one.last, one.most), f"{one.heard} of {one.tablets}")
        for one in trend.days
    )
    heads = ("At the day’s end", "Most at once")
    return Plot("waiting", "Photos that wait for the journal", "photos", heads, "Day", "Heard", lines)


def gone(weeks: Sequence[WeekGone]) -> Plot:
    """Week by week: the middle one and the worst."""
    lines = tuple(
        Line(
            said(monday_of(one.week)),
            midnight(monday_of(one.week)),
            (hours(one.median), hours(one.worst)),
            f"{one.many:,}",
        )
        for one in weeks
    )
    heads = ("Middle photo", "Slowest photo")
    return Plot("gone", "Hours from taken to gone", "hours", heads, "Week from", "Photos", lines, 1)


def slow(tablets: Sequence[tuple[TabletGone, float]]) -> tuple[Slow, ...]:
    """Tablets by how long their photos took, the slowest first."""
    return tuple(
        Slow(one.device, plain(one.name), one.many, hours(middle), hours(one.worst)) for one, middle in tablets
    )


def hours(seconds: float) -> float:
    """Seconds as hours, to a tenth."""
    return round(seconds / HOUR, 1)


def midnight(day: int) -> int:
    """Where a day begins on the plot's axis."""
    return int(datetime.combine(date.fromordinal(day), time(), UTC).timestamp())


def said(day: int) -> str:
    """A day as a person says it: “Tue 24 Nov 2026”."""
    at = date.fromordinal(day)
    return f"{at:%a} {at.day} {at:%b %Y}"
