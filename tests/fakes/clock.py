"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta

from agent.seams.tablet import Clock

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class StillClock(Clock):
    """Time as the test wants it."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def correct(self, controller: datetime) -> None:
        self._now = controller

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by
