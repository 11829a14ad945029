"""One person's visit: who was let in, what was said last, and when something was last asked."""

import threading
import time
from dataclasses import dataclass, field

from agent.tablet_page.entry import Entry
from agent.tablet_page.line import Line
from agent.tablet_page.pictures import Pictures

IDLE = 5 * 60.0
"""Seconds without a touch after which the page closes itself: a tablet lies about."""


NOTE_STAYS = 20.0
"""Seconds for which a page says what the last touch did."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a person is told after a touch, and how to take it back: a form's address and the photo."""

    words: str
    mood: str = "fine"
    undo: str = ""
    digest: str = ""


@dataclass
class Visit:
    """What the page remembers, all of it in memory. Several requests may come at once."""

    line: Line
    pictures: Pictures
    entry: Entry = field(default_factory=lambda: Entry(time.monotonic()))
    later: frozenset[str] = frozenset()  # photos whose question was put off
    _note: Note | None = None
    _told: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)
    _touched: float = field(default_factory=time.monotonic)

    def touch(self) -> None:
        """Someone is there."""
        self._touched = self.now()

    def now(self) -> float:
        """Seconds on a clock that only goes forward."""
        return time.monotonic()

    def tell(self, note: Note) -> None:
        """Say this on the next page, and for a while: a page that fetches itself anew must not take it away."""
        self._note, self._told = note, self.now()

    def told(self) -> Note | None:
        """What is to be said on this page."""
        return self._note if self.now() - self._told <= NOTE_STAYS else None

    def leave(self) -> None:
        """The person closed the page, or nothing is to be seen any more."""
        self.entry.end()
        self.pictures.forget()
        self._over.set()

    def is_over(self) -> bool:
        """Tell whether the page should end: left, untouched for long, never entered, or the agent is gone."""
        now = self.now()
        if self._over.is_set() or not self.line.is_open():
            return True
        if not self.entry.was_used:
            return not self.entry.is_waiting(now)
        return now - self._touched > IDLE

    def wait(self, seconds: float) -> None:
        """Wait so long, or until the page was left."""
        self._over.wait(seconds)
