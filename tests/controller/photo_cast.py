"""What Sunflower 1 tells of photos, and Larkfield's books with a recovery key in hand."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

from agreement.boxes import new_pair, seal, sealed_key
from agreement.facts import Strength, Word
from agreement.letters import (
    GENESIS,
    CheckIn,
    News,
    NotInExport,
    PhotoCounts,
    PhotoDiscarded,
    PhotoHeld,
    PhotoPurged,
    PhotoRestored,
    PhotoSaid,
    Receipt,
    Standing,
    What,
    news,
)
from controller import recovery
from controller.key_file import RecoveryKey
from controller.records import Author
from controller.store.books import SqlStore
from tests.controller.test_receive import DEVICE, NOON, books_open, deliver
from tests.fakes.tablet import posture

ADA, BEN = Author("Ada", NOON), Author("Ben", NOON)
TAKEN = NOON - timedelta(hours=3)


def fresh_key() -> RecoveryKey:
    """A recovery key of its own."""
    private, public = new_pair()
    return RecoveryKey(public, private=private)


def digest(number: int = 0xAB) -> str:
    """The digest of one photo."""
    return f"{number:064x}"


def sealed(key: RecoveryKey) -> str:
    """A box's key, sealed for this recovery key."""
    box = io.BytesIO()
    seal(io.BytesIO(b"a photo"), box, key.public)
    box.seek(0)
    return sealed_key(box).hex()


class Sunflower:
    """Sunflower 1, telling news to books that hold a recovery key."""

    def __init__(self, store: SqlStore, key: RecoveryKey) -> None:
        self.key, self.store = key, SqlStore(store.database, recovery=key)
        self.pieces: list[News] = []
        self.letters = count(1)
        self.seen = 1
        self.standing: Standing | None = None
        self.store.write(lambda books: recovery.adopt(books, "main", key, NOON))

    def tell(self, *what: What, at: datetime = NOON, waiting: int = 3) -> Receipt:
        """Check in with this news; the standing that comes back is seen the next time."""
        first = len(self.pieces)
        for one in what:
            chain = self.pieces[-1].chain if self.pieces else GENESIS
            self.pieces.append(news(chain, len(self.pieces) + 1, at, one))
        counts = posture(photos=PhotoCounts(waiting=waiting))
        letter = CheckIn(
            DEVICE, next(self.letters), at, "0.2.0", self.seen, self.seen, counts, tuple(self.pieces[first:])
        )
        receipt = deliver(self.store, letter, at)
        assert isinstance(receipt, Receipt)
        self.standing = receipt.standing or self.standing
        self.seen = self.standing.sequence if self.standing else self.seen
        return receipt

    def with_key(self, key: RecoveryKey) -> "Sunflower":
        """The same books, after the controller started with another key, or with none."""
        self.key, self.store = key, SqlStore(self.store.database, recovery=key)
        self.store.write(lambda books: recovery.adopt(books, "main", key, NOON))
        return self

    def audit(self) -> list[tuple[str, str]]:
        """Who changed what, the latest first."""
        with self.store.read() as books:
            return [(line.by, line.what) for line in books.audit.latest(100)]


@contextmanager
def sunflower() -> Iterator[Sunflower]:
    """Sunflower 1, and the key that its photos are sealed for."""
    with books_open() as store:
        yield Sunflower(store, fresh_key())


def held(key: RecoveryKey, number: int = 0xAB, word: Word = Word.ADDED) -> PhotoHeld:
    """A photo was sealed on a word."""
    return PhotoHeld(digest(number), 3_000_000, TAKEN, word, NOON, sealed(key))


def discarded(number: int = 0xAB) -> PhotoDiscarded:
    """Nobody wanted it back."""
    return PhotoDiscarded(digest(number), 3_000_000, TAKEN, Word.ADDED, NOON, NOON)


def purged(number: int = 0xAB, taken: datetime = TAKEN) -> PhotoPurged:
    """It was in the journal after all."""
    return PhotoPurged(digest(number), 3_000_000, taken, Strength.PUBLISHED, "export 4", NOON)


def restored(number: int = 0xAB) -> PhotoRestored:
    """It is back."""
    return PhotoRestored(digest(number))


def missed(number: int = 0xAB, *, still_held: bool = True, export: int = 3) -> NotInExport:
    """The journal's export does not hold it."""
    return NotInExport(digest(number), TAKEN, NOON, export, still_held)


def asks(number: int = 0xAB, word: Word | None = Word.KEEP) -> PhotoSaid:
    """Someone asks to keep it, or says something else of it."""
    return PhotoSaid(digest(number), TAKEN, word)
