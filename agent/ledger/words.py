"""What people at the tablet said of photos: kept until the photo is gone or the word is taken back."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from agent.ledger.photos import Photos
from agent.ledger.schema import moment, stamp
from agreement.facts import Said, Word
from agreement.letters import PhotoSaid

NOT_HELD = "SELECT digest FROM stands_for WHERE photo = ? EXCEPT SELECT digest FROM held"
"""The files that the word on a photo stands for, but for those that are held already."""


class Words(Photos):
    """A person's word is about a digest: the same picture in two files is one picture."""

    def say(self, digest: str, word: Word, at: datetime) -> bool:
        """Remember a person's word on a photo that is here; True when that is new, and then it is news."""

        def job(connection: sqlite3.Connection) -> bool:
            taken = taken_at(connection, digest)
            if taken is None or spoken(connection, digest) is word:
                return False
            forget(connection, digest)
            connection.execute("INSERT INTO said VALUES (?, ?, ?)", (digest, word.value, stamp(at)))
            self.put(connection, PhotoSaid(digest, taken, word), at)
            return True

        return self.changed(self.write(job))

    def stand(self, digest: str, said: Said) -> bool:
        """Let a word on one photo stand for another of the same exposure, that is here; True when that is new.

        It is no news: nobody said it of this one.
        """

        def job(connection: sqlite3.Connection) -> bool:
            if taken_at(connection, digest) is None or spoken(connection, digest) is said.word:
                return False
            forget(connection, digest)
            connection.execute("INSERT INTO said VALUES (?, ?, ?)", (digest, said.word.value, stamp(said.at)))
            connection.execute("INSERT INTO stands_for VALUES (?, ?)", (digest, said.of))
            return True

        return self.changed(self.write(job))

    def unsay(self, digest: str, at: datetime) -> bool:
        """Forget a person's word on a photo that is here; True when there was one, and then it is news."""

        def job(connection: sqlite3.Connection) -> bool:
            taken = taken_at(connection, digest)
            if taken is None or spoken(connection, digest) is None:
                return False
            forget(connection, digest)
            self.put(connection, PhotoSaid(digest, taken, None), at)
            return True

        return self.changed(self.write(job))

    def words(self) -> Mapping[str, Said]:
        """What people said of photos that are here, by digest. Raises OSError."""
        query = (
            "SELECT DISTINCT digest, word, at, photo FROM said JOIN photos USING (digest)"
            " LEFT JOIN stands_for USING (digest) WHERE state = 'here'"
        )
        rows = self.read(lambda connection: connection.execute(query).fetchall())
        return {digest: Said(Word(word), moment(at), of or "") for digest, word, at, of in rows}

    def changed(self, is_new: bool) -> bool:  # noqa: FBT001 - what a transaction found
        """Work out again what hangs on the photos, where something changed."""
        if is_new:
            with self._lock:
                self.unknown()
        return is_new


def taken_at(connection: sqlite3.Connection, digest: str) -> datetime | None:
    """When the photo with this digest was taken; None when it is not here."""
    row = connection.execute(
        "SELECT min(taken_at) FROM photos"
        " WHERE digest = ? AND state = 'here' AND id NOT IN (SELECT photo FROM intents)",
        (digest,),
    ).fetchone()
    return moment(row[0]) if row[0] is not None else None


def spoken(connection: sqlite3.Connection, digest: str) -> Word | None:
    """The word on the photos with this digest."""
    row = connection.execute("SELECT word FROM said WHERE digest = ?", (digest,)).fetchone()
    return Word(row[0]) if row else None


def forget(connection: sqlite3.Connection, digest: str) -> None:
    """Forget what was said of a photo, and wherever that stands for another file, unless that is held already."""
    for query in (
        f"DELETE FROM said WHERE digest IN ({NOT_HELD})",  # noqa: S608 - a constant
        f"DELETE FROM stands_for WHERE digest IN ({NOT_HELD})",  # noqa: S608 - a constant
        "DELETE FROM said WHERE digest = ?",
        "DELETE FROM stands_for WHERE digest = ?",
    ):
        connection.execute(query, (digest,))
