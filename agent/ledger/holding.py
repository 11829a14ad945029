"""What was removed on a person's word: sealed, held, and then put back or let go; each with its record, once."""

import os
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from agent.ledger.clip import count, short
from agent.ledger.database import Job
from agent.ledger.intents import Intents, begin, close
from agent.ledger.schema import moment, stamp
from agent.ledger.words import Words, forget
from agent.seams.ledger import Attested, Intent
from agent.seams.photos import Box, FoundFile
from agreement.facts import Evidence, Held, Photo, Said, Strength, Word
from agreement.letters import NotInExport, PhotoDiscarded, PhotoHeld, PhotoRestored

COLUMNS = "digest, size, taken_at, word, said_at, held_at, missing_from, photo"

MISS_PARTNERS = """UPDATE held SET missing_from = ?
 WHERE digest IN (SELECT digest FROM stands_for WHERE photo = ?) AND leaving = 0"""
"""What is of the same exposure is given back with its photo, so it waits for as long."""


class Holding(Intents, Words):
    """Held photos. The box itself is a file; here stands its name, and everything that must outlive a power cut."""

    def file_of(self, photo: Photo) -> FoundFile:
        """The file of a photo that is here. Raises FileNotFoundError, OSError."""
        with self._lock:
            return self.known(photo)[1]

    def intend_hold(self, photo: Photo, box: Box) -> Intent:
        """Write down that this photo is about to leave in clear, and which sealed box stays. The box is whole already.

        Raises ValueError when nobody said that it may go, FileNotFoundError when the photo is not known, OSError.
        """
        said = photo.said
        if said is None or said.word is Word.KEEP:
            msg = "no word, no hold: nobody said that this photo may go"
            raise ValueError(msg)
        word = Evidence(photo.digest, Strength.ATTESTED, said.word.value, said.at)

        def job(connection: sqlite3.Connection) -> Intent:
            intent = begin(connection, row, file, word)
            connection.execute("INSERT OR REPLACE INTO boxed VALUES (?, ?, ?)", (intent.id, box.name, box.sealed_key))
            return Intent(intent.id, file, word, box)

        with self._lock:
            row, file = self.known(photo)
            intent = self.write(job)
            self.here().pop(row, None)
            self.unknown()
            return intent

    def hold(self, intent: Intent, copies: Mapping[str, int], at: datetime) -> None:
        """Close an intent: the photo left in clear, and its box is held. A second time does nothing."""
        box, file, word = intent.box, intent.file, intent.evidence
        if box is None:
            msg = "this purge keeps no box"
            raise ValueError(msg)
        news = PhotoHeld(
            digest=file.digest,
            size=count(file.size),
            taken_at=file.taken_at,
            word=Word(word.source),
            said_at=word.at,
            sealed_key=box.sealed_key.hex(),
            copies={short(kind): count(number) for kind, number in copies.items()},
        )

        def job(connection: sqlite3.Connection) -> int | None:
            row = close(connection, intent)
            if row is not None:
                connection.execute("UPDATE photos SET state = 'held', path = x'' WHERE id = ?", (row,))
                keep(connection, intent, box, at)
                self.put(connection, news, at)
            return row

        self.conclude(job)

    def held(self) -> tuple[Held, ...]:
        """What is held and can still be put back, the longest held first. Raises OSError."""
        query = (
            f"SELECT {COLUMNS} FROM held LEFT JOIN stands_for USING (digest) WHERE leaving = 0 ORDER BY held_at, digest"  # noqa: S608 - a constant
        )
        return tuple(as_held(row) for row in self.read(lambda connection: connection.execute(query).fetchall()))

    def leaving(self) -> tuple[Held, ...]:
        """What is being let go: the box may be there, or gone already. Raises OSError."""
        query = f"SELECT {COLUMNS} FROM held LEFT JOIN stands_for USING (digest) WHERE leaving = 1"  # noqa: S608 - a constant
        return tuple(as_held(row) for row in self.read(lambda connection: connection.execute(query).fetchall()))

    def place_of(self, digest: str) -> tuple[str, str] | None:
        """The name of the box of a held photo, and the path where the photo was; None when it is not held."""
        query = "SELECT box, path FROM held WHERE digest = ?"
        row = self.read(lambda connection: connection.execute(query, (digest,)).fetchone())
        return (str(row[0]), os.fsdecode(row[1])) if row else None

    def boxes(self) -> frozenset[str]:
        """The names of every box that something hangs on. Raises OSError."""
        query = "SELECT box FROM held UNION SELECT box FROM boxed"
        return frozenset(name for (name,) in self.read(lambda connection: connection.execute(query).fetchall()))

    def let_go(self, digest: str) -> None:
        """Write down that the box of a held photo is about to be removed; it can no longer be put back."""
        self.write(lambda connection: connection.execute("UPDATE held SET leaving = 1 WHERE digest = ?", (digest,)))

    def discarded(self, held: Held, at: datetime) -> None:
        """The box is gone: that is news. A second time does nothing."""
        news = PhotoDiscarded(held.digest, count(held.size), held.taken_at, held.said.word, held.said.at, held.held_at)

        def job(connection: sqlite3.Connection) -> None:
            if connection.execute("DELETE FROM held WHERE digest = ?", (held.digest,)).rowcount:
                leave(connection, held.digest, "discarded")
                self.put(connection, news, at)

        self.settled(job)

    def restored(self, digest: str, at: datetime) -> None:
        """A held photo is back in its place: that is news, and the word on it is forgotten. Once, as above."""

        def job(connection: sqlite3.Connection) -> None:
            if connection.execute("DELETE FROM held WHERE digest = ?", (digest,)).rowcount:
                leave(connection, digest, "gone")  # the next look finds it, as a photo that came back
                forget(connection, digest)
                connection.execute("DELETE FROM attested WHERE digest = ?", (digest,))
                self.put(connection, PhotoRestored(digest), at)

        self.settled(job)

    def settled(self, job: Job[None]) -> None:
        """Change what is held, and work out again what hangs on it."""
        with self._lock:
            self.write(job)
            self._last = None
            self.unknown()

    # what the journal's next export says of people's words

    def attested(self) -> tuple[Attested, ...]:
        """The photos that a person said are in the journal, removed on that word, and not yet confirmed or missed."""
        query = (
            "SELECT digest, attested.taken_at, attested.said_at, held.digest IS NOT NULL AND held.leaving = 0"
            " FROM attested LEFT JOIN held USING (digest) ORDER BY attested.said_at"
        )
        rows = self.read(lambda connection: connection.execute(query).fetchall())
        return tuple(Attested(digest, moment(taken), moment(said), bool(held)) for digest, taken, said, held in rows)

    def confirmed_word(self, digest: str) -> None:
        """The journal's export bears a person's word out."""
        self.write(lambda connection: connection.execute("DELETE FROM attested WHERE digest = ?", (digest,)))

    def missing(self, word: Attested, number: int, at: datetime) -> None:
        """The journal's export does not: that is news, once; what is still held stays until it is put back."""

        def job(connection: sqlite3.Connection) -> None:
            if connection.execute("DELETE FROM attested WHERE digest = ?", (word.digest,)).rowcount:
                query = "UPDATE held SET missing_from = ? WHERE digest = ? AND leaving = 0"
                still = connection.execute(query, (number, word.digest)).rowcount > 0
                connection.execute(MISS_PARTNERS, (number, word.digest))
                self.put(connection, NotInExport(word.digest, word.taken_at, word.said_at, number, still), at)

        self.settled(job)


