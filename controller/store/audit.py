"""The audit log: what people changed, each line with its author. Lines are added, never changed."""

from datetime import datetime

from sqlalchemy import Column, Connection, Integer, String, Table, select

from controller.records import Author, Change
from controller.store.schema import Instant, metadata

changes = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("by", String, nullable=False),
    Column("what", String, nullable=False),
    Column("about", String, nullable=False, index=True),
)


def audit(connection: Connection, by: str, at: datetime, what: str, about: str) -> None:
    """Add one line, in the transaction of the change itself."""
    connection.execute(changes.insert().values(by=by, at=at, what=what, about=about))


class Audit:
    """The audit log, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, author: Author, what: str, about: str) -> None:
        """Add one line: what (a few words), about whom or which tablet."""
        audit(self._connection, author.by, author.at, what, about)

    def latest(self, most: int, before: datetime | None = None) -> tuple[Change, ...]:
        """The newest lines first."""
        query = select(changes).order_by(changes.c.id.desc()).limit(most)
        if before is not None:
            query = query.where(changes.c.at < before)
        return tuple(Change(row.at, row.by, row.what, row.about) for row in self._connection.execute(query))
