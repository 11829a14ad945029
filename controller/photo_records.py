"""What the controller remembers of photos that are still on tablets: held, missed, asked for, and counted. No picture.

Times are aware UTC; an `at` is the tablet's, a `heard_at` ours. A day is a date's ordinal and a week counts Mondays,
both on the nursery's own calendar.
"""

from dataclasses import dataclass
from datetime import datetime

from agreement.facts import Word


@dataclass(frozen=True, slots=True)
class HeldPhoto:
    """A photo that a person's word removed: sealed on its tablet, for as long as the tablet has not told its end."""

    device: str
    digest: str
    size: int
    taken_at: datetime
    word: Word
    said_at: datetime
    held_at: datetime
    heard_at: datetime
    sealed_key: str  # 160 hex digits, for the recovery key of that day; opened only while a letter is written
    given_by: str = ""  # who asked that it be put back; empty: nobody
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MissingPhoto:
    """A photo that was said to be in the journal, and that an export of the journal does not hold."""

    device: str
    digest: str
    number: int  # of the export
    taken_at: datetime
    said_at: datetime
    heard_at: datetime
    held: bool  # it was held when the tablet noticed
    back_at: datetime | None = None  # the tablet put it back
    noted_by: str = ""
    noted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeepAsked:
    """Someone at a tablet asks that a photo may stay on it for a while."""

    device: str
    digest: str
    taken_at: datetime
    asked_at: datetime
    heard_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    until: datetime | None = None  # None after the decision: it is not allowed

    @property
    def is_open(self) -> bool:
        """Tell whether it waits for the manager."""
        return self.decided_at is None


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """The recovery key that tablets are told to seal for; `shown` is empty while its file is missing."""

    public: str
    shown: str
    since: datetime


@dataclass(frozen=True, slots=True)
class DayWaiting:
    """Photos that waited for the journal on one day: on one tablet, or on all of a setting together."""

    day: int
    most: int  # the most at once on each tablet, added up
    last: int  # when the day ended, or as last heard
    tablets: int
    heard: int  # of these, how many were heard on that day


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many photos took about equally long from taken to gone, in one week."""

    week: int
    many: int
    seconds: int  # of all of them together
    worst: int  # seconds


@dataclass(frozen=True, slots=True)
class TabletGone:
    """How long photos took on one tablet, over a span of weeks."""

    device: str
    name: str
    many: int
    worst: int  # seconds
