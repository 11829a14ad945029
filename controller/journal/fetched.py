"""How many pictures each tablet has fetched: a line in the log now and then, and never which ones."""

from collections import Counter
from threading import Lock

import structlog

log = structlog.get_logger()


class Fetched:
    """Counts, until it is told."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, int]] = Counter()
        self._lock = Lock()

    def count(self, device: str, number: int) -> None:
        """A tablet has fetched a picture of the import with this number, to its end."""
        with self._lock:
            self._counts[device, number] += 1

    def tell(self) -> None:
        """Leave a line for each tablet and import, and begin to count anew."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        for (device, number), count in sorted(counts.items()):
            log.info("pictures fetched", device=device, import_number=number, pictures=count)
