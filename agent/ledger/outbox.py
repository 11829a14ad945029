"""The outbox: news that waits for the controller. Numbered when it first leaves; shed, and counted, when it must be.

Every row is of a class. Class 0 is never shed. Of the others the highest class goes first, and in it the oldest: of
several words about one finding the last one is the one that holds.
"""

import logging
import sqlite3
from datetime import datetime

import msgspec

from agent.ledger.database import Database
from agent.ledger.schema import keep, kept, moment, number, stamp
from agreement.letters import (
    GENESIS,
    AgentNote,
    AppChanged,
    FindingTurned,
    News,
    NotInExport,
    OrderEnded,
    PhotoDiscarded,
    PhotoHeld,
    PhotoPurged,
    PhotoRestored,
    PhotoSaid,
    PurgeRefused,
    Shed,
    What,
    link,
)

MAX_ROWS = 20_000
"""The most news that waits without a number; some 10 MB. Class 0 may go beyond."""

MAX_BYTES = 512 * 1024
"""The most bytes of news in one lease: half of the largest letter, the posture and the JSON around it have the rest."""

BATCH = 32
"""How many pieces are dropped or forgotten in one transaction: each may rewrite a page or two, and the write-ahead log
of all of them must fit where the ballast was."""

DAMAGED = "ledger began anew"
"""The note that says that all belief, and the chain, began again."""

CLASSES: dict[type[What], int] = {
    PhotoPurged: 0,
    PhotoHeld: 0,
    PhotoRestored: 0,
    PhotoDiscarded: 0,
    NotInExport: 0,
    Shed: 0,
    PhotoSaid: 1,
    FindingTurned: 1,
    OrderEnded: 1,
    PurgeRefused: 1,
    AppChanged: 2,
    AgentNote: 3,
}
VITAL = ("lock", "seal", "wipe")
"""Orders of a loss: what became of them is never shed."""

log = logging.getLogger(__name__)


def rank(what: What) -> int:
    """The class of a piece of news: 0 is never shed."""
    if isinstance(what, OrderEnded) and what.order in VITAL:
        return 0
    if isinstance(what, AgentNote) and what.event == DAMAGED:
        return 0
    return CLASSES[type(what)]


class Outbox(Database):
    """News on its way out."""

    def anew(self) -> None:
        """Nothing of it is remembered outside the file."""
        super().anew()
        self._added = 0

    def post(self, what: What, at: datetime) -> None:
        """Put one piece of news into the outbox. Raises OSError."""
        self.write(lambda connection: self.put(connection, what, at))

    def put(self, connection: sqlite3.Connection, what: What, at: datetime) -> None:
        """Put one piece of news into the outbox, as a part of a transaction. On a full disk lesser news is counted."""
        kind, least = str(what.__struct_config__.tag), rank(what)
        if self.tight and least > 0:
            count(connection, kind, 1, stamp(at))
            return
        connection.execute(
            "INSERT INTO outbox (class, kind, at, body) VALUES (?, ?, ?, ?)",
            (least, kind, stamp(at), msgspec.json.encode(what)),
        )
        self._added += 1

    def settle(self, connection: sqlite3.Connection) -> None:
        """Keep the outbox within its bounds."""
        super().settle(connection)
        if self._added:
            self._added = 0
            too_many = unnumbered(connection) - MAX_ROWS
            if too_many > 0:
                shed(connection, too_many)

    def lighten(self, connection: sqlite3.Connection) -> bool:
        """The disk is full: let some of the least important go; False when nothing can."""
        return shed(connection, BATCH) > 0 or super().lighten(connection)

    def unsent(self, most: int) -> tuple[News, ...]:
        """The oldest news not yet confirmed, numbered and chained; the same again until it is confirmed.

        Gives fewer when they would not fit into one letter. Raises OSError.
        """
        numbered = self.read(lambda connection: leased(connection, most))
        if len(numbered) < most and self.read(has_more):
            self.write(lambda connection: lease(connection, most - len(numbered)))
            numbered = self.read(lambda connection: leased(connection, most))
        return within(numbered, MAX_BYTES)

    def confirmed(self, number: int) -> None:
        """Forget news up to this number: the controller holds it, durably. Raises OSError."""
        while self.read(lambda connection: has_confirmed(connection, number)):
            self.write(lambda connection: forget(connection, number))


