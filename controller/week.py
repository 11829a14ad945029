"""The strip under a tablet: the last seven days, hour by hour, as the nursery's wall clock counts them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby

from controller.moods import TABLETS, Mood
from controller.records import HourHeard
from controller.words import Wall, several

DAYS = 7
HOURS = DAYS * 24
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """Hours in a row in which a tablet was heard, and how it was."""

    start: int  # hours since the strip begins
    length: int
    mood: Mood


@dataclass(frozen=True, slots=True)
class Week:
    """The strip: its bars, the days below it, and the same in words for who cannot see it."""

    bars: tuple[Bar, ...]
    days: tuple[str, ...]
    said: str


def week(heard: Sequence[HourHeard], wall: Wall) -> Week:
    """Draw the hours of the last seven days; the last of these is today."""
    first = midnight(wall)
    marks = {(hour.hour - first) // HOUR: TABLETS[hour.worst][0] for hour in heard}
    shown = sorted((at, mood) for at, mood in marks.items() if 0 <= at < HOURS)
    days = tuple(f"{wall.here(first) + timedelta(days=day):%a}" for day in range(DAYS))
    return Week(tuple(bars(shown)), days, said(shown))


def midnight(wall: Wall) -> datetime:
    """When the first of the seven days began on the wall."""
    day = wall.here(wall.now).date() - timedelta(days=DAYS - 1)
    return datetime.combine(day, time(), wall.zone).astimezone(UTC)


def bars(shown: Sequence[tuple[int, Mood]]) -> list[Bar]:
    """Join hours that follow each other and are alike."""
    runs = groupby(enumerate(shown), key=lambda one: (one[1][0] - one[0], one[1][1]))
    found = []
    for (_, mood), run in runs:
        hours = [at for _, (at, _) in run]
        found.append(Bar(hours[0], len(hours), mood))
    return found


def said(shown: Sequence[tuple[int, Mood]]) -> str:
    """The strip in words."""
    act, look = (sum(mood is one for _, mood in shown) for one in (Mood.ACT, Mood.LOOK))
    extra = "".join(
        f", {words} in {count}" for words, count in (("to be looked at", look), ("lost or held", act)) if count
    )
    return f"The last seven days, hour by hour: heard in {several(len(shown), 'hour')}{extra}."
