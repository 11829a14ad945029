"""An export is read, file by file, and offered to the tablets once it was read to its end; never before.

What was found is written down every few pictures, together with how far the reading has come: killed at any time, it
goes on there. Reading happens in a process of its own, or in that of the command line; never in the one that serves.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from agreement.exports.entries import Entry, Export
from agreement.exports.refusals import ExportError
from controller import standings
from controller.imported import Import, ImportState, Picture, Tally
from controller.journal.ending import End, JournalError, end
from controller.journal.looking import Left, Looking, Terms
from controller.notices import JOURNAL
from controller.records import Author
from controller.seams import Books, Clock, Fingerprinter, Store
from controller.shelves import Shelves
from controller.words import Wall

WORKERS: Final = 2
WINDOW: Final = 8
"""Pictures that wait for their fingerprints while the next ones are read."""
BATCH: Final = 50
EVERY: Final = timedelta(seconds=1)
"""After so many files, or so long, what was found is written down."""


class StoppedError(Exception):
    """The import was cancelled while it was read."""


@dataclass
class Reading:
    """Reads exports to their end."""

    store: Store
    shelves: Shelves
    fingerprinter: Callable[[], Fingerprinter]
    clock: Clock
    setting: str
    zone: ZoneInfo
    keep_for: timedelta
    tell: Callable[[Import], None] = field(default=lambda _import: None)

    def run(self, ident: int, opened: Callable[[], Export]) -> Import:
        """Read an import that is under way; gives what it has become.

        Raises JournalError when another process reads it already, FingerprinterError, OSError.
        """
        with self.shelves.alone(ident) as alone:
            if not alone:
                msg = "this export is being read already, by another process; look at the page “Journal”"
                raise JournalError(msg)
            try:
                return self.read(ident, opened())
            except ExportError as refused:
                return self.ended(ident, ImportState.REFUSED, str(refused))
            except StoppedError:
                return self.ended(ident, ImportState.CANCELLED, "")
            except OSError:
                if self.goes_on(ident):
                    raise
                return self.ended(ident, ImportState.CANCELLED, "")  # its folder was taken from under our hands

    def goes_on(self, ident: int) -> bool:
        """Tell whether nobody has cancelled it."""
        with self.store.read() as books:
            held = books.imports.get(ident)
        return held is not None and held.state is ImportState.READING

    def ended(self, ident: int, state: ImportState, said: str) -> Import:
        """It came to nothing; what is left of it goes."""
        ended = end(self.store, self.shelves, ident, End(state, said, Author("Safeuse", self.clock())))
        if ended is None:
            msg = "there is no such import"
            raise JournalError(msg)
        return ended

    def read(self, ident: int, export: Export) -> Import:
        """Read from where the last try got to. Raises ExportError, StoppedError."""
        held = self.store.write(lambda books: begun(books, ident, export, self.clock()))
        key = self.shelves.key(held.key)
        if key is None:
            raise ExportError("unreadable")
        with self.store.read() as books:
            counted = standings.terms(books, self.setting).uploaded_photos.counts_as_added
        looking = Looking(self.store, self.shelves, self.fingerprinter, WORKERS)
        try:
            self.walk(held, key, export.entries, Terms(counted, export.tells), looking)
        finally:
            looking.close()
        return self.store.write(lambda books: self.offer(books, ident))

    def walk(self, held: Import, key: bytes, entries: Sequence[Entry], terms: Terms, looking: Looking) -> None:
        """Look at every file that is left, and write down what was found, in order."""
        waiting: deque[Future[Picture | Left]] = deque()
        found: list[Picture | Left] = []
        written = self.clock()
        for entry in entries[held.done :]:
            waiting.append(looking.look(held.id, key, entry, terms))
            while waiting and (len(waiting) >= WINDOW or waiting[0].done()):
                found.append(waiting.popleft().result())
            if len(found) >= BATCH or (found and self.clock() - written >= EVERY):
                self.keep(held.id, found)
                found, written = [], self.clock()
        found += [one.result() for one in waiting]
        self.keep(held.id, found)

    def keep(self, ident: int, found: Sequence[Picture | Left]) -> None:
        """Write down what was found, and how far that is. Raises StoppedError."""
        self.shelves.settle(ident)
        now = self.clock()
        self.tell(self.store.write(lambda books: kept(books, ident, found, now)))

    def offer(self, books: Books, ident: int) -> Import:
        """It is whole: give it its number, and let every tablet know. Raises ExportError when nothing is in it."""
        held = still_reading(books, ident)
        if not held.tally.usable:
            raise ExportError(why_empty(held.tally))
        now, number = self.clock(), books.imports.newest() + 1
        ready = replace(
            held,
            state=ImportState.READY,
            number=number,
            token="",
            listing="",
            changed_at=now,
            ready_at=now,
            kept_until=now + self.keep_for,
            source=source(held.began_at, number, self.zone),
        )
        books.imports.put(ready)
        what = f"Imported the journal: {ready.tally.pictures} pictures, {ready.tally.videos} videos (import {number})"
        books.audit.add(Author(held.by, now), what, "journal")
        standings.renew_all(books, self.setting)
        books.ring(JOURNAL)
        return ready


def begun(books: Books, ident: int, export: Export, now: datetime) -> Import:
    """Reading begins, or goes on where it stopped in the very same export. Raises StoppedError."""
    held = still_reading(books, ident)
    listed = listing(export)
    if held.listing != listed:
        books.imports.clear(ident)
        held = replace(held, done=0, tally=Tally())
    held = replace(held, listing=listed, entries=len(export.entries), changed_at=now)
    books.imports.put(held)
    return held


def kept(books: Books, ident: int, found: Sequence[Picture | Left], now: datetime) -> Import:
    """Pictures and how far the reading has come are written down together. Raises StoppedError."""
    held = still_reading(books, ident)
    added = books.imports.add(ident, [one for one in found if isinstance(one, Picture)])
    left: Counter[str] = Counter(one for one in found if isinstance(one, str))
    tally = Tally(
        **{one.name: getattr(held.tally, one.name) + getattr(added, one.name) + left[one.name] for one in fields(Tally)}
    )
    new = replace(held, done=held.done + len(found), tally=tally, changed_at=now)
    books.imports.put(new)
    return new


def still_reading(books: Books, ident: int) -> Import:
    """The import, as long as nobody has cancelled it. Raises StoppedError."""
    held = books.imports.get(ident)
    if held is None or held.state is not ImportState.READING:
        raise StoppedError
    return held


def why_empty(tally: Tally) -> str:
    """Why there is nothing to ask tablets about: a key of REFUSALS."""
    if tally.drafts or tally.staff_only or tally.untold:
        return "only_drafts"
    if tally.undecodable:
        return "undecodable"
    return "only_pdfs" if tally.pdfs else "empty"


def listing(export: Export) -> str:
    """What is in an export, as a digest: the same only for the very same files in the same order."""
    sha = hashlib.sha256()
    for entry in export.entries:
        sha.update(
            f"{len(entry.name)} {entry.name} {entry.size} {entry.publication}\n".encode(errors="surrogateescape")
        )
    return sha.hexdigest()


def source(as_of: datetime, number: int, zone: ZoneInfo) -> str:
    """How evidence names the import that it comes from: “journal export of 24 November 2026 (import 3)”."""
    here = Wall(as_of, zone).here(as_of)
    return f"journal export of {here.day} {here:%B %Y} (import {number})"