def has_confirmed(connection: sqlite3.Connection, number: int) -> bool:
    """Whether any news up to this number is still here."""
    row = connection.execute("SELECT EXISTS (SELECT 1 FROM numbered WHERE number <= ?)", (number,)).fetchone()
    return bool(row[0])


def forget(connection: sqlite3.Connection, number: int) -> None:
    """Delete some of what is confirmed, the oldest first."""
    rows = connection.execute(
        "SELECT number, news FROM numbered WHERE number <= ? ORDER BY number LIMIT ?", (number, BATCH)
    ).fetchall()
    connection.executemany("DELETE FROM numbered WHERE number = ?", ((n,) for n, _ in rows))
    connection.executemany("DELETE FROM outbox WHERE id = ?", ((news,) for _, news in rows))


def unnumbered(connection: sqlite3.Connection) -> int:
    """How much news has no number yet. News is numbered in the order of its rows."""
    row = connection.execute(
        "SELECT COUNT(*) FROM outbox INDEXED BY outbox_to_shed WHERE id > ?", (number(connection, "numbered_up_to"),)
    ).fetchone()
    return int(row[0])


def has_more(connection: sqlite3.Connection) -> bool:
    """Whether anything waits that has no number yet."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE id > ?) OR EXISTS (SELECT 1 FROM shed)",
        (number(connection, "numbered_up_to"),),
    ).fetchone()
    return bool(row[0])


def leased(connection: sqlite3.Connection, most: int) -> list[News]:
    """What has a number and is not confirmed, in order."""
    rows = connection.execute(
        "SELECT number, at, body, chain FROM numbered JOIN outbox ON outbox.id = news ORDER BY number LIMIT ?", (most,)
    )
    return [News(n, moment(at), msgspec.Raw(body), chain) for n, at, body, chain in rows]


def lease(connection: sqlite3.Connection, most: int) -> None:
    """Number and chain the oldest news that has no number."""
    tell_shed(connection)
    last, chain = number(connection, "last_number"), str(kept(connection, "last_chain") or GENESIS)
    row = number(connection, "numbered_up_to")
    rows = connection.execute("SELECT id, at, body FROM outbox WHERE id > ? ORDER BY id LIMIT ?", (row, most))
    for row, at, body in rows.fetchall():
        last += 1
        chain = link(chain, last, moment(at), body)
        connection.execute("INSERT INTO numbered VALUES (?, ?, ?)", (last, row, chain))
    keep(connection, "last_number", last)
    keep(connection, "last_chain", chain)
    keep(connection, "numbered_up_to", row)


def tell_shed(connection: sqlite3.Connection) -> None:
    """Turn the counters of what was shed into a piece of news; its time is that of the last news before it."""
    counts = dict(connection.execute("SELECT kind, count FROM shed").fetchall())
    if not counts:
        return
    at = number(connection, "shed_at")
    connection.execute(
        "INSERT INTO outbox (class, kind, at, body) VALUES (0, 'shed', ?, ?)", (at, msgspec.json.encode(Shed(counts)))
    )
    connection.execute("DELETE FROM shed")


def shed(connection: sqlite3.Connection, most: int) -> int:
    """Drop up to so many of the least important pieces that have no number, and count them by kind; gives how many."""
    rows = connection.execute(
        "SELECT id, kind, at FROM outbox WHERE id > ? AND class > 0 ORDER BY class DESC, id LIMIT ?",
        (number(connection, "numbered_up_to"), most),
    ).fetchall()
    for row, kind, at in rows:
        connection.execute("DELETE FROM outbox WHERE id = ?", (row,))
        count(connection, kind, 1, at)
    if rows:
        log.warning("%d pieces of lesser news were dropped, and counted", len(rows))
    return len(rows)


def count(connection: sqlite3.Connection, kind: str, dropped: int, at: int) -> None:
    """Count what was shed, and remember when the last of it happened."""
    connection.execute(
        "INSERT INTO shed VALUES (?1, ?2) ON CONFLICT (kind) DO UPDATE SET count = count + ?2", (kind, dropped)
    )
    keep(connection, "shed_at", max(at, number(connection, "shed_at")))


def within(pieces: list[News], most: int) -> tuple[News, ...]:
    """As many as fit into so many bytes, in order; at least one."""
    fit, used = 0, 0
    for piece in pieces:
        used += len(bytes(piece.what)) + 200  # its number, time and chain around it
        if fit and used > most:
            break
        fit += 1
    return tuple(pieces[:fit])
