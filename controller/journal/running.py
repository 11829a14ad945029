"""Exports that a browser handed in are read in a process beside the server: one at a time, begun again when it breaks.

The process ends with the server: it waits for the end of its standard input. Whatever it read until then is kept.
"""

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from controller.imported import Import, ImportState, Way
from controller.journal.ending import End, end
from controller.records import Author
from controller.seams import Books, Store
from controller.shelves import Shelves

TRIES: Final = 3
"""How often reading is begun again without getting any further."""
BROKE_OFF: Final = "Reading it broke off three times. See that the controller’s disk has room, and hand it in again."
PATIENCE: Final = 10.0

log = structlog.get_logger()


def oldest(books: Books) -> Import | None:
    """The oldest import that a browser handed in whole and that is to be read."""
    waiting = (one for one in books.imports.under_way() if one.way is Way.BROWSER)
    return next((one for one in waiting if one.state is ImportState.READING), None)


@dataclass
class Readers:
    """Starts the process that reads, and looks after it."""

    store: Store
    shelves: Shelves
    home: Path
    _process: "subprocess.Popen[bytes] | None" = None
    _tries: Counter[tuple[int, int]] = field(default_factory=Counter)  # import and how far it was

    def look(self, now: datetime) -> None:
        """See that the oldest import that waits is being read."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        waiting = self.waiting()
        if waiting is None:
            return
        self._tries[waiting.id, waiting.done] += 1
        if self._tries[waiting.id, waiting.done] > TRIES:
            end(self.store, self.shelves, waiting.id, End(ImportState.REFUSED, BROKE_OFF, Author("Safeuse", now)))
            return
        self._process = self.start(waiting)

    def waiting(self) -> Import | None:
        """The oldest import that a browser handed in whole."""
        with self.store.read() as books:
            return oldest(books)

    def start(self, first: Import) -> "subprocess.Popen[bytes]":
        """Start reading, from this import on, until none waits."""
        log.info("reading an export of the journal", export=first.id)
        command = [sys.executable, "-m", "controller", "read-journal", "--home", str(self.home)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)

    def close(self) -> None:
        """End the process; what it has not written down is read again."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
