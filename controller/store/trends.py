"""Counts of photos by day and week: a few numbers for each tablet, whatever the number of photos."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    Table,
    func,
    select,
    text,
)

from controller.photo_records import Bucket, DayWaiting, TabletGone
from controller.store.agreements import settings
from controller.store.database import raw_of
from controller.store.devices import devices
from controller.store.schema import metadata


def numbers(*names: str) -> list[Column[int]]:
    """Columns of whole numbers that are always there."""
    return [Column(name, BigInteger, nullable=False) for name in names]


def whose(name: str, known: Column[str]) -> Column[str]:
    """A column that says whose counts they are."""
    return Column(name, ForeignKey(known), primary_key=True)


def part(name: str) -> Column[int]:
    """A column by which counts are told apart."""
    return Column(name, Integer, primary_key=True)


waiting = Table(
    "waiting_days",
    metadata,
    whose("device", devices.c.id),
    part("day"),
    *numbers("most", "last"),
    Column("heard", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
waiting_totals = Table(
    "waiting_totals",
    metadata,
    whose("setting", settings.c.id),
    part("day"),
    *numbers("most", "last"),
    Column("tablets", Integer, nullable=False),
    Column("heard", Integer, nullable=False),
    sqlite_with_rowid=False,
)
gone = Table(
    "gone_weeks",
    metadata,
    whose("device", devices.c.id),
    part("week"),
    part("bucket"),
    *numbers("many", "seconds", "worst"),
    sqlite_with_rowid=False,
)
gone_totals = Table(
    "gone_totals",
    metadata,
    whose("setting", settings.c.id),
    part("week"),
    part("bucket"),
    *numbers("many", "seconds", "worst"),
    sqlite_with_rowid=False,
)
gone_tablets = Table(
    "gone_tablets",
    metadata,
    whose("device", devices.c.id),
    part("week"),
    *numbers("many", "worst"),
    sqlite_with_rowid=False,
)

WAITING = """INSERT INTO waiting_days (device, day, most, last, heard) VALUES (?, ?, ?, ?, 1)
 ON CONFLICT (device, day) DO UPDATE SET most = max(most, excluded.most), last = excluded.last, heard = 1"""
GONE = """INSERT INTO gone_weeks (device, week, bucket, many, seconds, worst)
 VALUES (:device, :week, :bucket, 1, :seconds, :seconds)
 ON CONFLICT (device, week, bucket) DO UPDATE
 SET many = many + 1, seconds = seconds + excluded.seconds, worst = max(worst, excluded.worst)"""
GONE_TOTAL = """INSERT INTO gone_totals (setting, week, bucket, many, seconds, worst)
 SELECT setting, :week, :bucket, 1, :seconds, :seconds FROM devices WHERE id = :device
 ON CONFLICT (setting, week, bucket) DO UPDATE
 SET many = many + 1, seconds = seconds + excluded.seconds, worst = max(gone_totals.worst, excluded.worst)"""
GONE_TABLET = """INSERT INTO gone_tablets (device, week, many, worst) VALUES (:device, :week, 1, :seconds)
 ON CONFLICT (device, week) DO UPDATE SET many = many + 1, worst = max(worst, excluded.worst)"""
CARRY = """INSERT INTO waiting_days (device, day, most, last, heard)
 SELECT latest.device, :day, latest.last, latest.last, 0
 FROM devices JOIN waiting_days AS latest ON latest.device = devices.id AND latest.day =
 (SELECT max(day) FROM waiting_days AS one WHERE one.device = devices.id AND one.day < :day)
 WHERE devices.state != 'retired' ON CONFLICT (device, day) DO NOTHING"""
ADD_UP = """SELECT devices.setting, one.day, sum(one.most), sum(one.last), count(*), sum(one.heard)
 FROM devices JOIN waiting_days AS one ON one.device = devices.id AND one.day = :day GROUP BY devices.setting"""
TOTAL = f"INSERT OR REPLACE INTO waiting_totals (setting, day, most, last, tablets, heard) {ADD_UP}"


class Trends:
    """The counts of all tablets, on one connection. What a whole setting's page reads is added up beforehand."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def waiting(self, device: str, day: int, waiting: int) -> None:
        """So many wait on this tablet now."""
        raw_of(self._connection).execute(WAITING, (device, day, waiting, waiting))

    def gone(self, device: str, week: int, bucket: int, seconds: int) -> None:
        """One photo left this tablet, so many seconds after it was taken."""
        values = {"device": device, "week": week, "bucket": bucket, "seconds": seconds}
        for statement in (GONE, GONE_TOTAL, GONE_TABLET):
            raw_of(self._connection).execute(statement, values)

    def latest(self) -> int | None:
        """The last day that was added up."""
        day: int | None = self._connection.scalar(select(func.max(waiting_totals.c.day)))
        return day

    def carry(self, day: int) -> None:
        """Give each tablet that takes part and has no count of this day the one of the day it had last; add them up."""
        for statement in (CARRY, TOTAL):
            self._connection.execute(text(statement), {"day": day})

    def days_of(self, device: str, since: int) -> tuple[DayWaiting, ...]:
        """One tablet by day, the earliest first."""
        query = select(waiting).where(waiting.c.device == device, waiting.c.day >= since).order_by(waiting.c.day)
        rows = self._connection.execute(query)
        return tuple(DayWaiting(row.day, row.most, row.last, 1, int(row.heard)) for row in rows)

    def days(self, setting: str, since: int, today: int) -> tuple[DayWaiting, ...]:
        """All tablets of a setting by day, the earliest first; today as it is at this moment."""
        total = waiting_totals.c
        query = select(total.day, total.most, total.last, total.tablets, total.heard)
        before = query.where(total.setting == setting, total.day >= since, total.day < today).order_by(total.day)
        now = [row[1:] for row in self._connection.execute(text(ADD_UP), {"day": today}) if row[0] == setting]
        return tuple(DayWaiting(*row) for row in [*self._connection.execute(before), *now])

    def weeks_of(self, device: str, since: int) -> tuple[Bucket, ...]:
        """One tablet by week and by how long it took, the earliest and the fastest first."""
        return self._buckets(gone, gone.c.device == device, since)

    def weeks(self, setting: str, since: int) -> tuple[Bucket, ...]:
        """All tablets of a setting by week and by how long it took, the earliest and the fastest first."""
        return self._buckets(gone_totals, gone_totals.c.setting == setting, since)

    def _buckets(self, table: Table, whose: ColumnElement[bool], since: int) -> tuple[Bucket, ...]:
        query = select(table.c.week, table.c.many, table.c.seconds, table.c.worst).where(whose, table.c.week >= since)
        rows = self._connection.execute(query.order_by(table.c.week, table.c.bucket))
        return tuple(Bucket(*row) for row in rows)

    def slowest(self, setting: str, since: int, most: int) -> tuple[TabletGone, ...]:
        """The tablets on which a photo took longest."""
        one, worst = gone_tablets.c, func.max(gone_tablets.c.worst)
        query = select(one.device, devices.c.name, func.sum(one.many), worst).join(devices)
        query = query.where(devices.c.setting == setting, one.week >= since)
        rows = self._connection.execute(query.group_by(one.device).order_by(worst.desc(), one.device).limit(most))
        return tuple(TabletGone(*row) for row in rows)

    def forget(self, day: int, week: int) -> None:
        """Forget what is before this day, and before this week."""
        for table in (waiting, waiting_totals):
            self._connection.execute(table.delete().where(table.c.day < day))
        for table in (gone, gone_totals, gone_tablets):
            self._connection.execute(table.delete().where(table.c.week < week))
