"""The service's life: round after round until it is told to stop; and the line held to the controller."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.round import Round
from agent.seams.courier import Courier, UndeliveredError
from agent.seams.ledger import Ledger
from agent.seams.photos import Media
from agent.seams.tablet import Clock
from agent.telling import FIRST_RETRY, LAST_RETRY, Telling
from agent.wake import Wake
from agreement.letters import AgentNote, RefusedError

TIDY_EVERY = timedelta(hours=1)

LOST_LOOK = timedelta(seconds=5)
"""How often a lost tablet looks for a session that someone has opened since it was locked."""

log = logging.getLogger(__name__)

AFTER_FAILURE = timedelta(seconds=5)
"""A round that failed is not followed by another at once: what failed is likely to fail again."""

BRIEFEST = 1.0
"""Seconds: a controller that holds the line for less, and has nothing new, is not asked again at once."""

PATIENCE = timedelta(seconds=50)
"""How long one long poll is held; below the idle limits that routers set on connections."""


class Line(threading.Thread):
    """Holds the line to the controller, and rings the bell the moment a newer standing comes down it."""

    def __init__(self, courier: Courier, ledger: Ledger, wake: Wake) -> None:
        super().__init__(name="line to the controller", daemon=True)
        self._courier, self._ledger, self._wake = courier, ledger, wake
        self._hurry = threading.Event()
        self._ended = False
        self._pause = FIRST_RETRY

    def run(self) -> None:
        """Poll until stopped; after a failure wait, longer each time."""
        while not self._ended:
            if self.once():
                self._pause = FIRST_RETRY
            else:
                self._hurry.wait(self._pause.total_seconds())
                self._hurry.clear()
                self._pause = min(self._pause * 2, LAST_RETRY)

    def once(self) -> bool:
        """One long poll; True when the controller answered as it should: with news, or after a while with none."""
        began = time.monotonic()
        try:
            newer = self._courier.wait(self.seen(), PATIENCE)
            if newer:
                self._ledger.keep(newer)
                self._wake.ask("standing")
                return True
        except (UndeliveredError, RefusedError, OSError) as failure:
            log.debug("the line is down: %s", failure)
            return False
        except Exception:
            log.exception("the line is down; it is tried again")
            return False
        return time.monotonic() - began >= BRIEFEST

    def seen(self) -> int:
        """The number of the standing that holds; nought when there is none that can be read. Raises OSError."""
        try:
            standing = self._ledger.standing()
        except RefusedError:
            return 0
        return standing.sequence if standing else 0

    def hurry(self) -> None:
        """Try again now: the network changed."""
        self._pause = FIRST_RETRY
        self._hurry.set()

    def stop(self) -> None:
        """Ask the thread to end; a poll under way ends with the process."""
        self._ended = True
        self._hurry.set()


@dataclass
class Service:
    """The loop around the round."""

    round: Round
    telling: Telling
    media: Media
    ledger: Ledger
    clock: Clock
    wake: Wake
    line: Line
    refresh: Callable[[], None] = lambda: None  # look for folders that appeared
    alive: Callable[[], None] = lambda: None  # tell the system's watchdog
    jumped: Callable[[], timedelta | None] = lambda: None
    tidy: Callable[[], None] = lambda: None  # give memory back

    def __post_init__(self) -> None:
        """Not stopped yet."""
        self._stopping = False
        self._tidied: datetime | None = None

    def run(self) -> None:
        """Go round until stopped. A round that fails is logged, and never the end; the next one looks afresh."""
        tried(lambda: self.ledger.post(AgentNote("started"), self.clock.now()))
        self.line.start()
        while not self._stopping:
            well = self.once()
            self.alive()
            self.tidy_now_and_then()
            reasons = self.wake.wait(self.patience() if well else AFTER_FAILURE)
            if "network" in reasons:
                self.telling.hurry()
                self.line.hurry()
        self.line.stop()

    def once(self) -> bool:
        """One round; a full disk or a broken part is survived. True when the round itself went well."""
        tried(self.note_jump)
        tried(self.refresh)
        return tried(self.round.run)

    def tidy_now_and_then(self) -> None:
        """After the first round, which reads everything, and once an hour."""
        now = self.clock.now()
        if self._tidied is None or not timedelta() <= now - self._tidied < TIDY_EVERY:
            self._tidied = now
            self.tidy()

    def note_jump(self) -> None:
        """A wall clock that jumps is news: times in the log before and after do not compare."""
        if jump := self.jumped():
            note = AgentNote("clock jumped", f"by {int(jump.total_seconds())} seconds")
            self.ledger.post(note, self.clock.now())

    def patience(self) -> timedelta:
        """How long nothing need be done: until a file may have settled, a letter is due, a lost tablet looks again."""
        if self.round.is_behind():
            return timedelta()
        waits = [self.telling.due_in()]
        if (settles := self.media.next_settles_in()) is not None:
            waits.append(settles)
        if self.round.went_by and self.round.went_by.lost:
            waits.append(LOST_LOOK)
        return min(waits)

    def stop(self) -> None:
        """End after the round under way."""
        self._stopping = True
        self.wake.ask("stop")


def tried(part: Callable[[], object]) -> bool:
    """Do one part of the work; True when it went well. A part that fails must not end the service."""
    try:
        part()
    except Exception:
        log.exception("this could not be finished; the next round looks afresh")
        return False
    return True
