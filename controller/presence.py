"""Who is there: long polls show that a tablet is awake. Kept in memory, and written down together every few seconds."""

from datetime import datetime
from threading import Lock

from controller import strip
from controller.seams import Books, Store


class Presence:
    """When each tablet was last heard, beyond what its check-ins say."""

    def __init__(self) -> None:
        self._heard: dict[str, datetime] = {}
        self._unwritten: set[str] = set()
        self._lock = Lock()

    def heard(self, device: str, now: datetime) -> None:
        """A tablet holds the line."""
        with self._lock:
            self._heard[device] = now
            self._unwritten.add(device)

    def last(self, device: str, stored: datetime | None) -> datetime | None:
        """When a tablet was last heard: by a check-in, as stored, or by a long poll since."""
        held = self._heard.get(device)
        return max(held, stored) if held and stored else held or stored

    def flush(self, store: Store) -> int:
        """Write down what was heard since the last time, in one transaction; gives how many tablets."""
        with self._lock:
            heard = {device: self._heard[device] for device in self._unwritten}
        if heard:
            store.write(lambda books: keep(books, heard))
        with self._lock:
            self._unwritten -= {device for device, at in heard.items() if self._heard[device] == at}
        return len(heard)


def keep(books: Books, heard: dict[str, datetime]) -> None:
    """Note each tablet's last sign of life, and mark its hour."""
    for device, at in heard.items():
        card = books.letters.card(device)
        if card is not None:
            books.devices.heard(device, at)
            strip.mark(books, card, at)
