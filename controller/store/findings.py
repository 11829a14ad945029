"""Findings: those that are open, and what became of the others."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Index, Integer, Row, String, Table, select

from agreement.letters import FindingTurned
from controller.records import OpenFinding
from controller.store.devices import devices
from controller.store.schema import Instant, metadata

findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("device", ForeignKey(devices.c.id), nullable=False),
    Column("clause", Integer, nullable=False),
    Column("subject", String, nullable=False),
    Column("what", String, nullable=False),
    Column("mend", String, nullable=False),
    Column("since", Instant, nullable=False),
    Column("many", BigInteger, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("cleared_at", Instant),
)
OPEN = findings.c.cleared_at.is_(None)
Index("ix_findings_open", findings.c.device, findings.c.clause, findings.c.subject, unique=True, sqlite_where=OPEN)


class Findings:
    """The findings of all tablets, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, device: str, turned: FindingTurned, now: datetime) -> None:
        """A finding opened, or changed."""
        values = {
            "what": turned.what,
            "mend": turned.mend,
            "since": turned.since,
            "many": turned.count,
        }
        this = (findings.c.device == device, findings.c.clause == turned.clause, findings.c.subject == turned.subject)
        if not self._connection.execute(findings.update().where(*this, OPEN).values(**values)).rowcount:
            self._connection.execute(
                findings.insert().values(
                    device=device, clause=turned.clause, subject=turned.subject, heard_at=now, **values
                )
            )

    def clear(self, device: str, clause: int, subject: str, at: datetime) -> None:
        """A finding cleared."""
        this = (findings.c.device == device, findings.c.clause == clause, findings.c.subject == subject)
        self._connection.execute(findings.update().where(*this, OPEN).values(cleared_at=at))

    def clear_all(self, device: str, at: datetime) -> None:
        """Every finding of a tablet that starts anew, or takes no part any more."""
        self._connection.execute(findings.update().where(findings.c.device == device, OPEN).values(cleared_at=at))

    def any_open(self, device: str) -> bool:
        """Tell whether anything is to be looked at on this tablet."""
        query = select(findings.c.id).where(findings.c.device == device, OPEN).limit(1)
        return self._connection.scalar(query) is not None

    def open(self, device: str | None = None, clause: int | None = None) -> tuple[OpenFinding, ...]:
        """What is open on one tablet, or on all; of one clause, or of all; the oldest first."""
        query = select(findings).where(OPEN).order_by(findings.c.since)
        if device is not None:
            query = query.where(findings.c.device == device)
        if clause is not None:
            query = query.where(findings.c.clause == clause)
        return tuple(as_finding(row) for row in self._connection.execute(query))

    def cleared(self, device: str, most: int) -> tuple[OpenFinding, ...]:
        """What was open on one tablet and is no longer, the latest first."""
        query = select(findings).where(findings.c.device == device, ~OPEN)
        query = query.order_by(findings.c.cleared_at.desc()).limit(most)
        return tuple(as_finding(row) for row in self._connection.execute(query))


def as_finding(row: Row[Any]) -> OpenFinding:
    """A row as a record."""
    return OpenFinding(
        row.device,
        row.clause,
        row.subject,
        row.what,
        row.mend,
        row.since,
        row.many,
        row.heard_at,
        row.cleared_at,
    )
