"""When to go to a journal: at once for photos that it was not asked about, else every so often; later after failure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from agent.journals.settings import Journal

FIRST_PAUSE, LAST_PAUSE = 15.0, 900.0
"""Seconds: after a failure a journal is left alone for so long, then ever longer."""


@dataclass
class Turns:
    """The turns of one journal. Times are seconds on a clock that never jumps."""

    journal: Journal
    trouble: str = ""  # of the last try; empty when it went well
    _asked: frozenset[str] = field(default_factory=frozenset)
    _next: float = 0.0
    _resting_until: float = 0.0
    _pause: float = FIRST_PAUSE

    def is_due(self, digests: Collection[str], now: float) -> bool:
        """Tell whether to go now for these photos."""
        if not digests or now < self._resting_until:
            return False
        return now >= self._next or not self._asked.issuperset(digests)

    def went(self, digests: Iterable[str], trouble: str, now: float) -> None:
        """Note how a try went."""
        self.trouble, self._asked = trouble, frozenset(digests)
        self._next = now + self.journal.look_every.total_seconds()
        if trouble:
            self._resting_until = now + self._pause
            self._pause = min(self._pause * 2, LAST_PAUSE)
        else:
            self._resting_until, self._pause = 0.0, FIRST_PAUSE
