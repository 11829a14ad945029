"""The ledger's tables. Times are microseconds since 1970 in UTC; paths are the bytes that the system knows them by."""

import sqlite3
from datetime import UTC, datetime, timedelta

VERSION = 3
"""Kept in the file's user_version; a file with a higher number is of a newer agent, and is left alone."""

PHOTOS = """
CREATE TABLE photos (
  id INTEGER PRIMARY KEY,
  path BLOB NOT NULL,               -- empty once it is gone: a name may be a child's
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  device TEXT NOT NULL,             -- text: 64 bits without a sign
  inode TEXT NOT NULL,
  mtime_ns TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('here', 'purged', 'gone', 'held', 'discarded')),
  in_journal INTEGER NOT NULL,      -- 1 once there is evidence for the digest
  refused TEXT NOT NULL DEFAULT ''  -- why the last purge was refused, as it was told
);
CREATE INDEX photos_by_digest ON photos (digest, state);
CREATE INDEX photos_counted ON photos (state, in_journal, taken_at, size);
"""

TABLES = """
CREATE TABLE evidence (
  digest TEXT PRIMARY KEY,
  strength TEXT NOT NULL,
  source TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE intents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  photo INTEGER NOT NULL UNIQUE REFERENCES photos (id),
  strength TEXT NOT NULL,
  source TEXT NOT NULL,
  at INTEGER NOT NULL
);

CREATE TABLE findings (
  clause INTEGER NOT NULL,
  subject TEXT NOT NULL,
  what TEXT NOT NULL,
  mend TEXT NOT NULL,
  since INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (clause, subject)
) WITHOUT ROWID;

CREATE TABLE outcomes (
  task TEXT NOT NULL,
  subject TEXT NOT NULL,
  done TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (task, subject)
) WITHOUT ROWID;

CREATE TABLE apps (                 -- bytes: a name may hold what no text can
  app BLOB PRIMARY KEY,
  source BLOB NOT NULL,
  package BLOB NOT NULL,
  version BLOB NOT NULL,
  name BLOB NOT NULL,
  automatic INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE baseline (app BLOB PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  class INTEGER NOT NULL,           -- 0 is never shed; the highest goes first
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  body BLOB NOT NULL
);
CREATE INDEX outbox_to_shed ON outbox (class, id);

CREATE TABLE numbered (             -- apart, so that numbering writes little: it must fit on a full disk
  number INTEGER PRIMARY KEY,
  news INTEGER NOT NULL REFERENCES outbox (id),
  chain TEXT NOT NULL
);

CREATE TABLE shed (kind TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE reserve (room BLOB NOT NULL);

CREATE TABLE kept (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""

WORDS = """
CREATE TABLE said (                 -- a person's word on the photos with this digest
  digest TEXT PRIMARY KEY,
  word TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE boxed (                -- a purge that keeps a sealed box: what belongs to its intent
  intent INTEGER PRIMARY KEY REFERENCES intents (id) ON DELETE CASCADE,
  box TEXT NOT NULL,
  sealed_key BLOB NOT NULL
);

CREATE TABLE held (
  digest TEXT PRIMARY KEY,
  path BLOB NOT NULL,               -- where it was, and is put back
  size INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  word TEXT NOT NULL,
  said_at INTEGER NOT NULL,
  held_at INTEGER NOT NULL,
  box TEXT NOT NULL,                -- the name of its file among the boxes
  missing_from INTEGER,             -- the export that should have held it, and does not
  leaving INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE attested (             -- words that the journal's next export confirms or not
  digest TEXT PRIMARY KEY,
  taken_at INTEGER NOT NULL,
  said_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE fingerprints (         -- of every photo ever seen, also of those that left; no pixels
  digest TEXT PRIMARY KEY,
  body BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE claims (               -- which photo a picture of the journal was made from
  picture TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  number INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE doubts (               -- which pictures of the journal a photo may be: a person is asked
  digest TEXT NOT NULL,
  picture TEXT NOT NULL,
  why TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (digest, picture)
) WITHOUT ROWID;
"""

EXPOSURES = """
CREATE TABLE stands_for (           -- a word that was said of another photo, of the same exposure
  digest TEXT PRIMARY KEY,
  photo TEXT NOT NULL               -- digest of the photo that it was said of
) WITHOUT ROWID;
"""

UPGRADES = {
    1: (
        "ALTER TABLE photos RENAME TO photos_1; DROP INDEX photos_by_digest; DROP INDEX photos_counted;",
        PHOTOS,
        "INSERT INTO photos SELECT * FROM photos_1; DROP TABLE photos_1;",
        WORDS,
    ),
    2: (EXPOSURES,),
}
"""What brings a ledger of this version to the next. Photos are copied, since their states are checked by the table."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


RESERVE = 256 * 1024
"""Bytes inside the file that are given up when the disk is full: other programs cannot take them, as they can the
ballast, and without them not even the write-ahead log could be moved into the file."""


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty file. The version is set in the same transaction."""
    connection.executescript(
        f"BEGIN IMMEDIATE; {PHOTOS} {TABLES} {WORDS} {EXPOSURES} PRAGMA user_version = {VERSION}; COMMIT;"
    )


def upgrade(connection: sqlite3.Connection, version: int) -> None:
    """Bring an older file up to date, step by step, each in one transaction. No reference may be broken meanwhile."""
    for step in range(version, VERSION):
        connection.executescript(
            "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;"
            f"BEGIN IMMEDIATE; {' '.join(UPGRADES[step])} PRAGMA user_version = {step + 1}; COMMIT;"
            "PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON;"
        )


def lay_in(connection: sqlite3.Connection) -> None:
    """Make the reserve inside the file anew; the write-ahead log grows by as much, and keeps its room too."""
    give_up(connection)
    connection.execute("INSERT INTO reserve VALUES (zeroblob(?))", (RESERVE,))


def give_up(connection: sqlite3.Connection) -> None:
    """Let the reserve go: its pages are used next."""
    connection.execute("DELETE FROM reserve")


def stamp(at: datetime) -> int:
    """An aware time as microseconds since 1970, exactly."""
    return (at - EPOCH) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    """The time that stamp was given, in UTC."""
    return EPOCH + timedelta(microseconds=microseconds)


def keep(connection: sqlite3.Connection, name: str, value: bytes | str | int) -> None:
    """Remember one single thing by its name."""
    connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))


def kept(connection: sqlite3.Connection, name: str) -> bytes | str | int | None:
    """What was kept by this name, as it was kept; None when nothing was."""
    row = connection.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def number(connection: sqlite3.Connection, name: str) -> int:
    """A number that was kept by this name; nought when none was."""
    return int(kept(connection, name) or 0)
