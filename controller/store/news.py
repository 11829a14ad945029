"""News as it came, and the two kinds that are looked up on their own: deletion records and app changes."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    func,
    select,
)

from agreement.letters import AppChanged, AppTurn, News, PhotoPurged
from controller.records import AppChange, Happening, PurgeRecord
from controller.store.devices import devices
from controller.store.schema import Instant, metadata

news = Table(
    "news",
    metadata,
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("era", Integer, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("kind", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("chain", String, nullable=False),
)

purges = Table(
    "purges",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("device", ForeignKey(devices.c.id), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("digest", String, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("strength", String, nullable=False),
    Column("source", String, nullable=False),
    Column("evidence_at", Instant, nullable=False),
    Column("copies", LargeBinary, nullable=False),
)

app_changes = Table(
    "app_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("device", ForeignKey(devices.c.id), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("happened", Instant),
    Column("source", String, nullable=False),
    Column("package", String, nullable=False),
    Column("name", String, nullable=False),
    Column("turn", String, nullable=False),
    Column("was", String, nullable=False),
    Column("now", String, nullable=False),
    Column("by", String, nullable=False),
    Column("automatic", Boolean, nullable=False),
)


class Reports:
    """The news of all tablets, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, device: str, era: int, piece: News, kind: str, now: datetime) -> None:
        """Keep one piece of news as it came."""
        self._connection.execute(
            news.insert().values(
                device=device,
                era=era,
                number=piece.number,
                at=piece.at,
                heard_at=now,
                kind=kind,
                body=bytes(piece.what),
                chain=piece.chain,
            )
        )

    def chain(self, device: str, era: int, number: int) -> str | None:
        """The chain at one piece of news that is kept."""
        query = select(news.c.chain).where(news.c.device == device, news.c.era == era, news.c.number == number)
        return self._connection.scalar(query)

    def add_purge(self, device: str, at: datetime, now: datetime, purged: PhotoPurged) -> None:
        """Keep a deletion record."""
        self._connection.execute(
            purges.insert().values(
                device=device,
                at=at,
                heard_at=now,
                digest=purged.digest,
                size=purged.size,
                taken_at=purged.taken_at,
                strength=purged.strength.value,
                source=purged.source,
                evidence_at=purged.evidence_at,
                copies=msgspec.json.encode(purged.copies),
            )
        )

    def add_app_change(self, device: str, at: datetime, now: datetime, changed: AppChanged) -> None:
        """Keep an app's coming, change or going."""
        self._connection.execute(
            app_changes.insert().values(
                device=device,
                at=at,
                heard_at=now,
                happened=changed.happened,
                source=changed.source,
                package=changed.package,
                name=changed.name,
                turn=changed.turn.value,
                was=changed.was,
                now=changed.now,
                by=changed.by,
                automatic=changed.automatic,
            )
        )

    def of(self, device: str, most: int, before: datetime | None = None) -> tuple[Happening, ...]:
        """One tablet's news, the latest heard first."""
        query = select(news).where(news.c.device == device)
        if before is not None:
            query = query.where(news.c.heard_at < before)
        query = query.order_by(news.c.era.desc(), news.c.number.desc()).limit(most)
        return tuple(
            Happening(row.device, row.number, row.at, row.heard_at, row.kind, row.body)
            for row in self._connection.execute(query)
        )

    def purges(self, device: str, most: int) -> tuple[PurgeRecord, ...]:
        """One tablet's deletion records, the latest first."""
        query = select(purges).where(purges.c.device == device).order_by(purges.c.id.desc()).limit(most)
        return tuple(as_purge(row) for row in self._connection.execute(query))

    def purge_count(self, device: str) -> int:
        """How many deletion records there are of one tablet."""
        query = select(func.count()).select_from(purges).where(purges.c.device == device)
        return int(self._connection.execute(query).scalar_one())

    def app_changes(self, device: str | None, most: int) -> tuple[AppChange, ...]:
        """App changes of one tablet, or of all, the latest first."""
        query = select(app_changes).order_by(app_changes.c.id.desc()).limit(most)
        if device is not None:
            query = query.where(app_changes.c.device == device)
        return tuple(as_app_change(row) for row in self._connection.execute(query))


def as_purge(row: Row[Any]) -> PurgeRecord:
    """A row as a record."""
    return PurgeRecord(
        device=row.device,
        at=row.at,
        heard_at=row.heard_at,
        digest=row.digest,
        size=row.size,
        taken_at=row.taken_at,
        strength=row.strength,
        source=row.source,
        evidence_at=row.evidence_at,
        copies=msgspec.json.decode(row.copies, type=dict[str, int]),
    )


def as_app_change(row: Row[Any]) -> AppChange:
    """A row as a record."""
    return AppChange(
        device=row.device,
        at=row.at,
        heard_at=row.heard_at,
        happened=row.happened,
        source=row.source,
        package=row.package,
        name=row.name,
        turn=AppTurn(row.turn),
        was=row.was,
        now=row.now,
        by=row.by,
        automatic=row.automatic,
    )
