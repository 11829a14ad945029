"""What the server does for the journal every few seconds: read what waits, tell what changed, let go in time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from controller.journal.keeping import keep_house
from controller.journal.running import Readers
from controller.notices import JOURNAL, Notices, standing_of
from controller.seams import Store
from controller.shelves import Shelves

EVERY: Final = timedelta(minutes=1)
"""How often it is looked whether pictures may go."""


@dataclass
class JournalKeeping:
    """Called in a thread, never twice at a time."""

    store: Store
    shelves: Shelves
    notices: Notices
    readers: Readers
    setting: str
    _kept: datetime | None = None
    _pulse: tuple[int, ...] = ()
    _newest: int | None = None

    def __call__(self, now: datetime) -> None:
        """Do what there is to do; nothing when nothing happened."""
        self.readers.look(now)
        self.tell()
        if self._kept is None or now - self._kept >= EVERY:
            keep_house(self.store, self.shelves, now)
            self._kept = now

    def tell(self) -> None:
        """Another process reads and rings no bell here: ring it for open pages, and for tablets that hold the line."""
        with self.store.read() as books:
            pulse = books.imports.pulse()
            if pulse == self._pulse:
                return
            newest = books.imports.newest()
            devices = books.devices.in_setting(self.setting) if newest != self._newest else ()
        self._pulse, self._newest = pulse, newest
        self.notices.ring(frozenset({JOURNAL, *(standing_of(device) for device in devices)}))

    def close(self) -> None:
        """End what still runs."""
        self.readers.close()
