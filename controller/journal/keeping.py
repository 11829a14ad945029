"""How long the journal's pictures stay: until every tablet has answered, or the time is over, whichever comes first.

First the key goes, then the books say so, then the files go. Killed in between, the next look does the rest. What was
left half-way for days goes too, and so does everything that the books do not know.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from controller.imported import UNDER_WAY, Import, ImportState
from controller.journal.ending import End, end
from controller.notices import JOURNAL
from controller.records import Author, Device, DeviceState
from controller.seams import Books, Store
from controller.shelves import Shelves

HALF_WAY: Final = timedelta(days=3)
"""How long an upload or a reading that has stopped may be gone on with."""
NEW_KEY: Final = timedelta(hours=1)
"""A key that is younger may belong to an import that is about to begin."""
ANSWERED = "every tablet that can has answered"
OVER = "the time for it was over"
LOST_KEY = "their key is not on this machine"
LEFT = "It was left half-way for three days."


def keep_house(store: Store, shelves: Shelves, now: datetime) -> None:
    """Let go of what has had its time. Cheap when there is nothing to do; does nothing twice."""
    with store.read() as books:
        due = [(one, why) for one in books.imports.with_pictures() if (why := reason(books, shelves, one, now))]
        stale = [one for one in books.imports.under_way() if now - one.changed_at >= HALF_WAY]
    for one, why in due:
        let_go(store, shelves, one, why, now)
    for one in stale:
        end(store, shelves, one.id, End(ImportState.CANCELLED, LEFT, Author("Safeuse", now)))
    sweep(store, shelves, now)


def reason(books: Books, shelves: Shelves, one: Import, now: datetime) -> str:
    """Why the pictures of an import go now; empty while they stay."""
    if one.kept_until is None or now >= one.kept_until:
        return OVER
    if shelves.key(one.key) is None:
        return LOST_KEY
    asked = books.devices.every()
    if any(listens(device) for device in asked) and not unanswered(books, one, asked):
        return ANSWERED
    return ""


def unanswered(books: Books, one: Import, asked: tuple[Device, ...]) -> tuple[Device, ...]:
    """The tablets that have not worked through an import yet, and can."""
    given = {answer.device for answer in books.imports.answers(one.id)}
    return tuple(device for device in asked if listens(device) and device.id not in given)


def listens(device: Device) -> bool:
    """Tell whether a tablet may ask for pictures; one that is lost or held is not waited for."""
    return device.state is DeviceState.ACTIVE and device.incident is None


def let_go(store: Store, shelves: Shelves, one: Import, why: str, now: datetime) -> None:
    """Remove the pictures of an import, its key first."""
    shelves.burn(one.key)
    store.write(lambda books: gone(books, one.id, why, now))
    shelves.clear(one.id)


def gone(books: Books, ident: int, why: str, now: datetime) -> None:
    """Write down that the pictures are gone. Their fingerprints stay."""
    held = books.imports.get(ident)
    if held is None or held.gone_at is not None:
        return
    books.imports.put(replace(held, gone_at=now, gone_why=why, changed_at=now))
    books.audit.add(Author("Safeuse", now), f"Removed the pictures of import {held.number}: {why}", "journal")
    books.ring(JOURNAL)


def sweep(store: Store, shelves: Shelves, now: datetime) -> None:
    """Remove every folder and key that no import needs.

    The folders are listed first: one that comes later belongs to an import that begins at this moment.
    """
    found = shelves.idents()
    with store.read() as books:
        needed = (*books.imports.under_way(), *books.imports.with_pictures())
    for ident in found - {one.id for one in needed}:
        shelves.clear(ident)
    shelves.sweep_keys(frozenset(one.key for one in needed), now - NEW_KEY)
    for one in needed:
        if one.state not in UNDER_WAY:
            shelves.upload(one.id).unlink(missing_ok=True)
