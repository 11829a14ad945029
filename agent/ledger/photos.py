"""Every photo that was ever seen: what is there, what is proved to be in the journal, what became of the rest.

One row a file. The same picture in two files is two rows with one digest: evidence is about the digest, each file is
purged by itself. A file that moved is the same row; a file that was changed is another picture.
"""

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from agent.ledger.clip import count, sentence
from agent.ledger.outbox import Outbox
from agent.ledger.schema import moment, stamp
from agent.seams.photos import FoundFile
from agreement.facts import Evidence, Photo, Said, Strength, Word
from agreement.letters import AgentNote, PhotoCounts

STRONGEST = tuple(Strength)
"""Strongest first, as agreement.facts declares them."""

DIGITS = frozenset("0123456789abcdef")
DIGEST = 64
Here = dict[int, FoundFile]  # by row
Identity = tuple[str, int, int, int, int, str]
Name = tuple[str, str]  # path and digest

BACK = "a purged photo is back and goes again"
"""The note on a picture that had been purged, and lies in a watched folder again: somebody restored a copy."""


class Photos(Outbox):
    """Photos and evidence. One look is compared in memory; only what differs is written."""

    def anew(self) -> None:
        """Read everything again."""
        super().anew()
        self._here: Here | None = None
        self._rows: dict[Name, int] | None = None
        self._last: tuple[FoundFile, ...] | None = None
        self.unknown()

    def unknown(self) -> None:
        """Something changed: what was worked out from it is worked out again."""
        self._photos: tuple[Photo, ...] | None = None
        self._counts: PhotoCounts | None = None
        self._waiting: tuple[FoundFile, ...] | None = None

    def here(self) -> Here:
        """What was there at the last look, by row; the purges that are under way are not part of it."""
        if self._here is None:
            self._here = self.read(load)
        return self._here

    def note(self, files: Iterable[FoundFile], at: datetime) -> tuple[Photo, ...]:
        """Remember what is there now, and what vanished; gives the photos that are there with their best evidence.

        A picture that had been purged and is there again is news. The order is that of `files`. Raises OSError.
        """
        seen = tuple(files)
        with self._lock:
            if seen != self._last:
                self.compare(seen, at)
                self._last = seen
            if self._photos is None:
                known = {identity(file): file for file in self.here().values()}
                files = tuple(known.get(identity(file), file) for file in seen)
                self._photos = self.read(lambda connection: with_evidence(connection, files))
            return self._photos

    def compare(self, seen: tuple[FoundFile, ...], at: datetime) -> None:
        """Write down every difference to the last look."""
        before = self.here()
        rows = {identity(file): row for row, file in before.items()}
        under_way = {identity(file) for file in self.read(under_purge)}
        after: Here = {}
        new: list[FoundFile] = []
        for file in seen:
            row = rows.pop(identity(file), None)
            if row is not None:
                after[row] = before[row]
            elif identity(file) not in under_way:
                new.append(file)
        missing = {row: before[row] for row in rows.values()}
        if new or missing:
            after |= self.write(lambda connection: self.differ(connection, new, missing, at))
            self.unknown()
        self._here, self._rows = after, None

    def differ(self, connection: sqlite3.Connection, new: list[FoundFile], missing: Here, at: datetime) -> Here:
        """Write down what differs, and tell what is back; gives the rows of what is there now."""
        for content in purged_before(connection, new):
            self.put(connection, AgentNote(BACK, content), at)
        return differ(connection, new, missing)

    def row(self, photo: Photo) -> int | None:
        """The row of a photo that is there; None when it is not, or is being purged."""
        if self._rows is None:
            self._rows = {(file.path, file.digest): row for row, file in self.here().items()}
        row = self._rows.get((photo.path, photo.digest))
        return row if row in self.here() else None

    def digests(self) -> Mapping[tuple[int, int, int, int], str]:
        """What was digested before: (device, inode, size, mtime_ns) to digest. Raises OSError."""
        with self._lock:
            return {(file.device, file.inode, file.size, file.mtime_ns): file.digest for file in self.here().values()}

    def believe(self, evidence: Evidence) -> bool:
        """Remember that a photo is in the journal; True when that is new. A stronger word replaces a weaker one.

        Raises OSError, and ValueError for what is no digest.
        """
        if len(evidence.digest) != DIGEST or not DIGITS.issuperset(evidence.digest):
            msg = f"{evidence.digest!r} is not a SHA-256 digest in lower-case hex"
            raise ValueError(msg)
        with self._lock:
            held = self.read(lambda connection: proof(connection, evidence.digest))
            if held and STRONGEST.index(held.strength) <= STRONGEST.index(evidence.strength):
                return False
            self.write(lambda connection: believe(connection, evidence))
            self.unknown()
            return True

    def counts(self, at: datetime, overdue: int) -> PhotoCounts:  # noqa: ARG002 - the seam's; the ages are the agreement's business
        """What is waiting, and what became of the rest; `overdue` is the agreement's word. Raises OSError."""
        with self._lock:
            if self._counts is None or self._counts.overdue != overdue:
                self._counts = self.read(lambda connection: tally(connection, overdue))
            return self._counts

    def files(self) -> tuple[FoundFile, ...]:
        """The photos that are there, proved or not. Raises OSError."""
        with self._lock:
            return tuple(self.here().values())

    def waiting(self) -> tuple[FoundFile, ...]:
        """The photos that are there and not known to be in the journal, oldest first. Raises OSError."""
        with self._lock:
            if self._waiting is None:
                rows = self.read(unproved)
                self._waiting = tuple(self.here()[row] for row in rows if row in self.here())
            return self._waiting


