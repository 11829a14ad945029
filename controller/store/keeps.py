"""Photos that someone asks to keep on a tablet for a while, and what the manager said."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, String, Table, select

from controller.photo_records import KeepAsked
from controller.records import Author
from controller.store.devices import devices, taking_part
from controller.store.schema import Instant, metadata

keeps = Table(
    "keeps",
    metadata,
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("digest", String, primary_key=True),
    Column("taken_at", Instant, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", Instant),
    Column("until", Instant, index=True),
)


class Keeps:
    """What was asked to be kept on all tablets, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, asked: KeepAsked) -> None:
        """Remember one that was asked, in place of an earlier one about the same photo."""
        self.end(asked.device, asked.digest)
        self._connection.execute(keeps.insert().values(**asdict(asked)))

    def get(self, device: str, digest: str) -> KeepAsked | None:
        """One of them."""
        row = self._connection.execute(select(keeps).where(*this(device, digest))).one_or_none()
        return None if row is None else KeepAsked(**row._asdict())

    def open(self, setting: str, most: int) -> tuple[KeepAsked, ...]:
        """Those that wait for the manager, on tablets that take part, the earliest first."""
        query = select(keeps).join(devices).where(taking_part(setting), keeps.c.decided_at.is_(None))
        rows = self._connection.execute(query.order_by(keeps.c.asked_at, keeps.c.digest).limit(most))
        return tuple(KeepAsked(**row._asdict()) for row in rows)

    def decide(self, device: str, digest: str, author: Author, until: datetime | None) -> bool:
        """Allow it until then, or not at all; False when it does not wait for anybody any more."""
        waiting = keeps.update().where(*this(device, digest), keeps.c.decided_at.is_(None))
        said = waiting.values(decided_by=author.by, decided_at=author.at, until=until)
        return bool(self._connection.execute(said).rowcount)

    def allowed(self, device: str, most: int) -> tuple[KeepAsked, ...]:
        """Those of one tablet that are allowed, the one that ends last at the beginning."""
        query = select(keeps).where(keeps.c.device == device, keeps.c.until.is_not(None))
        rows = self._connection.execute(query.order_by(keeps.c.until.desc(), keeps.c.digest).limit(most))
        return tuple(KeepAsked(**row._asdict()) for row in rows)

    def running(self, setting: str, now: datetime, most: int) -> tuple[KeepAsked, ...]:
        """Those that are allowed now, on tablets that take part, the one that ends first at the beginning."""
        query = select(keeps).join(devices).where(taking_part(setting), keeps.c.until > now)
        rows = self._connection.execute(query.order_by(keeps.c.until, keeps.c.digest).limit(most))
        return tuple(KeepAsked(**row._asdict()) for row in rows)

    def withdraw(self, device: str, digest: str, author: Author) -> bool:
        """Allow one no longer; False when it is not allowed at that moment."""
        allowed = keeps.update().where(*this(device, digest), keeps.c.until > author.at)
        said = allowed.values(decided_by=author.by, decided_at=author.at, until=None)
        return bool(self._connection.execute(said).rowcount)

    def end(self, device: str, digest: str) -> KeepAsked | None:
        """Forget one; gives what was known of it."""
        row = self._connection.execute(keeps.delete().where(*this(device, digest)).returning(keeps)).one_or_none()
        return None if row is None else KeepAsked(**row._asdict())

    def forget(self, before: datetime) -> int:
        """Forget what was allowed until an earlier time than this; gives how many."""
        return self._connection.execute(keeps.delete().where(keeps.c.until < before)).rowcount


def this(device: str, digest: str) -> tuple[Any, Any]:
    """One photo on one tablet."""
    return keeps.c.device == device, keeps.c.digest == digest
