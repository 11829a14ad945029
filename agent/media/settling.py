"""When a file counts as finished: nothing wrote to it for a while, and nobody is about to.

A file's change time cannot be set by a program, so that one look is enough for a file that is old by the disk's own
clock; where that clock jumped, a second look at the same size and times is.
"""

import os
import time
from collections.abc import Callable
from datetime import timedelta

File = tuple[int, int]
State = tuple[int, int, int]

NANO = 1_000_000_000


class Settling:
    """What is still changing, from look to look. Times are nanoseconds."""

    def __init__(
        self,
        settle: timedelta,
        wall: Callable[[], int] = time.time_ns,
        steady: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._settle = settle // timedelta(microseconds=1) * 1000
        self._wall, self._steady = wall, steady
        self._seen: dict[File, tuple[State, int]] = {}
        self._now: dict[File, tuple[State, int]] = {}
        self._next: list[int] = []

    def begin(self) -> None:
        """A look begins."""
        self._now, self._next = {}, []

    def end(self) -> None:
        """The look is over: what was not seen in it is forgotten."""
        self._seen = self._now

    def has_settled(self, status: os.stat_result) -> bool:
        """Tell whether nothing has written to this file for a while; if not, it is looked at again when it may have."""
        file, state = (status.st_dev, status.st_ino), (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        now = self._steady()
        before = self._seen.get(file)
        since = before[1] if before and before[0] == state else now
        still = self._settle - max(now - since, self._wall() - max(status.st_mtime_ns, status.st_ctime_ns))
        if still <= 0:
            return True
        self._now[file] = (state, since)
        self._next.append(min(still, self._settle))
        return False

    def again(self, after: timedelta) -> None:
        """Something else needs another look."""
        self._next.append(after // timedelta(microseconds=1) * 1000)

    def next_in(self) -> timedelta | None:
        """How long after the last look the first file may have settled; None when none is still changing."""
        return timedelta(microseconds=min(self._next) // 1000 + 1) if self._next else None
