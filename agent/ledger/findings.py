"""What is open, what became of lasting orders, and which apps are installed: only what changed is news."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from agent.ledger.clip import count, sentence, short
from agent.ledger.outbox import Outbox
from agent.ledger.schema import moment, stamp
from agreement.letters import Done, FindingTurned, OrderEnded, Turn
from agreement.rulings import Finding

Key = tuple[int, str]
FINE = (Done.DONE, "")


class Findings(Outbox):
    """Findings and outcomes, compared with the last time."""

    def anew(self) -> None:
        """Read what is open again."""
        super().anew()
        self._open: dict[Key, Finding] | None = None

    def turn(self, found: Sequence[Finding], at: datetime) -> tuple[Finding, ...]:
        """Compare with what was open: what turned is news. Gives what is open, each with its first since."""
        before = self._open if self._open is not None else self.read(load)
        after: dict[Key, Finding] = {}
        for finding in map(fitted, found):
            first = before.get(finding.key)
            after.setdefault(finding.key, replace(finding, since=first.since) if first else finding)
        if after != before:
            self.write(lambda connection: self.tell(connection, before, after, at))
        self._open = after
        return tuple(after.values())

    def open_findings(self) -> tuple[Finding, ...]:
        """What is open, as it was last written. Raises OSError."""
        return tuple(self.read(load).values())

    def tell(
        self, connection: sqlite3.Connection, before: dict[Key, Finding], after: dict[Key, Finding], at: datetime
    ) -> None:
        """Write down and tell every difference."""
        for key, finding in after.items():
            if before.get(key) != finding:
                self.put(connection, turned(finding, Turn.CHANGED if key in before else Turn.OPENED), at)
                store(connection, finding)
        for key, finding in before.items():
            if key not in after:
                self.put(connection, turned(finding, Turn.CLEARED), at)
                connection.execute("DELETE FROM findings WHERE clause = ? AND subject = ?", key)

    def ended(self, order: str, subject: str, outcome: tuple[Done, str], at: datetime) -> bool:
        """Note what became of a lasting order; news (True) only when it differs from the last time.

        A first (DONE, "") is not news: it is how things should be.
        """
        key, now = (short(order), sentence(subject)), (outcome[0], sentence(outcome[1]))
        if self.read(lambda connection: last(connection, key)) == now:
            return False
        self.write(lambda connection: self.end(connection, key, now, at))
        return True

    def outcome(self, order: str, subject: str) -> tuple[Done, str]:
        """What became of a lasting order the last time; (DONE, "") when nothing was noted. Raises OSError."""
        return self.read(lambda connection: last(connection, (short(order), sentence(subject))))

    def end(self, connection: sqlite3.Connection, key: tuple[str, str], now: tuple[Done, str], at: datetime) -> None:
        """Write down and tell one outcome."""
        self.put(connection, OrderEnded(*key, *now), at)
        if now == FINE:
            connection.execute("DELETE FROM outcomes WHERE task = ? AND subject = ?", key)
        else:
            connection.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?)", (*key, *now))


def fitted(finding: Finding) -> Finding:
    """A finding whose words fit into a letter."""
    return replace(
        finding,
        subject=sentence(finding.subject),
        what=sentence(finding.what),
        mend=sentence(finding.mend),
        count=count(finding.count),
    )


def turned(finding: Finding, turn: Turn) -> FindingTurned:
    """A finding as news."""
    return FindingTurned(
        finding.clause, finding.subject, turn, finding.what, finding.mend, finding.since, finding.count
    )


def load(connection: sqlite3.Connection) -> dict[Key, Finding]:
    """What was open when the ledger was last written."""
    rows = connection.execute("SELECT clause, subject, what, mend, since, count FROM findings")
    found = (Finding(clause, subject, what, mend, moment(since), n) for clause, subject, what, mend, since, n in rows)
    return {finding.key: finding for finding in found}


def store(connection: sqlite3.Connection, finding: Finding) -> None:
    """Write one open finding down."""
    row = (*finding.key, finding.what, finding.mend, stamp(finding.since), finding.count)
    connection.execute("INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?, ?)", row)


def last(connection: sqlite3.Connection, key: tuple[str, str]) -> tuple[Done, str]:
    """What became of this order the last time."""
    row = connection.execute("SELECT done, detail FROM outcomes WHERE task = ? AND subject = ?", key).fetchone()
    return (Done(row[0]), row[1]) if row else FINE
