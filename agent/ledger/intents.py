"""Purges, written down before the deed and closed after it: never a deed without its record, never two records."""

import errno
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from agent.ledger.clip import count, sentence, short
from agent.ledger.photos import Photos, found
from agent.ledger.schema import moment, stamp
from agent.seams.ledger import Intent
from agent.seams.photos import Box, FoundFile
from agreement.facts import Evidence, Photo, Strength
from agreement.letters import PhotoPurged, PurgeRefused


class Intents(Photos):
    """What was begun and must be finished or reported, whatever happens in between."""

    def intend(self, photo: Photo) -> Intent:
        """Write down that this photo is about to be purged, and on what evidence. The same again until it is closed.

        Raises ValueError when the evidence is not about this photo (law 2), FileNotFoundError when the photo is not
        known, OSError.
        """
        evidence = photo.evidence
        if evidence is None or evidence.digest != photo.digest:
            msg = "no evidence, no purge: this photo is not known to be in the journal"
            raise ValueError(msg)
        with self._lock:
            row, file = self.known(photo)
            intent = self.write(lambda connection: begin(connection, row, file, evidence))
            self.here().pop(row, None)
            self.unknown()
            return intent

    def known(self, photo: Photo) -> tuple[int, FoundFile]:
        """The row and file of a photo; one that is being purged already is known too."""
        row = self.row(photo)
        if row is not None:
            return row, self.here()[row]
        for row, intent in self.read(begun):
            if (intent.file.path, intent.file.digest) == (photo.path, photo.digest):
                return row, intent.file
        raise FileNotFoundError(errno.ENOENT, "this photo is not in the ledger", os.fsencode(photo.path))

    def purged(self, intent: Intent, copies: Mapping[str, int], at: datetime) -> None:
        """Close an intent: the photo is gone; its deletion record is news. A second time does nothing."""
        file, evidence = intent.file, intent.evidence
        record = PhotoPurged(
            digest=file.digest,
            size=count(file.size),
            taken_at=file.taken_at,
            strength=evidence.strength,
            source=sentence(evidence.source),
            evidence_at=evidence.at,
            copies={short(kind): count(number) for kind, number in copies.items()},
        )

        def job(connection: sqlite3.Connection) -> int | None:
            row = close(connection, intent)
            if row is not None:
                connection.execute("UPDATE photos SET state = 'purged', path = x'' WHERE id = ?", (row,))
                self.put(connection, record, at)
            return row

        self.conclude(job)

    def abandon(self, intent: Intent, why: str, at: datetime) -> None:
        """Close an intent: the photo stayed; that is news when `why` is not empty and was not said before."""
        reason = sentence(why)

        def job(connection: sqlite3.Connection) -> int | None:
            row = close(connection, intent)
            if row is not None and reason and said(connection, row) != reason:
                connection.execute("UPDATE photos SET refused = ? WHERE id = ?", (reason, row))
                self.put(connection, PurgeRefused(intent.file.digest, reason), at)
            return row

        with self._lock:
            row = self.conclude(job)
            if row is not None:
                self.here()[row] = intent.file

    def conclude(self, job: Callable[[sqlite3.Connection], int | None]) -> int | None:
        """Close an intent in one transaction; gives the row of its photo, None when it was closed before."""
        with self._lock:
            row = self.write(job)
            self._last = self._rows = None
            self.unknown()
            return row

    def intents(self) -> tuple[Intent, ...]:
        """Purges that were begun and not closed: a crash came in between."""
        return tuple(intent for _, intent in self.read(begun))


def begin(connection: sqlite3.Connection, row: int, file: FoundFile, evidence: Evidence) -> Intent:
    """Write an intent down, unless it is already; then the one that stands."""
    connection.execute(
        "INSERT OR IGNORE INTO intents (photo, strength, source, at) VALUES (?, ?, ?, ?)",
        (row, evidence.strength.value, sentence(evidence.source), stamp(evidence.at)),
    )
    (number,) = connection.execute("SELECT id FROM intents WHERE photo = ?", (row,)).fetchone()
    return Intent(number, file, evidence)


def close(connection: sqlite3.Connection, intent: Intent) -> int | None:
    """Strike an intent out; gives the row of its photo, None when it was closed before."""
    row = connection.execute("DELETE FROM intents WHERE id = ? RETURNING photo", (intent.id,)).fetchone()
    return int(row[0]) if row else None


def said(connection: sqlite3.Connection, row: int) -> str:
    """Why the last purge of this photo was refused, as it was told."""
    (reason,) = connection.execute("SELECT refused FROM photos WHERE id = ?", (row,)).fetchone()
    return str(reason)


def begun(connection: sqlite3.Connection) -> list[tuple[int, Intent]]:
    """Every open intent, with the row of its photo."""
    rows = connection.execute(
        "SELECT intents.id, intents.strength, intents.source, intents.at, photos.id, path, digest, size, taken_at,"
        " device, inode, mtime_ns, box, sealed_key FROM intents JOIN photos ON photos.id = intents.photo"
        " LEFT JOIN boxed ON boxed.intent = intents.id ORDER BY intents.id"
    )
    return [as_intent(columns) for columns in rows]


def as_intent(columns: Sequence[Any]) -> tuple[int, Intent]:
    """An open intent from its row, as `begun` asks for it."""
    number, strength, source, at, row, *file, box, sealed_key = columns
    evidence = Evidence(file[1], Strength(strength), source, moment(at))
    return row, Intent(number, found(file), evidence, Box(box, sealed_key) if box else None)
