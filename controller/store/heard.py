"""The strip: in which hours a tablet was heard, and the worst that it was in each."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, ForeignKey, Integer, Table, select

from controller.records import HourHeard, TabletState
from controller.store.devices import devices
from controller.store.schema import EPOCH, metadata

HOUR = timedelta(hours=1)
WORST = tuple(TabletState)

hours = Table(
    "hours",
    metadata,
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("hour", Integer, primary_key=True),
    Column("worst", Integer, nullable=False),
    sqlite_with_rowid=False,
)


class Hours:
    """The strips of all tablets, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def strip(self, device: str, since: datetime) -> tuple[HourHeard, ...]:
        """The hours since then in which this tablet was heard, the oldest first."""
        query = select(hours).where(hours.c.device == device, hours.c.hour >= (since - EPOCH) // HOUR)
        rows = self._connection.execute(query.order_by(hours.c.hour))
        return tuple(HourHeard(EPOCH + row.hour * HOUR, WORST[row.worst]) for row in rows)
