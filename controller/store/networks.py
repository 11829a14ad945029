"""Networks that tablets were on, and what the manager calls them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Row, String, Table, select

from agreement.facts import Medium, Security
from controller.records import NetworkSeen
from controller.store.agreements import settings
from controller.store.devices import devices
from controller.store.schema import Instant, metadata

networks = Table(
    "networks",
    metadata,
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("key", String, primary_key=True, index=True),
    Column("medium", String, nullable=False),
    Column("name", String, nullable=False),
    Column("security", String, nullable=False),
    Column("bssid", String, nullable=False),
    Column("gateway", String, nullable=False),
    Column("gateway_mac", String, nullable=False),
    Column("interface", String, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
)

words = Table(
    "network_words",
    metadata,
    Column("setting", ForeignKey(settings.c.id), primary_key=True),
    Column("key", String, primary_key=True),
    Column("word", String, nullable=False),
)


class Networks:
    """The networks that were seen, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, seen: NetworkSeen) -> None:
        """A tablet is on this network; the first sight of it stays."""
        this = (networks.c.device == seen.device, networks.c.key == seen.key)
        values = {
            "security": seen.security.value,
            "gateway": seen.gateway,
            "interface": seen.interface,
            "last_at": seen.last_at,
        }
        if not self._connection.execute(networks.update().where(*this).values(**values)).rowcount:
            self._connection.execute(
                networks.insert().values(
                    device=seen.device,
                    key=seen.key,
                    medium=seen.medium.value,
                    name=seen.name,
                    bssid=seen.bssid,
                    gateway_mac=seen.gateway_mac,
                    first_at=seen.first_at,
                    **values,
                )
            )

    def left(self, device: str, key: str, at: datetime) -> None:
        """A tablet was on this network until now."""
        this = (networks.c.device == device, networks.c.key == key)
        self._connection.execute(networks.update().where(*this).values(last_at=at))

    def seen(self, setting: str, key: str | None = None, device: str | None = None) -> tuple[NetworkSeen, ...]:
        """Every sight of a network by a setting's tablets, the latest first; of one network, or by one tablet."""
        joined = networks.join(devices, devices.c.id == networks.c.device).outerjoin(
            words, (words.c.setting == devices.c.setting) & (words.c.key == networks.c.key)
        )
        query = select(networks, words.c.word).select_from(joined).where(devices.c.setting == setting)
        if key is not None:
            query = query.where(networks.c.key == key)
        if device is not None:
            query = query.where(networks.c.device == device)
        rows = self._connection.execute(query.order_by(networks.c.last_at.desc(), networks.c.key))
        return tuple(as_seen(row) for row in rows)

    def rename(self, setting: str, key: str, word: str) -> None:
        """Keep the manager's word for a network; an empty one forgets it."""
        self._connection.execute(words.delete().where(words.c.setting == setting, words.c.key == key))
        if word:
            self._connection.execute(words.insert().values(setting=setting, key=key, word=word))


def as_seen(row: Row[Any]) -> NetworkSeen:
    """A row as a record."""
    return NetworkSeen(
        device=row.device,
        key=row.key,
        medium=Medium(row.medium),
        name=row.name,
        security=Security(row.security),
        bssid=row.bssid,
        gateway=row.gateway,
        gateway_mac=row.gateway_mac,
        interface=row.interface,
        first_at=row.first_at,
        last_at=row.last_at,
        word=row.word or "",
    )
