"""The page “Journal”: where the journal's export is dropped, and what became of every one that was."""

from starlette.responses import Response

from controller.imported import ImportState
from controller.journal.ending import End, JournalError, end
from controller.journal.view import view
from controller.web.visit import Visit

NUMBER = 9
"""Digits of an import's id that are looked at."""


def show(visit: Visit) -> Response:
    """The imports, the newest first."""
    with visit.parts.store.read() as books:
        journal = view(books, visit.parts.shelves)
    return visit.page("journal.html", journal=journal)


def cancel(visit: Visit) -> Response:
    """Give up an import that is under way. Raises JournalError."""
    ident = visit.params["ident"]
    known = ident.isdecimal() and ident.isascii() and len(ident) <= NUMBER
    parts = visit.parts
    how = End(ImportState.CANCELLED, "", visit.author)
    ended = end(parts.store, parts.shelves, int(ident), how) if known else None
    if ended is None or ended.state is not ImportState.CANCELLED:
        msg = "this export has come to its end already; look at the list"
        raise JournalError(msg)
    return visit.go("/journal", "cancelled")
