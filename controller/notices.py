"""Something changed: told from any thread to whoever waits for it in the event loop.

A notice says only what to look at again, never what is there; one that is missed costs the patience of one wait.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from threading import Lock

TABLETS, NETWORKS, APPS, INCIDENTS, CODES, PEOPLE = "tablets", "networks", "apps", "incidents", "codes", "people"
JOURNAL = "journal"
"""What the dashboard shows; a ring of `standing_of` is for one tablet's long poll."""


def standing_of(device: str) -> str:
    """The topic of a tablet's standing."""
    return f"standing/{device}"


class Watch:
    """One who waits. Belongs to the event loop."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics  # empty: everything
        self._rung: set[str] = set()
        self._event = asyncio.Event()

    def tell(self, topics: frozenset[str]) -> None:
        """Wake, if it is about what is waited for."""
        heard = topics & self.topics if self.topics else topics
        if heard:
            self._rung |= heard
            self._event.set()

    def end(self) -> None:
        """Wake for the last time: the controller is stopping."""
        self._event.set()

    async def wait(self, seconds: float) -> frozenset[str]:
        """What rang since the last wait; nothing when patience ended, or the controller is stopping."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()
        rung, self._rung = frozenset(self._rung), set()
        return rung


class Notices:
    """The bell between the writer's thread and the event loop."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = Lock()
        self.ended = False

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ring in this event loop from now on."""
        with self._lock:
            self._loop = loop

    def ring(self, topics: frozenset[str]) -> None:
        """Wake everyone who waits for one of these topics; from any thread."""
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._tell, topics)

    def _tell(self, topics: frozenset[str]) -> None:
        for watch in self._watches:
            watch.tell(topics)

    @contextlib.contextmanager
    def watch(self, *topics: str) -> Iterator[Watch]:
        """Wait for these topics, or for all. What rings while nobody waits is kept for the next wait."""
        made = Watch(frozenset(topics))
        self._watches.add(made)
        try:
            yield made
        finally:
            self._watches.discard(made)

    def end(self) -> None:
        """Wake everyone for the last time; call it in the event loop."""
        with self._lock:
            self._loop = None
        self.ended = True
        for watch in self._watches:
            watch.end()
