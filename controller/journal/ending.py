"""How an import ends without coming to anything: refused, cancelled, or left half-way. Nothing of it is kept."""

from dataclasses import dataclass, replace

from controller.imported import UNDER_WAY, Import, ImportState
from controller.notices import JOURNAL
from controller.records import Author
from controller.seams import Books, Store
from controller.shelves import Shelves


class JournalError(ValueError):
    """This cannot be done with an export of the journal; says why, and what to do."""


@dataclass(frozen=True, slots=True)
class End:
    """What an import has become, why, and by whom."""

    state: ImportState
    said: str
    author: Author


def end(store: Store, shelves: Shelves, ident: int, how: End) -> Import | None:
    """Say how an import has ended, then remove everything of it. Gives what it has become.

    Killed in between, the next sweep removes the rest: the books no longer know the key.
    """
    ended = store.write(lambda books: written(books, ident, how))
    if ended is not None and ended.state not in UNDER_WAY and ended.number is None:
        shelves.burn(ended.key)
        shelves.clear(ident)
    return ended


def written(books: Books, ident: int, how: End) -> Import | None:
    """Write down the end, unless it came to an end already."""
    held = books.imports.get(ident)
    if held is None or held.state not in UNDER_WAY:
        return held
    books.imports.clear(ident)
    ended = replace(held, state=how.state, said=how.said, token="", listing="", changed_at=how.author.at)
    books.imports.put(ended)
    what = f"{how.state.value.capitalize()} an export of the journal: {how.said}".removesuffix(": ")
    books.audit.add(how.author, what, "journal")
    books.ring(JOURNAL)
    return ended
