"""Settings, and every version of their agreements with who put it into force."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Integer, LargeBinary, Row, String, Table, select

from agreement.agreement import Agreement, from_json, to_json
from controller.records import Author, Setting, Version
from controller.store.schema import Instant, metadata

SECOND = timedelta(seconds=1)

settings = Table(
    "settings",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("check_in_seconds", Integer, nullable=False),
)

agreements = Table(
    "agreements",
    metadata,
    Column("setting", ForeignKey(settings.c.id), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("terms", LargeBinary, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("why", String, nullable=False),
)


class Agreements:
    """The settings and their agreements, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def settings(self) -> tuple[Setting, ...]:
        """Every setting."""
        rows = self._connection.execute(select(settings).order_by(settings.c.id))
        return tuple(as_setting(row) for row in rows)

    def setting(self, name: str) -> Setting:
        """One setting by its id. Raises KeyError."""
        row = self._connection.execute(select(settings).where(settings.c.id == name)).one_or_none()
        if row is None:
            raise KeyError(name)
        return as_setting(row)

    def found(self, setting: Setting) -> None:
        """Remember a setting, or its new name."""
        values = {"name": setting.name, "check_in_seconds": setting.check_in_every // SECOND}
        changed = self._connection.execute(settings.update().where(settings.c.id == setting.id).values(**values))
        if not changed.rowcount:
            self._connection.execute(settings.insert().values(id=setting.id, **values))

    def current(self, setting: str) -> Agreement | None:
        """The agreement in force; None while there is none."""
        terms = self._connection.scalar(
            select(agreements.c.terms)
            .where(agreements.c.setting == setting)
            .order_by(agreements.c.version.desc())
            .limit(1)
        )
        return None if terms is None else from_json(terms)

    def put(self, setting: str, agreement: Agreement, author: Author, why: str) -> None:
        """Put a version into force; its number must be new."""
        self._connection.execute(
            agreements.insert().values(
                setting=setting,
                version=agreement.version,
                terms=to_json(agreement),
                by=author.by,
                at=author.at,
                why=why,
            )
        )

    def versions(self, setting: str) -> tuple[Version, ...]:
        """Every version, newest first."""
        rows = self._connection.execute(
            select(agreements).where(agreements.c.setting == setting).order_by(agreements.c.version.desc())
        )
        return tuple(Version(row.setting, from_json(row.terms), row.by, row.at, row.why) for row in rows)


def as_setting(row: Row[Any]) -> Setting:
    """A row as a record."""
    return Setting(row.id, row.name, row.check_in_seconds * SECOND)
