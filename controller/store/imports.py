"""The journal's exports: the imports, the fingerprints of their pictures, and which tablets have answered."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from agreement.facts import Publication
from controller.imported import UNDER_WAY, Answer, Import, ImportState, Picture, Tally, Way
from controller.store.database import raw_of
from controller.store.devices import devices
from controller.store.schema import Instant, metadata, to_micros

TALLIES = tuple(one.name for one in fields(Tally))

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, unique=True),
    Column("state", String, nullable=False, index=True),
    Column("way", String, nullable=False),
    Column("token", String, nullable=False, index=True),
    Column("person", String, nullable=False),
    Column("by", String, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("key", String, nullable=False),
    Column("listing", String, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    *(Column(name, Integer, nullable=False) for name in TALLIES),
    Column("said", String, nullable=False),
    Column("ready_at", Instant),
    Column("source", String, nullable=False),
    Column("kept_until", Instant),
    Column("gone_at", Instant),
    Column("gone_why", String, nullable=False),
)

pictures = Table(
    "journal_pictures",
    metadata,
    Column("digest", String, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

imported = Table(
    "imported_pictures",
    metadata,
    Column("import_id", ForeignKey(imports.c.id), primary_key=True),
    Column("digest", ForeignKey(pictures.c.digest), primary_key=True),
    Column("publication", String, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_imported_pictures_digest", imported.c.digest)

answers = Table(
    "import_answers",
    metadata,
    Column("import_id", ForeignKey(imports.c.id), primary_key=True),
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("at", Instant, nullable=False),
)

ANSWERED = """SELECT 1 FROM imports JOIN import_answers ON import_answers.import_id = imports.id
 WHERE imports.number = ? AND import_answers.device = ?"""
IS_READY = imports.c.state == ImportState.READY.value


class Imports:
    """The imports and their pictures, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, new: Import) -> Import:
        """Remember a new import; gives it with its id."""
        done = self._connection.execute(imports.insert().values(**as_row(new)).returning(imports.c.id))
        return replace(new, id=int(done.scalar_one()))

    def get(self, ident: int) -> Import | None:
        """One import by its id."""
        return self._one(select(imports).where(imports.c.id == ident))

    def by_token(self, token: str) -> Import | None:
        """The import that is under way with this token."""
        return self._one(
            select(imports).where(imports.c.token == token, imports.c.state.in_(UNDER_WAY)).order_by(imports.c.id)
        )

    def every(self, most: int) -> tuple[Import, ...]:
        """The imports, the newest first."""
        return self._all(select(imports).order_by(imports.c.id.desc()).limit(most))

    def under_way(self) -> tuple[Import, ...]:
        """Those that are being received or read, the oldest first."""
        return self._all(select(imports).where(imports.c.state.in_(UNDER_WAY)).order_by(imports.c.id))

    def with_pictures(self) -> tuple[Import, ...]:
        """The ready ones whose pictures are still here, the newest first."""
        return self._all(select(imports).where(IS_READY, imports.c.gone_at.is_(None)).order_by(imports.c.number.desc()))

    def newest(self) -> int:
        """The number of the newest import that is ready; 0 when there is none."""
        return int(self._connection.scalar(select(func.max(imports.c.number))) or 0)

    def pulse(self) -> tuple[int, ...]:
        """Numbers that change whenever there is anything new to show; cheap to ask for."""
        latest = self._connection.execute(
            select(func.max(imports.c.changed_at), func.max(imports.c.number), func.count())
        ).one()
        given = self._connection.scalar(select(func.count()).select_from(answers))
        changed, newest, count = latest
        return (0 if changed is None else to_micros(changed), int(newest or 0), int(count), int(given or 0))

    def put(self, changed: Import) -> None:
        """Keep what has become of an import."""
        self._connection.execute(imports.update().where(imports.c.id == changed.id).values(**as_row(changed)))

    def known(self, digest: str) -> Picture | None:
        """A picture that an earlier import had; its publication is unknown here."""
        row = self._connection.execute(select(pictures).where(pictures.c.digest == digest)).one_or_none()
        if row is None:
            return None
        return Picture(row.digest, row.size, row.kind, Publication.UNKNOWN, row.fingerprint)

    def add(self, ident: int, found: Sequence[Picture]) -> Tally:
        """Keep pictures of an import; gives how many of them are new to it, pictures, videos and known ones.

        One that it holds already keeps what was said of it first.
        """
        tally = Tally()
        for one in found:
            fresh = self._insert(pictures, digest=one.digest, size=one.size, kind=one.kind, fingerprint=one.fingerprint)
            row = {"import_id": ident, "digest": one.digest, "publication": one.publication.value}
            if self._insert(imported, **row):
                video = one.kind == "video"
                tally = replace(
                    tally,
                    pictures=tally.pictures + (not video),
                    videos=tally.videos + video,
                    known=tally.known + (not fresh),
                )
        return tally

    def _insert(self, table: Table, **row: object) -> bool:
        done = self._connection.execute(insert(table).values(**row).on_conflict_do_nothing())
        return done.rowcount == 1

    def clear(self, ident: int) -> None:
        """Forget the pictures of an import, and the fingerprints that no other import has."""
        mine = select(imported.c.digest).where(imported.c.import_id == ident).scalar_subquery()
        others = select(imported.c.digest).where(imported.c.import_id != ident).scalar_subquery()
        only = list(
            self._connection.scalars(
                select(pictures.c.digest).where(pictures.c.digest.in_(mine), pictures.c.digest.not_in(others))
            )
        )
        self._connection.execute(imported.delete().where(imported.c.import_id == ident))
        for digest in only:
            self._connection.execute(pictures.delete().where(pictures.c.digest == digest))

    def ready_after(self, number: int, most: int) -> tuple[Import, ...]:
        """The ready imports above this number, the oldest first."""
        query = select(imports).where(IS_READY, imports.c.number > number)
        return self._all(query.order_by(imports.c.number).limit(most))

    def numbered(self, number: int) -> Import | None:
        """The ready import with this number."""
        return self._one(select(imports).where(IS_READY, imports.c.number == number))

    def index(self, ident: int, after: str, most: int, counted: frozenset[Publication]) -> tuple[Picture, ...]:
        """The pictures of an import that count, by digest, from the one after this on."""
        query = (
            select(pictures, imported.c.publication)
            .join(imported, imported.c.digest == pictures.c.digest)
            .where(imported.c.import_id == ident, imported.c.digest > after, imported.c.publication.in_(counted))
            .order_by(imported.c.digest)
            .limit(most)
        )
        return tuple(
            Picture(row.digest, row.size, row.kind, Publication(row.publication), row.fingerprint)
            for row in self._connection.execute(query)
        )

    def counting(self, ident: int, digests: Sequence[str], counted: frozenset[Publication]) -> frozenset[str]:
        """Which of these pictures an import has and counts."""
        query = select(imported.c.digest).where(imported.c.import_id == ident, imported.c.publication.in_(counted))
        return frozenset(self._connection.scalars(query.where(imported.c.digest.in_(digests))))

    def holding(self, digest: str, counted: frozenset[Publication]) -> tuple[tuple[Import, int], ...]:
        """The ready imports that still have this picture and count it, the newest first; with the picture's size."""
        query = (
            select(imports, pictures.c.size.label("bytes"))
            .join(imported, imports.c.id == imported.c.import_id)
            .join(pictures, pictures.c.digest == imported.c.digest)
            .where(IS_READY, imports.c.gone_at.is_(None), imported.c.digest == digest)
            .where(imported.c.publication.in_(counted))
            .order_by(imports.c.number.desc())
        )
        return tuple((as_import(row), int(row.bytes)) for row in self._connection.execute(query))

    def answered(self, device: str, number: int, at: datetime) -> bool:
        """A tablet has worked through every import up to this number; tells whether that is news.

        Every check-in says so again, so what is known already is looked up by the driver alone, as in letters.py.
        """
        if raw_of(self._connection).execute(ANSWERED, (number, device)).fetchone():
            return False
        given = select(answers.c.import_id).where(answers.c.device == device).scalar_subquery()
        query = select(imports.c.id).where(IS_READY, imports.c.number <= number, imports.c.id.not_in(given))
        fresh = [int(ident) for ident in self._connection.scalars(query)]
        for ident in fresh:
            self._connection.execute(answers.insert().values(import_id=ident, device=device, at=at))
        return bool(fresh)

    def answers(self, ident: int) -> tuple[Answer, ...]:
        """The tablets that have worked through an import, in the order in which they did."""
        query = select(answers).where(answers.c.import_id == ident).order_by(answers.c.at, answers.c.device)
        return tuple(Answer(row.device, row.at) for row in self._connection.execute(query))

    def _one(self, query: Select[Any]) -> Import | None:
        row = self._connection.execute(query.limit(1)).one_or_none()
        return None if row is None else as_import(row)

    def _all(self, query: Select[Any]) -> tuple[Import, ...]:
        return tuple(as_import(row) for row in self._connection.execute(query))


def as_row(one: Import) -> dict[str, object]:
    """A record as a row, without its id."""
    row = {each.name: getattr(one, each.name) for each in fields(one) if each.name not in {"id", "tally"}}
    tally = {name: getattr(one.tally, name) for name in TALLIES}
    return row | tally | {"state": one.state.value, "way": one.way.value}


def as_import(row: Row[Any]) -> Import:
    """A row as a record."""
    given = {each.name: getattr(row, each.name) for each in fields(Import) if each.name != "tally"}
    tally = Tally(**{name: getattr(row, name) for name in TALLIES})
    return Import(**given | {"state": ImportState(row.state), "way": Way(row.way), "tally": tally})
