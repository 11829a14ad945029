"""Photos that other programs have open: when to try again, and when that is worth a word.

A thumbnailer or an indexer holds a photo for a moment, the journal's app for as long as it uploads. Neither is news.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from agent.seams.photos import FoundFile

SOONEST, LATEST = timedelta(seconds=1), timedelta(minutes=1)
"""How soon to try again: after as long as it has lasted, within these bounds."""

LASTING = timedelta(minutes=15)
"""After this long it is told. The largest videos are uploaded in less on a nursery's line."""


class Busy:
    """Since when each photo was found open at every try."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._since: dict[tuple[int, int], int] = {}

    def lasted(self, file: FoundFile) -> timedelta:
        """It was found open again; gives how long that has lasted."""
        now = self._clock()
        since = self._since.setdefault((file.device, file.inode), now)
        return timedelta(microseconds=(now - since) // 1000)

    def over(self, file: FoundFile) -> None:
        """It was not found open, or is gone."""
        self._since.pop((file.device, file.inode), None)


def again(lasted: timedelta) -> timedelta:
    """How soon to try again."""
    return min(max(lasted, SOONEST), LATEST)
