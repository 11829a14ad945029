"""What the tablet remembers of its letters: the number of the last one, and the standing that holds."""

import logging
import sqlite3

from agent.ledger.database import Database
from agent.ledger.schema import keep, kept, number
from agreement.letters import RefusedError, Standing, newer, read, write

log = logging.getLogger(__name__)


class Letters(Database):
    """The sequence of check-ins and the standing."""

    def anew(self) -> None:
        """Read the standing again."""
        super().anew()
        self._standing: Standing | None = None
        self._standing_read = False

    def next_sequence(self) -> int:
        """The number of the next check-in; never the same twice. Raises OSError."""
        return self.write(advance)

    def standing(self) -> Standing | None:
        """The standing that holds; None before the first. Raises OSError, RefusedError("malformed")."""
        if not self._standing_read:
            body = self.read(lambda connection: kept(connection, "standing"))
            self._standing = read(body, Standing) if isinstance(body, bytes) else None
            self._standing_read = True
        return self._standing

    def keep(self, standing: Standing) -> None:
        """Remember a newer standing. Raises RefusedError("older" | "foreign"), OSError.

        Check-ins and the long poll bring standings at the same time: compared and written in one go, so that the older
        of two never comes to stand over the newer.
        """
        with self._lock:
            held = self.readable()
            taken = newer(held, standing)
            if taken != held:
                self.write(lambda connection: keep(connection, "standing", write(taken)))
                self._standing, self._standing_read = taken, True

    def readable(self) -> Standing | None:
        """The standing that holds; None too when it cannot be read any more: it makes way for any other."""
        try:
            return self.standing()
        except RefusedError as unreadable:
            log.warning("the standing that was kept cannot be read; the next one takes its place: %s", unreadable)
            return None


def advance(connection: sqlite3.Connection) -> int:
    """Take the next number of a check-in."""
    following = number(connection, "sequence") + 1
    keep(connection, "sequence", following)
    return following


def is_standing(body: bytes) -> bool:
    """Tell whether these bytes are a standing that may be believed."""
    try:
        read(body, Standing)
    except RefusedError:
        return False
    return True
