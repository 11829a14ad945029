"""How often someone may try: so many times within so long, counted in memory."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

NAMES = 10_000
"""The most names counted at once; beyond that the one that tried longest ago is forgotten."""


class Limiter:
    """Counts the tries of each name (an address, a person) within a sliding window."""

    def __init__(self, most: int, within: timedelta) -> None:
        self.most, self.within = most, within
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def may(self, name: str, now: datetime) -> bool:
        """Tell whether this name may try now."""
        with self._lock:
            return len(self._recent(name, now)) < self.most

    def tried(self, name: str, now: datetime) -> None:
        """Count one try."""
        with self._lock:
            tries = self._recent(name, now)
            tries.append(now)
            self._tries[name] = tries
            self._tries.move_to_end(name)
            if len(self._tries) > NAMES:
                self._tries.popitem(last=False)

    def _recent(self, name: str, now: datetime) -> deque[datetime]:
        tries = self._tries.get(name) or deque(maxlen=self.most)
        while tries and now - tries[0] >= self.within:
            tries.popleft()
        return tries
