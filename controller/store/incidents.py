"""Incidents: tablets reported lost, stolen or damaged, and every step with its time and its author."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Integer, LargeBinary, Row, String, Table, select

from controller.records import Entry, EntryKind, Incident
from controller.store.devices import as_posture, devices
from controller.store.schema import Instant, metadata

incidents = Table(
    "incidents",
    metadata,
    Column("id", String, primary_key=True),
    Column("device", ForeignKey(devices.c.id), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("message", String, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("opened_by", String, nullable=False),
    Column("where", String, nullable=False),
    Column("when", String, nullable=False),
    Column("posture", LargeBinary, nullable=False),
    Column("told_at", Instant),
    Column("heard_at", Instant),
    Column("standing", BigInteger, nullable=False),
    Column("applied_at", Instant),
    Column("locked_at", Instant),
    Column("locked_heard_at", Instant),
    Column("locked_detail", String, nullable=False, default=""),
    Column("closed_at", Instant),
    Column("closed_by", String, nullable=False, default=""),
)

entries = Table(
    "incident_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident", ForeignKey(incidents.c.id), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("actor", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("what", String, nullable=False),
)


class Incidents:
    """The incidents, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, incident: Incident) -> None:
        """Remember a new incident."""
        self._connection.execute(
            incidents.insert().values(
                id=incident.id,
                device=incident.device,
                kind=incident.kind,
                message=incident.message,
                opened_at=incident.opened_at,
                opened_by=incident.opened_by,
                where=incident.where,
                when=incident.when,
                posture=b"" if incident.posture is None else msgspec.json.encode(incident.posture),
                told_at=incident.told_at,
                heard_at=incident.heard_at,
                standing=incident.standing,
            )
        )

    def get(self, incident: str) -> Incident | None:
        """One incident."""
        row = self._connection.execute(select(incidents).where(incidents.c.id == incident)).one_or_none()
        return None if row is None else as_incident(row)

    def every(self, most: int) -> tuple[Incident, ...]:
        """The incidents, open ones first, then the latest."""
        query = select(incidents).order_by(incidents.c.closed_at.is_not(None), incidents.c.opened_at.desc())
        return tuple(as_incident(row) for row in self._connection.execute(query.limit(most)))

    def applied(self, incident: str, at: datetime) -> None:
        """The tablet goes by the standing that tells of its loss."""
        self._set(incident, applied_at=at)

    def locked(self, incident: str, at: datetime, heard_at: datetime, detail: str) -> None:
        """The tablet itself said what became of the lock; the first time stays, the last detail too."""
        self._set(incident, locked_detail=detail)
        self._connection.execute(
            incidents.update()
            .where(incidents.c.id == incident, incidents.c.locked_at.is_(None))
            .values(locked_at=at, locked_heard_at=heard_at)
        )

    def close(self, incident: str, by: str, at: datetime) -> None:
        """The tablet was found, or given up."""
        self._set(incident, closed_at=at, closed_by=by)

    def add(self, entry: Entry) -> None:
        """Add one line; lines are never changed."""
        self._connection.execute(
            entries.insert().values(
                incident=entry.incident,
                at=entry.at,
                heard_at=entry.heard_at,
                actor=entry.actor,
                kind=entry.kind.value,
                what=entry.what,
            )
        )

    def entries(self, incident: str) -> tuple[Entry, ...]:
        """Every line of an incident, in the order in which it was heard."""
        query = select(entries).where(entries.c.incident == incident).order_by(entries.c.id)
        return tuple(
            Entry(row.incident, row.at, row.heard_at, row.actor, EntryKind(row.kind), row.what)
            for row in self._connection.execute(query)
        )

    def _set(self, incident: str, **values: object) -> None:
        self._connection.execute(incidents.update().where(incidents.c.id == incident).values(**values))


def as_incident(row: Row[Any]) -> Incident:
    """A row as a record."""
    return Incident(
        id=row.id,
        device=row.device,
        kind=row.kind,
        message=row.message,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        where=row.where,
        when=row.when,
        posture=as_posture(row.posture),
        told_at=row.told_at,
        heard_at=row.heard_at,
        standing=row.standing,
        applied_at=row.applied_at,
        locked_at=row.locked_at,
        locked_heard_at=row.locked_heard_at,
        locked_detail=row.locked_detail,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
    )
