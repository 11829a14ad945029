"""An export is handed in: by a browser, piece by piece, or by the command line, which reads it where it lies."""

import secrets
from dataclasses import replace
from typing import Final

from controller.imported import Import, ImportState, Way
from controller.journal.ending import JournalError
from controller.notices import JOURNAL
from controller.records import Author
from controller.seams import Books, Store
from controller.shelves import Shelves

MAX_UPLOAD: Final = 20 * 1024**3
"""Bytes of one export."""
RESERVE: Final = 1024**3
"""Bytes of the disk that stay free whatever is handed in: the record must never lack room."""


def begin_by_browser(store: Store, shelves: Shelves, person: str, size: int, author: Author) -> Import:
    """Somebody begins to hand in a file of so many bytes. Raises JournalError."""
    if not 0 < size <= MAX_UPLOAD:
        msg = "An export has at most 20 GB. Export a shorter time, and hand in one export after the other."
        raise JournalError(msg)
    check_room(shelves, 2 * size)
    return begin(store, shelves, fresh(Way.BROWSER, secrets.token_urlsafe(24), person, size, author))


def begin_by_command(store: Store, shelves: Shelves, listing: str, size: int, author: Author) -> Import:
    """The command line begins to read an export, or goes on with the very same one. Raises JournalError."""
    with store.read() as books:
        held = books.imports.by_token(listing)
    if held is not None:
        return held
    check_room(shelves, size)
    new = fresh(Way.COMMAND, listing, "", size, author)
    return begin(store, shelves, replace(new, state=ImportState.READING))


def fresh(way: Way, token: str, person: str, size: int, author: Author) -> Import:
    """A new import, not remembered yet."""
    return Import(
        id=0,
        number=None,
        state=ImportState.RECEIVING,
        way=way,
        token=token,
        person=person,
        by=author.by,
        began_at=author.at,
        changed_at=author.at,
        size=size,
        key="",
    )


def begin(store: Store, shelves: Shelves, new: Import) -> Import:
    """Make its key, then remember it: a key that nothing knows of is swept away. Raises JournalError."""
    try:
        keyed = replace(new, key=shelves.make_key())
    except OSError as failure:
        msg = (
            f"The key for the journal’s pictures cannot be written to {shelves.keys}: {failure.strerror}. "
            "Let the controller write there, or name another folder: keys, in controller.toml."
        )
        raise JournalError(msg) from failure

    def begun(books: Books) -> Import:
        books.audit.add(Author(keyed.by, keyed.began_at), "Handed in an export of the journal", "journal")
        books.ring(JOURNAL)
        return books.imports.begin(keyed)

    return store.write(begun)


def check_room(shelves: Shelves, size: int) -> None:
    """See that the disk has room for so many bytes. Raises JournalError."""
    free = shelves.room() - RESERVE
    if free < size:
        msg = (
            f"There is not enough room on the controller’s disk: {size / 1e9:.1f} GB are needed, "
            f"and {max(free, 0) / 1e9:.1f} GB are free. Make room, or export a shorter time."
        )
        raise JournalError(msg)


def upload_of(store: Store, token: str, person: str) -> Import | None:
    """The upload that has this token and is this person's own, as long as it is under way."""
    with store.read() as books:
        held = books.imports.by_token(token) if token else None
    ours = held is not None and held.way is Way.BROWSER and held.person == person
    return held if ours and held is not None and held.state is ImportState.RECEIVING else None


def progressed(store: Store, ident: int, author: Author) -> None:
    """A piece has arrived."""
    store.write(lambda books: moved(books, ident, author, ImportState.RECEIVING))


def complete(store: Store, ident: int, author: Author) -> None:
    """Everything has arrived: it can be read."""
    store.write(lambda books: moved(books, ident, author, ImportState.READING))


def moved(books: Books, ident: int, author: Author, state: ImportState) -> None:
    """Write down how far an upload is, unless it has ended meanwhile."""
    held = books.imports.get(ident)
    if held is not None and held.state is ImportState.RECEIVING:
        books.imports.put(replace(held, state=state, changed_at=author.at))
        books.ring(JOURNAL)
