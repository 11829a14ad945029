"""Photos that a person's word removed, for as long as they are held; and those that an export should have had."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, ForeignKey, Row, String, Table, func, select

from agreement.facts import Word
from controller.photo_records import HeldPhoto, MissingPhoto
from controller.records import Author
from controller.store.database import raw_of
from controller.store.devices import devices, taking_part
from controller.store.schema import Instant, metadata, to_micros

held = Table(
    "held_photos",
    metadata,
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("digest", String, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("word", String, nullable=False),
    Column("said_at", Instant, nullable=False),
    Column("held_at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("sealed_key", String, nullable=False, index=True),
    Column("given_by", String, nullable=False),
    Column("given_at", Instant),
)

missing = Table(
    "missing_photos",
    metadata,
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("digest", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("said_at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("back_at", Instant),
    Column("noted_by", String, nullable=False),
    Column("noted_at", Instant),
)

GIVE_BACK = """UPDATE held_photos SET given_by = ?, given_at = ?
 WHERE device = ? AND digest = ? AND given_at IS NULL"""


class Held:
    """The photos that are held on all tablets, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, photo: HeldPhoto) -> bool:
        """Remember one; False when another tablet told of the same sealed key before, and nothing was kept."""
        other = select(held.c.device).where(held.c.sealed_key == photo.sealed_key, held.c.device != photo.device)
        if self._connection.scalar(other.limit(1)) is not None:
            return False
        self.end(photo.device, photo.digest)
        self._connection.execute(held.insert().values(**asdict(photo)))
        return True

    def get(self, device: str, digest: str) -> HeldPhoto | None:
        """One of them."""
        row = self._connection.execute(select(held).where(*this(device, digest))).one_or_none()
        return None if row is None else as_held(row)

    def of(self, device: str, most: int) -> tuple[HeldPhoto, ...]:
        """Those of one tablet, the one whose time ends first at the beginning."""
        query = select(held).where(held.c.device == device).order_by(held.c.held_at, held.c.digest).limit(most)
        return tuple(as_held(row) for row in self._connection.execute(query))

    def count(self, device: str) -> int:
        """How many are held on one tablet."""
        query = select(func.count()).select_from(held).where(held.c.device == device)
        return int(self._connection.execute(query).scalar_one())

    def counts(self, setting: str) -> dict[str, int]:
        """How many are held, for each tablet of a setting that takes part and holds any."""
        query = select(held.c.device, func.count().label("many")).join(devices).where(taking_part(setting))
        return {row.device: int(row.many) for row in self._connection.execute(query.group_by(held.c.device))}

    def sealed(self, device: str) -> Sequence[tuple[str, str]]:
        """Digest and sealed key of those of one tablet that nobody asked back yet."""
        query = select(held.c.digest, held.c.sealed_key).where(held.c.device == device, held.c.given_at.is_(None))
        return [(digest, sealed) for digest, sealed in self._connection.execute(query)]

    def give_back(self, device: str, digests: Sequence[str], author: Author) -> int:
        """Ask these back; gives how many of them nobody had asked back before."""
        at = to_micros(author.at)
        asked = ((author.by, at, device, digest) for digest in digests)
        return raw_of(self._connection).executemany(GIVE_BACK, asked).rowcount

    def keep_sealed(self, device: str, digests: Sequence[str]) -> None:
        """Do not ask these back any more."""
        for digest in digests:
            self._connection.execute(held.update().where(*this(device, digest)).values(given_by="", given_at=None))

    def asked_back(self, device: str, most: int) -> tuple[HeldPhoto, ...]:
        """Those of one tablet that are to be put back, asked first first."""
        query = select(held).where(held.c.device == device, held.c.given_at.is_not(None))
        rows = self._connection.execute(query.order_by(held.c.given_at, held.c.held_at, held.c.digest).limit(most))
        return tuple(as_held(row) for row in rows)

    def end(self, device: str, digest: str) -> HeldPhoto | None:
        """Forget one; gives what was known of it."""
        ended = held.delete().where(*this(device, digest)).returning(held)
        row = self._connection.execute(ended).one_or_none()
        return None if row is None else as_held(row)


class Missing:
    """The photos that an export should have had, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, photo: MissingPhoto) -> None:
        """Remember one; a later export speaks for an earlier one."""
        self.end(photo.device, photo.digest)
        self._connection.execute(missing.insert().values(**asdict(photo)))

    def every(self, setting: str, most: int) -> tuple[MissingPhoto, ...]:
        """Those that nobody has noted as seen, on tablets that take part, the latest first."""
        query = select(missing).join(devices).where(taking_part(setting), missing.c.noted_at.is_(None))
        rows = self._connection.execute(query.order_by(missing.c.heard_at.desc(), missing.c.digest).limit(most))
        return tuple(MissingPhoto(**row._asdict()) for row in rows)

    def back(self, device: str, digest: str, at: datetime) -> None:
        """It is back on the tablet."""
        self._connection.execute(missing.update().where(*that(device, digest)).values(back_at=at))

    def note(self, device: str, digest: str, author: Author) -> bool:
        """Note one as seen; False when there was nothing to note."""
        noted = missing.update().where(*that(device, digest), missing.c.noted_at.is_(None))
        return bool(self._connection.execute(noted.values(noted_by=author.by, noted_at=author.at)).rowcount)

    def end(self, device: str, digest: str) -> None:
        """Forget one: it is in the journal after all."""
        self._connection.execute(missing.delete().where(*that(device, digest)))


def this(device: str, digest: str) -> tuple[Any, Any]:
    """One held photo: the same digest on another tablet is another."""
    return held.c.device == device, held.c.digest == digest


def that(device: str, digest: str) -> tuple[Any, Any]:
    """One missing photo."""
    return missing.c.device == device, missing.c.digest == digest


def as_held(row: Row[Any]) -> HeldPhoto:
    """A row as a record."""
    return HeldPhoto(**(row._asdict() | {"word": Word(row.word)}))
