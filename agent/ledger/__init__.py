"""The ledger: what survives a power cut. Photos, evidence, purges begun, findings, apps, news and the standing.

One SQLite file, readable by the agent alone. The threads of the round, of the journals and of the courier share it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from agent.ledger.apps import Apps
from agent.ledger.findings import Findings
from agent.ledger.holding import Holding
from agent.ledger.letters import Letters, is_standing
from agent.ledger.matches import Matches
from agent.ledger.outbox import DAMAGED
from agent.ledger.schema import keep
from agreement.letters import AgentNote

__all__ = ["Ledger"]

WHAT_IT_MEANS = (
    "The ledger was damaged. It was put aside as {aside}, and a new one begun: no photo is purged until it is proved"
    " again, news that had not been sent is lost, and the numbers of news and check-ins begin again at 1."
)


def utc_now() -> datetime:
    """The present by the tablet's clock, for the one note that no caller gives a time for."""
    return datetime.now(UTC)


class Ledger(Holding, Matches, Findings, Apps, Letters):
    """The real ledger. Raises OSError when its file cannot be opened; one that is damaged is put aside."""

    def __init__(self, path: Path, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        super().__init__(path)

    def anew(self) -> None:
        """After a damaged file: keep the standing, so that what is lost stays locked, and tell what happened."""
        super().anew()
        body = self.salvaged.pop("standing", None)
        if body is not None and is_standing(body):
            self.write(lambda connection: keep(connection, "standing", body))
        while self.began_anew:
            aside = self.began_anew.pop()
            self.post(AgentNote(DAMAGED, WHAT_IT_MEANS.format(aside=aside.name)), self._now())
