"""How things are said: times as a person says them, small numbers as words, and names that cannot play tricks.

Everything here is pure: the present arrives as an argument. Times are shown as the clock on the nursery's wall shows
them, and the exact ones name their zone.
"""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=7)
SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that change how the rest of a line looks, or do not show at all."""


def plain(text: str) -> str:
    """A text from outside with everything that cannot be seen made visible: a right-to-left override is ⟨U+202E⟩."""
    return "".join(f"⟨U+{ord(c):04X}⟩" if unicodedata.category(c) in UNSEEN else c for c in text)


def number(count: int) -> str:
    """Small numbers as words, others as digits."""
    return SMALL[count] if 0 <= count < len(SMALL) else f"{count:,}"


def several(count: int, one: str, many: str = "") -> str:
    """A count with its noun: “1 photo”, “3 photos”."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def opening(sentence: str) -> str:
    """A sentence with its first letter raised, and nothing else changed."""
    return sentence[:1].upper() + sentence[1:]


def listed(names: list[str]) -> str:
    """Names in a row: “Ada”, “Ada and Ben”, “Ada, Ben and Cleo”."""
    if len(names) < 2:  # noqa: PLR2004 - with two names the word “and” begins
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def size(count: int) -> str:
    """Bytes as a person says them: “4.2 MB”."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:  # noqa: PLR2004 - decimal units, as on the box of a memory card
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"  # noqa: PLR2004 - two digits are enough
        amount /= 1000
    return f"{amount:.1f} TB"


def age(span: timedelta) -> str:
    """A span, short, for a table: “12 s”, “57 min”, “5 h”, “2 days”; a clock that runs ahead counts as now."""
    if span < MINUTE:
        return f"{max(int(span.total_seconds()), 0)} s"
    if span < HOUR:
        return f"{span // MINUTE} min"
    if span < 2 * DAY:
        return f"{span // HOUR} h"
    return f"{span // DAY} days"


def lasting(span: timedelta) -> str:
    """A span in full words: “29 minutes”, “3 hours”, “2 days”."""
    for unit, one in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if span >= (2 * unit if unit == DAY else unit):
            return several(span // unit, one)
    return several(max(int(span.total_seconds()), 0), "second")


@dataclass(frozen=True, slots=True)
class Wall:
    """The clock on the nursery's wall: the present, and the zone that it is shown in."""

    now: datetime
    zone: ZoneInfo = LONDON

    def age(self, at: datetime) -> str:
        """How old something is, short: “57 min”."""
        return age(self.now - at)

    def ago(self, at: datetime) -> str:
        """How long ago something was: “just now”, “12 seconds ago”, “3 days ago”."""
        span = self.now - at
        return "just now" if span < timedelta(seconds=5) else f"{lasting(span)} ago"

    def after(self, at: datetime, span: timedelta) -> datetime:
        """So long after an instant; at the calendar's end, its end."""
        return at + span if datetime.max.replace(tzinfo=UTC) - at > span else datetime.max.replace(tzinfo=UTC)

    def here(self, at: datetime) -> datetime:
        """The same instant on the nursery's wall."""
        try:
            return at.astimezone(self.zone)
        except OverflowError:  # the first or the last day of the calendar, as a tablet's broken clock may tell it
            return at

    def clock(self, at: datetime) -> str:
        """The time of day: “13:20”."""
        return f"{self.here(at):%H:%M}"

    def moment(self, at: datetime) -> str:
        """A time as a person says it: “13:20”, “yesterday 13:20”, “Friday 13:20”, “3 November 13:20”."""
        here, today = self.here(at), self.here(self.now).date()
        days = (today - here.date()).days
        if days == 0:
            return f"{here:%H:%M}"
        if days == 1:
            return f"yesterday {here:%H:%M}"
        if 1 < days < WEEK.days:
            return f"{here:%A %H:%M}"
        if here.year == today.year:
            return f"{here.day} {here:%B %H:%M}"
        return f"{here.day} {here:%B %Y %H:%M}"

    def until(self, at: datetime) -> str:
        """A time to come within the next week: “18:00”, “tomorrow 18:00”, “Monday 18:00”."""
        here = self.here(at)
        days = (here.date() - self.here(self.now).date()).days
        return {0: f"{here:%H:%M}", 1: f"tomorrow {here:%H:%M}"}.get(days, f"{here:%A %H:%M}")

    def weekday(self) -> str:
        """The present day and time: “Friday 14:02”."""
        return f"{self.here(self.now):%A %H:%M}"

    def at(self, at: datetime) -> str:
        """A time within a sentence: “at 13:20”, “yesterday at 13:20”, “on Friday at 13:20”, “on 3 May at 13:20”."""
        day, _, time = self.moment(at).rpartition(" ")
        if not day:
            return f"at {time}"
        return f"{day} at {time}" if day == "yesterday" else f"on {day} at {time}"

    def full(self, at: datetime) -> str:
        """A time in a document, to the minute, with its zone: “Friday 6 November 2026 at 13:20 GMT”."""
        here = self.here(at)
        return f"{here:%A} {here.day} {here:%B %Y at %H:%M %Z}"

    def stamp(self, at: datetime) -> str:
        """A time in a table, to the second, with its zone: “6 Nov 2026, 13:20:05 GMT”."""
        here = self.here(at)
        return f"{here.day} {here:%b %Y, %H:%M:%S %Z}"

    def exact(self, at: datetime) -> str:
        """A time that leaves no doubt, with its zone: “Friday 6 November 2026, 13:20:05 GMT”."""
        here = self.here(at)
        return f"{here:%A} {here.day} {here:%B %Y, %H:%M:%S %Z}"
