"""Leaves a reminder where each person's session waits for one; the session itself shows it, with that person's rights.

The agent reaches no one's screen: it rings a bell, a file that the sessions' own systemd watches
(safeuse-reminder.path). What is to be said is asked at the agent's door by whoever heard the bell.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from agreement.rulings import Remind

BELL: Final = "reminder"
UNIT: Final = Path("/etc/systemd/user/safeuse-reminder.path")
QUIET: Final = timedelta(minutes=20)
"""A reminder is not followed by another sooner, however many photos come due one by one."""


class Rung(msgspec.Struct, frozen=True):
    """The last reminder: how many photos, until when, and when it was left."""

    count: int
    by: datetime
    at: datetime

    def covers(self, order: Remind, at: datetime) -> bool:
        """Tell whether people were reminded of this already, or were only just reminded."""
        if self.at <= at < self.at + QUIET:
            return True
        return order.by == self.by and order.count <= self.count


class Reminders:
    """The bell of this tablet."""

    def __init__(self, folder: Path | None, unit: Path = UNIT) -> None:
        """Take the folder that the system gave the service; None where the agent is no service."""
        self._folder, self._unit = folder, unit

    def leave(self, order: Remind, at: datetime) -> None:
        """Ring, unless that was done: once for a deadline and its photos. Raises OSError where nobody would hear."""
        why = self.unable()
        if self._folder is None or why:
            raise FileNotFoundError(why)
        last = self.last(self._folder)
        if last is None or not last.covers(order, at):
            bell = self._folder / BELL
            bell.write_bytes(msgspec.json.encode(Rung(order.count, order.by, at)))
            bell.chmod(0o644)

    def last(self, folder: Path) -> Rung | None:
        """What was left last; None when that cannot be told, and then people are reminded once more."""
        try:
            return msgspec.json.decode((folder / BELL).read_bytes(), type=Rung)
        except (OSError, msgspec.DecodeError):
            return None

    def unable(self) -> str:
        """Why no reminder can be shown; empty when nothing is known to stand in the way."""
        if self._folder is None:
            return "The agent does not run as the system’s service."
        if not self._unit.exists():
            return "Sessions do not wait for reminders here: run “safeuse-agent install” again."
        return ""
