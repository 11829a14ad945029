"""Counts of photos by day and week: a few numbers for each tablet, whatever the number of photos."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, ForeignKey, Integer, Table, cast, func, select, text

from controller.photo_records import Bucket, DayWaiting, TabletGone
from controller.store.database import raw_of
from controller.store.devices import devices
from controller.store.schema import metadata

waiting = Table(
    "waiting_days",
    metadata,
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("most", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("heard", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

gone = Table(
    "gone_weeks",
    metadata,
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("week", Integer, primary_key=True),
    Column("bucket", Integer, primary_key=True),
    Column("many", BigInteger, nullable=False),
    Column("seconds", BigInteger, nullable=False),
    Column("worst", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

WAITING = """INSERT INTO waiting_days (device, day, most, last, heard) VALUES (?, ?, ?, ?, 1)
 ON CONFLICT (device, day) DO UPDATE SET most = max(most, excluded.most), last = excluded.last, heard = 1"""
GONE = """INSERT INTO gone_weeks (device, week, bucket, many, seconds, worst) VALUES (?, ?, ?, 1, ?, ?)
 ON CONFLICT (device, week, bucket) DO UPDATE
 SET many = many + 1, seconds = seconds + excluded.seconds, worst = max(worst, excluded.worst)"""
CARRY = """INSERT INTO waiting_days (device, day, most, last, heard)
 SELECT latest.device, :day, latest.last, latest.last, 0
 FROM devices JOIN waiting_days AS latest ON latest.device = devices.id AND latest.day =
 (SELECT max(day) FROM waiting_days AS one WHERE one.device = devices.id AND one.day < :day)
 WHERE devices.state != 'retired' ON CONFLICT (device, day) DO NOTHING"""


class Trends:
    """The counts of all tablets, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def waiting(self, device: str, day: int, waiting: int) -> None:
        """So many wait on this tablet now."""
        raw_of(self._connection).execute(WAITING, (device, day, waiting, waiting))

    def gone(self, device: str, week: int, bucket: int, seconds: int) -> None:
        """One photo left this tablet, so many seconds after it was taken."""
        raw_of(self._connection).execute(GONE, (device, week, bucket, seconds, seconds))

    def latest(self) -> int | None:
        """The last day that anything is known of."""
        day: int | None = self._connection.scalar(select(func.max(waiting.c.day)))
        return day

    def carry(self, day: int) -> None:
        """Give each tablet that takes part and has no count of this day the one of the day it had last."""
        self._connection.execute(text(CARRY), {"day": day})

    def days(self, setting: str, since: int, device: str | None = None) -> tuple[DayWaiting, ...]:
        """By day, of one tablet or of all that take part or did; the earliest first."""
        sums = (
            func.sum(waiting.c.most),
            func.sum(waiting.c.last),
            func.count(),
            func.sum(cast(waiting.c.heard, Integer)),
        )
        query = select(waiting.c.day, *sums).where(waiting.c.day >= since, ours(waiting, setting, device))
        rows = self._connection.execute(query.group_by(waiting.c.day).order_by(waiting.c.day))
        return tuple(DayWaiting(*row) for row in rows)

    def weeks(self, setting: str, since: int, device: str | None = None) -> tuple[Bucket, ...]:
        """By week and by how long it took, the earliest and the fastest first."""
        sums = (func.sum(gone.c.many), func.sum(gone.c.seconds), func.max(gone.c.worst))
        query = select(gone.c.week, *sums).where(gone.c.week >= since, ours(gone, setting, device))
        by = (gone.c.week, gone.c.bucket)
        rows = self._connection.execute(query.group_by(*by).order_by(*by))
        return tuple(Bucket(*row) for row in rows)

    def slowest(self, setting: str, since: int, most: int) -> tuple[TabletGone, ...]:
        """The tablets on which a photo took longest."""
        worst = func.max(gone.c.worst)
        query = select(gone.c.device, devices.c.name, func.sum(gone.c.many), worst).join(devices)
        query = query.where(devices.c.setting == setting, gone.c.week >= since)
        rows = self._connection.execute(query.group_by(gone.c.device).order_by(worst.desc()).limit(most))
        return tuple(TabletGone(*row) for row in rows)

    def forget(self, day: int, week: int) -> None:
        """Forget what is before this day, and before this week."""
        self._connection.execute(waiting.delete().where(waiting.c.day < day))
        self._connection.execute(gone.delete().where(gone.c.week < week))


def ours(table: Table, setting: str, device: str | None) -> Any:  # noqa: ANN401 - as SQLAlchemy has it
    """Rows of one tablet, or of a setting's."""
    known = select(devices.c.id).where(devices.c.setting == setting)
    if device is not None:
        known = known.where(devices.c.id == device)
    return table.c.device.in_(known)
