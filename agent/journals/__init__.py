"""Where evidence of "added" comes from. One thread, asleep until photos wait; a child process goes to each journal.

Importing this loads neither requests nor paramiko: they live in the child, and end with it.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from agent.journals.child import Child
from agent.journals.settings import Journal, JournalSettingsError, parse
from agent.journals.turns import Turns
from agent.seams.photos import FoundFile
from agreement.facts import Evidence, Strength

__all__ = ["Journal", "JournalSettingsError", "Journals", "parse"]

log = logging.getLogger(__name__)


class Journals:
    """Every journal of this tablet, one after the other. `believe` is called on the thread of the journals.

    `state` is a folder that only the agent can read; there is kept what was read before.
    """

    def __init__(
        self,
        journals: Sequence[Journal],
        believe: Callable[[Evidence], object],
        now: Callable[[], datetime],
        state: Path | None = None,
    ) -> None:
        self._turns = tuple(Turns(journal) for journal in journals)
        self._believe, self._now, self._state = believe, now, state
        self._bell = threading.Condition()
        self._wanted: tuple[FoundFile, ...] | None = None
        self._child: Child | None = None
        self._thread: threading.Thread | None = None
        self._stopping = False

    def consider(self, waiting: Sequence[FoundFile]) -> None:
        """Start delivering or looking for these; while that is under way, they come next. Returns at once."""
        if not self._turns:
            return
        with self._bell:
            if self._stopping:
                return
            self._wanted = tuple(waiting)
            if self._thread is None and waiting:
                self._thread = threading.Thread(target=self.work, name="journals", daemon=True)
                self._thread.start()
            self._bell.notify_all()

    def stop(self) -> None:
        """End the work under way; what was not proved is not evidence. Waits for the thread and the child to end."""
        with self._bell:
            self._stopping = True
            if self._child:
                self._child.kill()
            self._bell.notify_all()
        if self._thread:
            self._thread.join()

    @property
    def troubles(self) -> Mapping[str, str]:
        """Why the last try at a journal failed, by its name; only of those where it did."""
        return {turns.journal.name: turns.trouble for turns in self._turns if turns.trouble}

    def work(self) -> None:
        """The thread: sleep until photos wait, then go to each journal that is due."""
        while True:
            with self._bell:
                self._bell.wait_for(lambda: self._stopping or self._wanted is not None)
                wanted, self._wanted = self._wanted or (), None
                if self._stopping:
                    return
            try:
                for turns in self._turns:
                    wanted = self.go(turns, wanted)
            except Exception:
                log.exception("a journal could not be gone to; the next round tries again")

    def go(self, turns: Turns, wanted: tuple[FoundFile, ...]) -> tuple[FoundFile, ...]:
        """Go to one journal if it is due; gives what is still not proved."""
        digests = {file.digest for file in wanted}
        if self._stopping or not turns.is_due(digests, time.monotonic()):
            return wanted
        proved: set[str] = set()
        trouble = self.attempt(turns.journal, wanted, proved)
        if trouble and trouble != turns.trouble:
            log.warning("journal %s: %s", turns.journal.name, trouble)
        turns.went(digests, trouble, time.monotonic())
        return tuple(file for file in wanted if file.digest not in proved)

    def attempt(self, journal: Journal, wanted: Sequence[FoundFile], proved: set[str]) -> str:
        """One child, one try; gives what went wrong, empty when nothing did."""
        child, trouble, digests = None, "", {file.digest for file in wanted}
        try:
            child = self.start(journal, wanted)
            for line in child.lines() if child else ():
                if line.get("proved") in digests:
                    self.believe(journal, line)
                    proved.add(line["proved"])
                trouble = str(line.get("trouble", trouble))
        except (OSError, json.JSONDecodeError, ValueError, KeyError) as failure:
            trouble = trouble or str(failure) or type(failure).__name__
        finally:
            self.end(child)
        return "" if self._stopping else trouble

    def start(self, journal: Journal, wanted: Sequence[FoundFile]) -> Child | None:
        """Start a child, unless it is time to stop. Raises OSError."""
        with self._bell:
            if self._stopping:
                return None
            self._child = Child(journal, wanted, self._state)
            return self._child

    def end(self, child: Child | None) -> None:
        """See to it that the child has ended."""
        if child:
            with self._bell:
                self._child = None
            child.close()

    def believe(self, journal: Journal, line: Mapping[str, str]) -> None:
        """Hand one piece of evidence on. Raises OSError when it cannot be written down."""
        evidence = Evidence(line["proved"], Strength(line["strength"]), journal.source, self._now())
        self._believe(evidence)
