"""Which photos are in the journal's exports. One thread, asleep until there is something; a child that knows pictures.

New photos get a fingerprint at once, so that they are remembered when they have left. A new export is worked through
as a whole: its fingerprints are fetched, the child says which of its pictures it must see, and these few are fetched.
Nothing about the photos goes up but which pictures they were found to be, and then the evidence.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from agent.imports.child import Child, ChildError
from agent.imports.shelf import Shelf
from agent.imports.work import UNREADABLE, Work
from agent.seams.courier import Exports, UndeliveredError
from agent.seams.ledger import Ledger
from agent.seams.photos import FoundFile, Opener
from agreement.letters import RefusedError

__all__ = ["Imports"]

AGAIN = 30.0
"""Seconds after a failure before the same is tried again."""

IDLE = 5.0
"""Seconds for which a child is kept that has nothing to do: the next photo of a burst finds it awake."""

GLANCES = 5000
"""Small pictures of which the fingerprint is remembered, by what the disk says of them: some 3 MB."""

log = logging.getLogger(__name__)


class Imports:
    """The exports of one tablet. `state` is a folder that only the agent can read; `tell` asks for a round."""

    def __init__(  # noqa: PLR0913 - the parts of an agent that it works with
        self,
        ledger: Ledger,
        exports: Exports,
        now: Callable[[], datetime],
        state: Path,
        tell: Callable[[], object],
        *,
        opened: Opener,
    ) -> None:
        self._ledger, self._exports, self._now, self._tell, self._opened = ledger, exports, now, tell, opened
        self._shelf = Shelf(state / "exports", state / "doubts")
        self._bell = threading.Condition()
        self._newest, self._files, self._asked = 0, tuple[FoundFile, ...](), False
        self._known = frozenset(known.digest for known in ledger.every_photo() if known.fingerprint is not None)
        self._small, self._glanced = tuple[FoundFile, ...](), dict[FoundFile, bytes]()
        self._child: Child | None = None
        self._thread: threading.Thread | None = None
        self._stopping, self._not_before, self.trouble = False, 0.0, ""

    def consider(self, newest: int) -> None:
        """Take fingerprints of new photos, and work through the exports up to this number; returns at once."""
        files, done = self._ledger.files(), self._ledger.imports_done()
        with self._bell:
            new = any(file.digest not in self._known for file in files)
            if self._stopping or not (new or newest > done) or time.monotonic() < self._not_before:
                return
            self._files, self._newest, self._asked = files, newest, True
            self._awake()

    def _awake(self) -> None:
        """Have the thread see to it, which is started when there is none."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="exports", daemon=True)
            self._thread.start()
        self._bell.notify_all()

    def remembers(self, digest: str) -> bool:
        """Tell whether a photo may leave: its fingerprint was taken, or cannot be."""
        return digest in self._known or bool(self.trouble)

    def glance(self, files: Sequence[FoundFile]) -> Mapping[FoundFile, bytes]:
        """The fingerprints of these small pictures, as far as they were looked at; the others are, by and by."""
        with self._bell:
            new = tuple(file for file in files if file not in self._glanced)
            if new and not self._stopping and time.monotonic() >= self._not_before:
                self._small, self._asked = new, True
                self._awake()
            return {file: self._glanced[file] for file in files if file in self._glanced}

    def stop(self) -> None:
        """End the work under way; it begins anew at the next start. Waits for the thread and the child to end."""
        with self._bell:
            self._stopping = True
            if self._child:
                self._child.kill()
            self._bell.notify_all()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        """The thread: sleep until there is something; end the child when there is nothing for a while."""
        while True:
            with self._bell:
                self._bell.wait_for(lambda: self._stopping or self._asked, IDLE if self._child else None)
                asked, self._asked = self._asked, False
                if self._stopping or not asked:
                    self._end()
                if self._stopping:
                    return
            if asked:
                self._go()

    def _go(self) -> None:
        """One go at what there is. What fails is told once and tried again later."""
        trouble = ""
        try:
            self._once()
        except (ChildError, UndeliveredError, RefusedError, OSError) as failure:
            trouble = str(failure)
        except Exception:
            log.exception("the journal's exports could not be worked through; it is tried again")
            trouble = "it failed in a way that nobody thought of; the log has its words"
        if trouble and not self._stopping:
            if trouble != self.trouble:
                log.warning("the journal's exports: %s", trouble)
            self._not_before = time.monotonic() + AGAIN
            self._end()
        self.trouble = trouble
        if trouble:
            self._tell()  # what waited for a fingerprint waits no longer

    def _once(self) -> None:
        """Fingerprints first, then the exports, one after the other."""
        work = Work(self._ledger, self._exports, self._now, self._shelf, self._begin, self._opened)
        with self._bell:
            files, newest = self._files, self._newest
            small, self._small = self._small, ()
        new = [file for file in files if file.digest not in self._known]
        if new:
            for digest in work.fingerprints(new):
                self._known |= {digest}
            self._tell()
        if small:
            self._look_at(work, small)
        if newest > self._ledger.imports_done() and work.exports(files):
            self._tell()

    def _look_at(self, work: Work, small: Sequence[FoundFile]) -> None:
        """Look at small pictures; what was known of the oldest is forgotten where it is too much. Raises ChildError."""
        for file in small:
            self._glanced[file] = work.fingerprint(file) or UNREADABLE
        with self._bell:
            self._glanced = dict(list(self._glanced.items())[-GLANCES:])
        self._tell()

    def _begin(self) -> Child:
        """The child that knows pictures; started where none is awake. Raises ChildError, OSError."""
        with self._bell:
            if self._stopping:
                msg = "the agent is stopping"
                raise ChildError(msg)
            if self._child is None or self._child.is_over:
                self._end()
                self._child = Child()
            return self._child

    def _end(self) -> None:
        """See to it that the child has ended."""
        with self._bell:
            child, self._child = self._child, None
        if child:
            child.close()
