"""What is known of photos and the journal's pictures: fingerprints, claims, doubts. Never a pixel.

Fingerprints outlive their photos: a picture that was made from a photo that has left must not be taken for one made
from its neighbour.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from agent.ledger.clip import sentence
from agent.ledger.photos import Photos, believe, proof
from agent.ledger.schema import keep, moment, number
from agent.seams.ledger import Doubt, Known
from agreement.facts import Evidence


class Matches(Photos):
    """The memory of the matching."""

    def remember(self, fingerprints: Mapping[str, bytes]) -> None:
        """Keep fingerprints by the digest of their photo, for good. Raises OSError."""
        if fingerprints:
            query = "INSERT OR REPLACE INTO fingerprints VALUES (?, ?)"
            self.write(lambda connection: connection.executemany(query, fingerprints.items()))

    def every_photo(self) -> tuple[Known, ...]:
        """Every picture that was ever seen, by digest, with its fingerprint where there is one. Raises OSError."""
        query = (
            "SELECT digest, min(taken_at), max(state = 'here' AND id NOT IN (SELECT photo FROM intents)), body,"
            " max(state IN ('purged', 'held', 'discarded'))"
            " FROM photos LEFT JOIN fingerprints USING (digest) GROUP BY digest ORDER BY min(taken_at), digest"
        )
        rows = self.read(lambda connection: connection.execute(query).fetchall())
        return tuple(Known(digest, moment(at), bool(here), body, bool(left)) for digest, at, here, body, left in rows)

    def claims(self) -> Mapping[str, str]:
        """Which photo (by digest) each picture of the journal was made from. Raises OSError."""
        return dict(self.read(lambda connection: connection.execute("SELECT picture, digest FROM claims").fetchall()))

    def matched(self, evidence: Evidence, picture: str, import_number: int) -> bool:
        """Believe that this picture of the journal was made from this photo; True when the evidence is new.

        One picture claims one photo: a second claim of the same picture raises ValueError. Raises OSError.
        """

        def job(connection: sqlite3.Connection) -> bool:
            row = connection.execute("SELECT digest FROM claims WHERE picture = ?", (picture,)).fetchone()
            if row and row[0] != evidence.digest:
                msg = "this picture of the journal was made from another photo"
                raise ValueError(msg)
            connection.execute(
                "INSERT OR IGNORE INTO claims VALUES (?, ?, ?)", (picture, evidence.digest, import_number)
            )
            connection.execute("DELETE FROM doubts WHERE digest = ?", (evidence.digest,))
            is_new = proof(connection, evidence.digest) is None
            if is_new:
                believe(connection, evidence)
            return is_new

        with self._lock:
            is_new = self.write(job)
            self.unknown()
            return is_new

    def doubt(self, digests: Iterable[str], doubts: Sequence[Doubt]) -> None:
        """Forget what was doubted of these photos, and doubt this instead. Raises OSError."""
        settled = [(digest,) for digest in digests]

        def job(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM doubts WHERE digest = ?", settled)
            connection.executemany(
                "INSERT OR REPLACE INTO doubts VALUES (?, ?, ?, ?)",
                ((doubt.digest, doubt.picture, sentence(doubt.why), doubt.number) for doubt in doubts),
            )

        with self._lock:
            self.write(job)
            self.unknown()

    def doubts(self) -> tuple[Doubt, ...]:
        """Which pictures of the journal a photo may be, for photos that are here and not proved. Raises OSError."""
        query = (
            "SELECT DISTINCT digest, picture, why, number FROM doubts JOIN photos USING (digest)"
            " WHERE state = 'here' AND in_journal = 0 ORDER BY digest, picture"
        )
        return tuple(Doubt(*row) for row in self.read(lambda connection: connection.execute(query).fetchall()))

    def imports_done(self) -> int:
        """Every export of the journal up to this number was worked through. Raises OSError."""
        return self.read(lambda connection: number(connection, "imports_done"))

    def import_done(self, import_number: int) -> None:
        """This export was worked through. Raises OSError."""

        def job(connection: sqlite3.Connection) -> None:
            if import_number > number(connection, "imports_done"):
                keep(connection, "imports_done", import_number)

        self.write(job)
