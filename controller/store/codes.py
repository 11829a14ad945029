"""Enrolment codes: only a hash of each secret is kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Row, String, Table, select

from controller.records import IssuedCode
from controller.store.agreements import settings
from controller.store.devices import devices
from controller.store.schema import Instant, metadata

codes = Table(
    "codes",
    metadata,
    Column("hash", String, primary_key=True),
    Column("tablet", String, nullable=False),
    Column("setting", ForeignKey(settings.c.id), nullable=False),
    Column("device", ForeignKey(devices.c.id)),
    Column("by", String, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)


class Codes:
    """The enrolment codes, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, code: IssuedCode) -> None:
        """Remember a code."""
        self._connection.execute(
            codes.insert().values(
                hash=code.hash,
                tablet=code.tablet,
                setting=code.setting,
                device=code.device,
                by=code.by,
                made_at=code.made_at,
                expires_at=code.expires_at,
                used_at=code.used_at,
            )
        )

    def get(self, digest: str) -> IssuedCode | None:
        """The code with this hash."""
        row = self._connection.execute(select(codes).where(codes.c.hash == digest)).one_or_none()
        return None if row is None else as_code(row)

    def use(self, digest: str, at: datetime) -> bool:
        """Use a code up; False when another letter got there first."""
        done = self._connection.execute(
            codes.update().where(codes.c.hash == digest, codes.c.used_at.is_(None)).values(used_at=at)
        )
        return done.rowcount == 1

    def open(self, now: datetime) -> tuple[IssuedCode, ...]:
        """The codes that may still be used, newest first."""
        query = select(codes).where(codes.c.used_at.is_(None), codes.c.expires_at > now)
        return tuple(as_code(row) for row in self._connection.execute(query.order_by(codes.c.made_at.desc())))


def as_code(row: Row[Any]) -> IssuedCode:
    """A row as a record."""
    return IssuedCode(row.hash, row.tablet, row.setting, row.device, row.by, row.made_at, row.expires_at, row.used_at)
