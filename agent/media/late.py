"""Purged photos for a while after: a program that had read one before it went may write its thumbnail only now."""

import time
from collections import deque
from collections.abc import Callable, Iterator

from agent.media.places import Place

WHILE = 30_000_000_000
"""Nanoseconds: a thumbnailer is done with a picture sooner. The first look after that is the last one for it."""

MANY = 1000
"""Photos that are remembered; of more, the first are forgotten."""


class Late:
    """Where purged photos lay, and since when they are gone."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._gone = deque[tuple[Place, int]](maxlen=MANY)

    def note(self, place: Place) -> None:
        """A photo is gone from here now."""
        self._gone.append((place, self._clock()))

    def places(self) -> Iterator[Place]:
        """Where to look once more; for those that are gone for long enough it is the last time."""
        now, gone = self._clock(), tuple(self._gone)
        self._gone = deque(((place, since) for place, since in gone if now - since < WHILE), maxlen=MANY)
        yield from dict.fromkeys(place for place, _ in gone)
