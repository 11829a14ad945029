"""Which photo each picture of the journal was found to be: the first one, for good; and who was refused since."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Column, Connection, ForeignKey, String, Table, select
from sqlalchemy.dialects.sqlite import insert

from controller.imported import Disputed, PictureClaim
from controller.records import Author
from controller.store.devices import devices, taking_part
from controller.store.schema import Instant, metadata

claims = Table(
    "picture_claims",
    metadata,
    Column("picture", String, primary_key=True),
    Column("photo", String, nullable=False),
    Column("device", ForeignKey(devices.c.id), nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

disputes = Table(
    "picture_disputes",
    metadata,
    Column("picture", ForeignKey(claims.c.picture), primary_key=True),
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("first", ForeignKey(devices.c.id), nullable=False),
    Column("at", Instant, nullable=False),
    Column("noted_by", String, nullable=False),
    Column("noted_at", Instant),
    sqlite_with_rowid=False,
)


class Claims:
    """The claims of all tablets, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, pictures: Sequence[str]) -> dict[str, PictureClaim]:
        """The claims of these pictures, by picture."""
        rows = self._connection.execute(select(claims).where(claims.c.picture.in_(pictures)))
        return {row.picture: PictureClaim(**row._asdict()) for row in rows}

    def add(self, new: Sequence[PictureClaim]) -> None:
        """Keep the first claim of each of these pictures."""
        if new:
            self._connection.execute(insert(claims).on_conflict_do_nothing(), [asdict(one) for one in new])

    def dispute(self, disputed: Sequence[Disputed]) -> int:
        """Remember who was refused, once for a picture and a tablet; gives how many are new."""
        added = insert(disputes).on_conflict_do_nothing()
        return sum(self._connection.execute(added.values(**asdict(one))).rowcount for one in disputed)

    def disputes(self, setting: str, most: int) -> tuple[Disputed, ...]:
        """Those that nobody has noted as seen, on tablets that take part, the latest first."""
        query = select(disputes).join(devices, devices.c.id == disputes.c.device)
        query = query.where(taking_part(setting), disputes.c.noted_at.is_(None))
        rows = self._connection.execute(query.order_by(disputes.c.at.desc(), disputes.c.picture).limit(most))
        return tuple(Disputed(**row._asdict()) for row in rows)

    def note(self, picture: str, device: str, author: Author) -> bool:
        """Note one as seen; False when there was nothing to note."""
        this = (disputes.c.picture == picture, disputes.c.device == device, disputes.c.noted_at.is_(None))
        said = disputes.update().where(*this).values(noted_by=author.by, noted_at=author.at)
        return bool(self._connection.execute(said).rowcount)
