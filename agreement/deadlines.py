"""When a photo must be in the journal, in the agreement's own words: “24 hours”, “2 days”, “before closing time”.

Pure: the time zone's rules come from Python's zoneinfo, the present arrives as an argument.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

CLOSING = frozenset({"before closing time", "closing time"})
UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
LONGEST = timedelta(days=3653)
"""Ten years: nothing that is agreed with a nursery lasts longer, and every sum with it stays within the calendar."""
SPAN = re.compile(r"(?P<number>[0-9]{1,6}) (?P<unit>second|minute|hour|day|week)s?")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""In the order of datetime.weekday()."""


@lru_cache(maxsize=64)
def span(words: str) -> timedelta | None:
    """The length of time that these words say; None for “before closing time”. Raises ValueError with an example."""
    plain = " ".join(words.lower().split())
    if plain in CLOSING:
        return None
    said = SPAN.fullmatch(plain)
    if said is None:
        msg = f"{words!r} is no deadline; write “before closing time”, or a number and a unit, such as “24 hours”"
        raise ValueError(msg)
    length = int(said["number"]) * UNITS[said["unit"]]
    if length <= timedelta():
        msg = "a deadline must be longer than nothing: a photo needs time to be added"
        raise ValueError(msg)
    if length > LONGEST:
        msg = "a length of time cannot be longer than ten years"
        raise ValueError(msg)
    return length


@dataclass(frozen=True, slots=True)
class Closing:
    """When the nursery closes: a time on its own clock, on the days that it is open."""

    at: str = "18:00"
    days: tuple[str, ...] = DAYS[:5]
    time_zone: str = "Europe/London"

    def __post_init__(self) -> None:
        """Refuse what no clock shows. Raises ValueError."""
        self.time()
        self.zone()
        if not self.days or not set(self.days) <= set(DAYS):
            msg = f"days must be some of {', '.join(DAYS)}"
            raise ValueError(msg)

    def time(self) -> time:
        """The closing time. Raises ValueError."""
        try:
            return time.fromisoformat(self.at)
        except ValueError as wrong:
            msg = f"{self.at!r} is no time of day; write it as 18:00"
            raise ValueError(msg) from wrong

    def zone(self) -> ZoneInfo:
        """The nursery's time zone. Raises ValueError."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            msg = f"{self.time_zone!r} is no time zone; write it as Europe/London"
            raise ValueError(msg) from unknown

    def next_after(self, moment: datetime) -> datetime:
        """The first closing time after this moment, in UTC. What is taken after closing has until the next one."""
        local = moment.astimezone(self.zone())
        for ahead in range(8):
            day = local.date() + timedelta(days=ahead)
            closes = datetime.combine(day, self.time(), self.zone()).astimezone(UTC)
            if DAYS[day.weekday()] in self.days and closes > moment:
                return closes
        msg = "no day of the week is a day on which the nursery is open"
        raise ValueError(msg)


def due(words: str, closing: Closing, taken: datetime) -> datetime:
    """Until when a photo that was taken then must be in the journal, in UTC. Raises ValueError."""
    length = span(words)
    return closing.next_after(taken) if length is None else taken + length
