"""How long someone must wait who gets it wrong again and again: twice as long each time."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

NAMES = 10_000
"""The most names counted at once; beyond that the one that failed longest ago is forgotten."""
FORGOTTEN = timedelta(hours=1)
"""After so long without a failure one starts afresh."""
FIRST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Failures:
    """How often a name failed, and when it may try again."""

    count: int
    last: datetime
    until: datetime


@dataclass
class Patience:
    """Counts failures of each name: an address, a person. So many are free, then each costs a longer wait."""

    free: int
    most: timedelta  # the longest wait
    _failures: OrderedDict[str, Failures] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, name: str, now: datetime) -> timedelta:
        """How long this name must wait yet; zero when it may try."""
        with self._lock:
            held = self._failures.get(name)
            return max(held.until - now, timedelta()) if held else timedelta()

    def failed(self, name: str, now: datetime) -> None:
        """Count a failure. Call it before the password is looked at, and `fine` after: many at once count too."""
        with self._lock:
            held = self._failures.get(name)
            count = held.count + 1 if held and now - held.last < FORGOTTEN else 1
            over = count - self.free
            pause = min(FIRST * 2 ** min(over - 1, 30), self.most) if over > 0 else timedelta()
            self._failures[name] = Failures(count, now, now + pause)
            self._failures.move_to_end(name)
            if len(self._failures) > NAMES:
                self._failures.popitem(last=False)

    def forgive(self, name: str) -> None:
        """It was right this once: take back this one count, and leave the others that came from there."""
        with self._lock:
            if held := self._failures.get(name):
                self._failures[name] = Failures(held.count - 1, held.last, held.last)

    def fine(self, name: str) -> None:
        """It was right: forget the failures."""
        with self._lock:
            self._failures.pop(name, None)