def keep(connection: sqlite3.Connection, intent: Intent, box: Box, at: datetime) -> None:
    """Write a held photo down; a second file with the same picture has the box of the first."""
    file, word = intent.file, intent.evidence
    connection.execute(
        "INSERT OR IGNORE INTO held (digest, path, size, taken_at, word, said_at, held_at, box)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file.digest,
            os.fsencode(file.path),
            file.size,
            stamp(file.taken_at),
            word.source,
            stamp(word.at),
            stamp(at),
            box.name,
        ),
    )
    is_partner = connection.execute("SELECT 1 FROM stands_for WHERE digest = ?", (file.digest,)).fetchone()
    if word.source == Word.ADDED and not is_partner:  # no journal holds a raw file
        row = (file.digest, stamp(file.taken_at), stamp(word.at))
        connection.execute("INSERT OR REPLACE INTO attested VALUES (?, ?, ?)", row)


def leave(connection: sqlite3.Connection, digest: str, state: str) -> None:
    """What was held is in this state now."""
    connection.execute("UPDATE photos SET state = ? WHERE digest = ? AND state = 'held'", (state, digest))


def as_held(row: tuple[str, int, int, str, int, int, int | None, str | None]) -> Held:
    """A held photo from its row: COLUMNS."""
    digest, size, taken, word, said, held, missing, of = row
    return Held(digest, size, moment(taken), Said(Word(word), moment(said), of or ""), moment(held), missing)
