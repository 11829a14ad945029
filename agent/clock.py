"""The time, by a clock that nobody can set back: the controller's word, carried on by the time since boot.

The wall clock of a tablet is set wrong, jumps, and can be moved by hand. It is believed once, at the start;
from then on time advances with CLOCK_BOOTTIME, which also counts while the tablet sleeps, and the controller
corrects it.
"""

import threading
import time
from datetime import UTC, datetime, timedelta

JUMP = timedelta(minutes=2)
"""A wall clock that moves by more than this against ours has jumped."""


class SteadyClock:
    """Aware UTC that only moves forward with real time, but for corrections by the controller."""

    def __init__(self, not_before: datetime | None = None) -> None:
        """Start from the wall clock, or from the last time that is known to have been, whichever is later."""
        self._lock = threading.Lock()
        self._boot = boottime()
        self._anchor = max(wall(), not_before) if not_before else wall()
        self._apart = self._anchor - wall()

    def now(self) -> datetime:
        """The present."""
        with self._lock:
            return self._anchor + timedelta(seconds=boottime() - self._boot)

    def correct(self, controller: datetime) -> None:
        """Go by the controller's time from now on."""
        with self._lock:
            self._boot, self._anchor = boottime(), controller
            self._apart = controller - wall()

    def jumped(self) -> timedelta | None:
        """How far the wall clock has moved against this one since the last call; None while it keeps pace."""
        apart = self.now() - wall()
        moved = self._apart - apart
        if abs(moved) <= JUMP:
            return None
        self._apart = apart
        return moved


def wall() -> datetime:
    """What the tablet believes the time to be."""
    return datetime.now(UTC)


def boottime() -> float:
    """Seconds since boot, asleep or awake; the monotonic clock where the system has no such thing."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
