"""Which recovery key the tablets were told of: its public half, and whether its file was there at the last start."""

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, String, Table, select

from controller.photo_records import PublishedKey
from controller.store.agreements import settings
from controller.store.schema import Instant, metadata

keys = Table(
    "recovery_keys",
    metadata,
    Column("setting", ForeignKey(settings.c.id), primary_key=True),
    Column("public", String, nullable=False),
    Column("shown", String, nullable=False),
    Column("since", Instant, nullable=False),
)


class RecoveryKeys:
    """The published keys, on one connection. The private half is never here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, setting: str) -> PublishedKey | None:
        """The latest; None before the first."""
        row = self._connection.execute(select(keys).where(keys.c.setting == setting)).one_or_none()
        return None if row is None else PublishedKey(row.public, row.shown, row.since)

    def publish(self, setting: str, public: str, shown: str, at: datetime) -> None:
        """Tablets are told this one from now on."""
        self._connection.execute(keys.delete().where(keys.c.setting == setting))
        self._connection.execute(keys.insert().values(setting=setting, public=public, shown=shown, since=at))
