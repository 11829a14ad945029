"""One file of an export: is it a picture that counts as added? Then it is sealed away and its fingerprint is taken."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final, Literal

from agreement.exports.entries import Entry, Source, is_archive, is_pdf
from agreement.exports.publications import counts
from agreement.exports.refusals import ExportError
from agreement.facts import Publication
from controller.imported import Picture
from controller.seams import Fingerprinter, Store
from controller.shelves import Put, Shelves

HEAD: Final = 64
MAX_ENTRY: Final = 4 * 1024**3
"""Bytes of one picture or video; a longer one counts as one that cannot be read."""

Left = Literal["drafts", "staff_only", "untold", "undecodable", "others", "pdfs"]
"""Why a file is left out: a field of Tally."""

LEFT_OUT: Final[dict[Publication, Left]] = {
    Publication.NOT_IN_JOURNAL: "drafts",
    Publication.STAFF_ONLY: "staff_only",
    Publication.UNKNOWN: "untold",
    Publication.IN_JOURNAL: "untold",
}


class Opened:
    """A source whose beginning was read already."""

    def __init__(self, head: bytes, rest: Source) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        head, self._head = self._head, b""
        return head or self._rest.read(size)


@dataclass(frozen=True, slots=True)
class Terms:
    """What counts as added, and whether this export tells states at all."""

    counted: frozenset[Publication]
    tells: bool

    def count(self, publication: Publication) -> bool:
        """Tell whether a picture of this state counts."""
        return counts(publication, self.counted, tells=self.tells)


class Looking:
    """Looks at one file after the other; fingerprints are taken beside it, some at a time."""

    def __init__(self, store: Store, shelves: Shelves, make: Callable[[], Fingerprinter], workers: int) -> None:
        self.store, self.shelves = store, shelves
        self._good: set[str] = set()
        self._sniffer = make()
        self._free: SimpleQueue[Fingerprinter] = SimpleQueue()
        self._takers = [make() for _ in range(workers)]
        for taker in self._takers:
            self._free.put(taker)
        self._pool = ThreadPoolExecutor(workers, "fingerprints")

    def close(self) -> None:
        """End every child."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for one in (self._sniffer, *self._takers):
            one.close()

    def look(self, ident: int, key: bytes, entry: Entry, terms: Terms) -> "Future[Picture | Left]":
        """Look at one file; what it is will be known. Raises ExportError for what ends the whole import."""
        with entry.open() as source:
            head = whole_head(source)
            kind = self._sniffer.kind(head)
            if kind is None:
                return told(other(head, entry.name))
            if not terms.count(entry.publication):
                return told(LEFT_OUT[entry.publication])
            if entry.size > MAX_ENTRY:
                return told("undecodable")
            put = self.shelves.put(ident, key, Opened(head, source))
        return self.take(ident, key, put, Picture(put.digest, put.size, kind, entry.publication, b""))

    def take(self, ident: int, key: bytes, put: Put, found: Picture) -> "Future[Picture | Left]":
        """The fingerprint of what was sealed away: the one that is known, else a fresh one."""
        with self.store.read() as books:
            known = books.imports.known(put.digest)
        if known is not None:
            return told(Picture(put.digest, put.size, known.kind, found.publication, known.fingerprint))
        return self._pool.submit(self._take, ident, key, found)

    def _take(self, ident: int, key: bytes, found: Picture) -> Picture | Left:
        taker = self._free.get()
        try:
            made = taker.fingerprint(self.shelves.picture(ident, found.digest), key, found.kind)
        finally:
            self._free.put(taker)
        if made is None:
            if found.digest not in self._good:  # the same picture twice: the first copy came through
                self.shelves.drop(ident, found.digest)
            return "undecodable"
        self._good.add(found.digest)
        return Picture(found.digest, found.size, found.kind, found.publication, made)


def whole_head(source: Source) -> bytes:
    """The first bytes of a file, in however many pieces they come."""
    head = b""
    while len(head) < HEAD and (piece := source.read(HEAD - len(head))):
        head += piece
    return head


def other(head: bytes, name: str) -> Left:
    """What is neither picture nor video. Raises ExportError("nested")."""
    if is_archive(head, name):
        raise ExportError("nested")
    return "pdfs" if is_pdf(head) else "others"


def told(found: Picture | Left) -> "Future[Picture | Left]":
    """Something that is known at once."""
    future: Future[Picture | Left] = Future()
    future.set_result(found)
    return future