def identity(file: FoundFile) -> Identity:
    """What makes a file on one look the same as on the last."""
    return file.path, file.device, file.inode, file.size, file.mtime_ns, file.digest


def differ(connection: sqlite3.Connection, new: list[FoundFile], missing: Here) -> Here:
    """Write down what is new, moved or came back, and what vanished; gives the rows of what is there now.

    Changes nothing that it is given: on a full disk it is done again.
    """
    matched: Here = {}
    missing = dict(missing)
    moved = by_digest(missing)
    for file in new:
        row = pick(moved[file.digest], missing, file) or returned(connection, file.digest)
        if row is None:
            matched[add(connection, file)] = file
        else:
            missing.pop(row, None)
            matched[row] = move(connection, row, file)
    for row in missing:
        connection.execute("UPDATE photos SET state = 'gone', path = x'' WHERE id = ?", (row,))
    return matched


def purged_before(connection: sqlite3.Connection, new: list[FoundFile]) -> list[str]:
    """The digests of what is new here and was purged before."""
    query = "SELECT 1 FROM photos WHERE digest = ? AND state = 'purged' LIMIT 1"
    return [file.digest for file in new if connection.execute(query, (file.digest,)).fetchone()]


def by_digest(missing: Here) -> defaultdict[str, list[int]]:
    """The rows of vanished files, by digest."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, file in missing.items():
        rows[file.digest].append(row)
    return rows


def pick(rows: list[int], missing: Here, file: FoundFile) -> int | None:
    """The vanished file that this one is: the same inode if there is one, else any with the same content."""
    if not rows:
        return None
    row = next((r for r in rows if (missing[r].device, missing[r].inode) == (file.device, file.inode)), rows[0])
    rows.remove(row)
    return row


def returned(connection: sqlite3.Connection, digest: str) -> int | None:
    """A photo that had vanished without the agent, and is back: a card put in again, a file touched and settled."""
    row = connection.execute("SELECT id FROM photos WHERE digest = ? AND state = 'gone' LIMIT 1", (digest,)).fetchone()
    return int(row[0]) if row else None


def add(connection: sqlite3.Connection, file: FoundFile) -> int:
    """A photo that was never seen before."""
    cursor = connection.execute(
        "INSERT INTO photos (path, device, inode, mtime_ns, taken_at, digest, size, state, in_journal) VALUES"
        " (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'here', EXISTS (SELECT 1 FROM evidence WHERE digest = ?6))",
        (*place(file), file.digest, file.size),
    )
    return int(cursor.lastrowid or 0)


def move(connection: sqlite3.Connection, row: int, file: FoundFile) -> FoundFile:
    """A known photo in another place, or with another time on it. It stays as old as it was."""
    (taken,) = connection.execute(
        "UPDATE photos SET path = ?1, device = ?2, inode = ?3, mtime_ns = ?4, taken_at = min(taken_at, ?5),"
        " state = 'here' WHERE id = ?6 RETURNING taken_at",
        (*place(file), row),
    ).fetchone()
    return replace(file, taken_at=moment(taken))


def place(file: FoundFile) -> tuple[bytes, str, str, str, int]:
    """Where and since when a file is, as it is stored."""
    return os.fsencode(file.path), str(file.device), str(file.inode), str(file.mtime_ns), stamp(file.taken_at)


def load(connection: sqlite3.Connection) -> Here:
    """What was there at the last look; what is being purged is left to recovery."""
    rows = connection.execute(
        "SELECT id, path, digest, size, taken_at, device, inode, mtime_ns FROM photos"
        " WHERE state = 'here' AND id NOT IN (SELECT photo FROM intents)"
    )
    return {row: found(columns) for row, *columns in rows}


def under_purge(connection: sqlite3.Connection) -> list[FoundFile]:
    """The photos whose purge was begun and not closed."""
    rows = connection.execute(
        "SELECT path, digest, size, taken_at, device, inode, mtime_ns"
        " FROM photos JOIN intents ON intents.photo = photos.id"
    )
    return [found(columns) for columns in rows]


def found(columns: Sequence[Any]) -> FoundFile:
    """A file as it was found, from its row: path, digest, size, taken_at, device, inode, mtime_ns."""
    path, digest, size, taken_at, device, inode, mtime_ns = columns
    return FoundFile(os.fsdecode(path), digest, size, moment(taken_at), int(device), int(inode), int(mtime_ns))


def with_evidence(connection: sqlite3.Connection, seen: tuple[FoundFile, ...]) -> tuple[Photo, ...]:
    """The photos that are there, each with the best evidence for its digest."""
    rows = connection.execute(
        "SELECT DISTINCT digest, strength, source, at FROM evidence JOIN photos USING (digest) WHERE state = 'here'"
    )
    proofs = {digest: Evidence(digest, Strength(word), source, moment(at)) for digest, word, source, at in rows}
    said = connection.execute("SELECT digest, word, at, photo FROM said LEFT JOIN stands_for USING (digest)")
    words = {digest: Said(Word(word), moment(at), of or "") for digest, word, at, of in said}
    return tuple(Photo(f.path, f.digest, f.size, f.taken_at, proofs.get(f.digest), words.get(f.digest)) for f in seen)


def proof(connection: sqlite3.Connection, digest: str) -> Evidence | None:
    """The evidence for a digest, if there is any."""
    row = connection.execute("SELECT strength, source, at FROM evidence WHERE digest = ?", (digest,)).fetchone()
    return Evidence(digest, Strength(row[0]), row[1], moment(row[2])) if row else None


def believe(connection: sqlite3.Connection, evidence: Evidence) -> None:
    """Write evidence down."""
    row = (evidence.digest, evidence.strength.value, sentence(evidence.source), stamp(evidence.at))
    connection.execute("INSERT OR REPLACE INTO evidence VALUES (?, ?, ?, ?)", row)
    connection.execute("UPDATE photos SET in_journal = 1 WHERE digest = ? AND in_journal = 0", (evidence.digest,))


def tally(connection: sqlite3.Connection, overdue: int) -> PhotoCounts:
    """Count every photo that was ever seen, by what became of it."""
    rows = connection.execute(
        "SELECT state, in_journal, COUNT(*), SUM(size), MIN(taken_at) FROM photos GROUP BY state, in_journal"
    ).fetchall()
    waiting, size, oldest = next(
        ((n, total, first) for s, j, n, total, first in rows if (s, j) == ("here", 0)), (0, 0, 0)
    )
    return PhotoCounts(
        waiting=waiting,
        waiting_bytes=count(size),
        oldest=moment(oldest) if waiting else None,
        overdue=count(overdue),
        taken=sum(row[2] for row in rows),
        in_journal=sum(row[2] for row in rows if row[1]),
        purged=sum(row[2] for row in rows if row[0] == "purged"),
        gone=sum(row[2] for row in rows if row[0] == "gone"),
        held=sum(row[2] for row in rows if row[0] == "held"),
        discarded=sum(row[2] for row in rows if row[0] == "discarded"),
        asked=doubted(connection),
    )


def doubted(connection: sqlite3.Connection) -> int:
    """How many photos wait for a person to say whether a picture of the journal is this one."""
    query = (
        "SELECT COUNT(DISTINCT digest) FROM doubts JOIN photos USING (digest) WHERE state = 'here' AND in_journal = 0"
    )
    return int(connection.execute(query).fetchone()[0])


def unproved(connection: sqlite3.Connection) -> list[int]:
    """The rows of photos that are there without evidence, oldest first."""
    rows = connection.execute("SELECT id FROM photos WHERE state = 'here' AND in_journal = 0 ORDER BY taken_at, id")
    return [row for (row,) in rows]
