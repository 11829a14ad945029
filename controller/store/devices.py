"""Tablets: who they are, what their last check-in said, and which keys they had before."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    select,
)

from agreement.letters import GENESIS, Enrol, Machine, Posture
from controller.records import Device, DeviceState, IssuedCode
from controller.store.agreements import settings
from controller.store.schema import Instant, metadata

devices = Table(
    "devices",
    metadata,
    Column("id", String, primary_key=True),
    Column("setting", ForeignKey(settings.c.id), nullable=False),
    Column("name", String, nullable=False),
    Column("key", String, nullable=False),
    Column("state", String, nullable=False, default=DeviceState.ACTIVE.value),
    Column("held_code", String, nullable=False, default=""),
    Column("held_why", String, nullable=False, default=""),
    Column("held_at", Instant),
    Column("enrolled_at", Instant, nullable=False),
    Column("machine", LargeBinary, nullable=False),
    Column("standing", BigInteger, nullable=False, default=1),
    Column("incident", String),
    # what the last check-in said
    Column("standing_seen", BigInteger, nullable=False, default=0),
    Column("standing_applied", BigInteger, nullable=False, default=0),
    Column("sequence", BigInteger, nullable=False, default=0),
    Column("created", BigInteger, nullable=False, default=0),
    Column("agent", String, nullable=False, default=""),
    Column("heard_at", Instant),
    Column("told_at", Instant),
    Column("posture", LargeBinary, nullable=False, default=b""),
    # where its record stands
    Column("number", BigInteger, nullable=False, default=0),
    Column("chain", String, nullable=False, default=GENESIS),
    Column("era", Integer, nullable=False, default=1),
    Column("open", Boolean, nullable=False, default=False),
    # the mark of the present hour
    Column("hour", Integer, nullable=False, default=0),
    Column("worst", Integer, nullable=False, default=0),
)
Index(
    "ix_devices_name",
    devices.c.setting,
    devices.c.name,
    unique=True,
    sqlite_where=devices.c.state != DeviceState.RETIRED.value,
)

old_keys = Table(
    "old_keys",
    metadata,
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("key", String, primary_key=True),
    Column("retired_at", Instant, nullable=False),
)


class Devices:
    """The tablets, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, device: str, code: IssuedCode, letter: Enrol, at: datetime) -> None:
        """Remember a new tablet under this id. The code's name must be free."""
        self._connection.execute(
            devices.insert().values(
                id=device,
                setting=code.setting,
                name=code.tablet,
                key=letter.key,
                enrolled_at=at,
                machine=msgspec.json.encode(letter.machine),
            )
        )

    def get(self, device: str) -> Device | None:
        """One tablet by its id."""
        row = self._connection.execute(select(devices).where(devices.c.id == device)).one_or_none()
        return None if row is None else as_device(row)

    def named(self, setting: str, name: str) -> Device | None:
        """The tablet that goes by this name now; retired ones gave theirs up."""
        row = self._connection.execute(
            select(devices).where(
                devices.c.setting == setting, devices.c.name == name, devices.c.state != DeviceState.RETIRED.value
            )
        ).one_or_none()
        return None if row is None else as_device(row)

    def every(self) -> tuple[Device, ...]:
        """Every tablet, retired ones too, by name."""
        rows = self._connection.execute(select(devices).order_by(devices.c.name, devices.c.id))
        return tuple(as_device(row) for row in rows)

    def in_setting(self, setting: str) -> tuple[str, ...]:
        """The ids of a setting's tablets that are not retired."""
        query = select(devices.c.id).where(taking_part(setting))
        return tuple(self._connection.scalars(query))

    def key(self, device: str) -> str | None:
        """The public key that a tablet signs with; None for a stranger."""
        return self._connection.scalar(select(devices.c.key).where(devices.c.id == device))

    def old_keys(self, device: str) -> tuple[str, ...]:
        """The keys that it signed with before it was enrolled anew."""
        return tuple(self._connection.scalars(select(old_keys.c.key).where(old_keys.c.device == device)))

    def rekey(self, device: Device, key: str, machine: Machine, at: datetime) -> None:
        """Retire the old key, take the new one, and let the record start anew."""
        self._connection.execute(old_keys.insert().values(device=device.id, key=device.key, retired_at=at))
        self.let_go(device.id)
        self._set(device.id, key=key, machine=msgspec.json.encode(machine), enrolled_at=at)

    def hold(self, device: str, code: str, why: str, at: datetime) -> None:
        """Take nothing from this tablet until the manager decides."""
        self._set(device, state=DeviceState.HELD.value, held_code=code, held_why=why, held_at=at)

    def let_go(self, device: str) -> None:
        """Listen again, whatever number the next letter and the next piece of news have."""
        self._set(
            device,
            state=DeviceState.ACTIVE.value,
            held_code="",
            held_why="",
            held_at=None,
            sequence=0,
            created=0,
            open=True,
        )

    def retire(self, device: str) -> None:
        """Never listen to this tablet again; its name is free."""
        self._set(device, state=DeviceState.RETIRED.value)

    def bump(self, device: str) -> int:
        """A newer standing holds for this tablet; gives its sequence."""
        bumped = devices.update().where(devices.c.id == device).values(standing=devices.c.standing + 1)
        return int(self._connection.execute(bumped.returning(devices.c.standing)).scalar_one())

    def catch_up(self, device: str, standing: int) -> None:
        """Count standings from here on: the tablet has seen this one."""
        self._set(device, standing=standing)

    def lost(self, device: str, incident: str | None) -> None:
        """Tie a tablet to its open incident, or untie it."""
        self._set(device, incident=incident)

    def heard(self, device: str, at: datetime) -> None:
        """It was heard from; never earlier than before."""
        self._connection.execute(
            devices.update()
            .where(devices.c.id == device, (devices.c.heard_at < at) | devices.c.heard_at.is_(None))
            .values(heard_at=at)
        )

    def _set(self, device: str, **values: object) -> None:
        self._connection.execute(devices.update().where(devices.c.id == device).values(**values))


def taking_part(setting: str) -> ColumnElement[bool]:
    """The tablets of a setting that are not retired."""
    return and_(devices.c.setting == setting, devices.c.state != DeviceState.RETIRED.value)


def as_device(row: Row[Any]) -> Device:
    """A row as a record."""
    return Device(
        id=row.id,
        setting=row.setting,
        name=row.name,
        key=row.key,
        state=DeviceState(row.state),
        held_code=row.held_code,
        held_why=row.held_why,
        held_at=row.held_at,
        enrolled_at=row.enrolled_at,
        standing=row.standing,
        standing_seen=row.standing_seen,
        standing_applied=row.standing_applied,
        sequence=row.sequence,
        number=row.number,
        chain=row.chain,
        agent=row.agent,
        heard_at=row.heard_at,
        told_at=row.told_at,
        posture=as_posture(row.posture),
        machine=msgspec.json.decode(row.machine, type=Machine),
        incident=row.incident,
    )


def as_posture(stored: bytes) -> Posture | None:
    """A posture as it was stored; None while there is none."""
    return msgspec.json.decode(stored, type=Posture) if stored else None
