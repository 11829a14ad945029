"""Check-ins, as they arrive: thousands a second at the busiest, so these few statements go to the driver directly.

Measured by benchmarks/check_ins.py. Everything else in this package is written with SQLAlchemy.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, String, Table

from agreement.letters import CheckIn
from controller.records import Card, DeviceState, Proof
from controller.store.database import raw_of
from controller.store.devices import devices
from controller.store.schema import from_micros, metadata, to_micros

nonces = Table(
    "nonces",
    metadata,
    Column("device", ForeignKey(devices.c.id), primary_key=True),
    Column("nonce", String, primary_key=True),
    Column("created", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)

CARD = """SELECT id, state, held_code, standing, sequence, created, number, chain, era, open, posture, hour, worst,
 incident, heard_at FROM devices WHERE id = ?"""
ACCEPT = """UPDATE devices SET sequence = ?, created = ?, standing_seen = ?, standing_applied = ?, agent = ?,
 heard_at = ?, told_at = ?, posture = ? WHERE id = ?"""
NONCE = "INSERT INTO nonces (device, nonce, created) VALUES (?, ?, ?)"


class Letters:
    """What a check-in is measured against, and what it leaves; on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._raw = raw_of(connection)

    def card(self, device: str) -> Card | None:
        """What the last check-in of this tablet left."""
        row = self._raw.execute(CARD, (device,)).fetchone()
        return None if row is None else as_card(row)

    def accept(self, letter: CheckIn, posture: bytes, proof: Proof, now: datetime) -> None:
        """Remember that this letter came, how the tablet is, and the nonce."""
        self._raw.execute(NONCE, (letter.device, proof.nonce, proof.created))
        self._raw.execute(
            ACCEPT,
            (
                letter.sequence,
                proof.created,
                letter.standing_seen,
                letter.standing_applied,
                letter.agent,
                to_micros(now),
                to_micros(letter.at),
                posture,
                letter.device,
            ),
        )

    def chain(self, device: str, number: int, chain: str, era: int) -> None:
        """Remember where its record stands."""
        self._raw.execute(
            "UPDATE devices SET number = ?, chain = ?, era = ?, open = 0 WHERE id = ?", (number, chain, era, device)
        )

    def hour(self, device: str, hour: int, worst: int) -> None:
        """Mark the present hour of the strip: hours since 1970, and the worst that the tablet was in it."""
        self._raw.execute("UPDATE devices SET hour = ?, worst = ? WHERE id = ?", (hour, worst, device))
        self._raw.execute(
            "INSERT INTO hours (device, hour, worst) VALUES (?, ?, ?)"
            " ON CONFLICT (device, hour) DO UPDATE SET worst = max(worst, excluded.worst)",
            (device, hour, worst),
        )

    def nonces(self, since: int) -> Sequence[tuple[str, str, int]]:
        """Device, nonce and time of every check-in signed since then (Unix seconds)."""
        return self._raw.execute("SELECT device, nonce, created FROM nonces WHERE created >= ?", (since,)).fetchall()

    def forget_nonces(self, before: int) -> None:
        """Forget nonces of letters that would be refused as stale."""
        self._raw.execute("DELETE FROM nonces WHERE created < ?", (before,))


def as_card(row: tuple[Any, ...]) -> Card:
    """A row of CARD as a record."""
    name, state, held_code, standing, sequence, created, number, chain, era, may_open, *present, heard = row
    posture, hour, worst, incident = present
    return Card(
        id=name,
        state=DeviceState(state),
        held_code=held_code,
        standing=standing,
        sequence=sequence,
        created=created,
        number=number,
        chain=chain,
        era=era,
        open=bool(may_open),
        posture=posture,
        hour=hour,
        worst=worst,
        incident=incident,
        heard_at=None if heard is None else from_micros(heard),
    )
