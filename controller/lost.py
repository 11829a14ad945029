"""A tablet is reported lost, stolen or damaged.

An incident opens and the tablet is told to lock; found again closes it.
"""

import secrets
from dataclasses import dataclass

from controller import standings
from controller.incidents import note
from controller.notices import INCIDENTS
from controller.records import Author, Device, DeviceState, Entry, EntryKind, Incident
from controller.seams import Books, Store

KINDS = ("lost", "stolen", "damaged")
MOST = 500
"""Characters of what a reporter writes that are kept."""


class ReportError(ValueError):
    """The report cannot be taken as it is; says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a member of staff says about a tablet."""

    kind: str  # one of KINDS
    where: str = ""
    when: str = ""


def report(store: Store, device: str, told: Told, author: Author) -> str:
    """Open an incident, or add to the one that is open; gives its id once it is durable. Raises ReportError."""
    if told.kind not in KINDS:
        msg = f"“{told.kind}” is not one of {', '.join(KINDS)}"
        raise ReportError(msg)
    return store.write(lambda books: reported(books, known(books, device), told, author))


def known(books: Books, device: str) -> Device:
    """The tablet with this id. Raises ReportError."""
    found = books.devices.get(device)
    if found is None or found.state is DeviceState.RETIRED:
        msg = "this tablet does not take part any more"
        raise ReportError(msg)
    return found


def reported(books: Books, device: Device, told: Told, author: Author) -> str:
    """Take the report: within one transaction the incident, its first lines and the newer standing."""
    said = f"{author.by} reported {device.name} {told.kind}{seen(told)}."
    if device.incident:
        note(books, Entry(device.incident, author.at, author.at, author.by, EntryKind.REPORTED, said))
        return device.incident
    incident = opened(books, device, told, author)
    note(books, Entry(incident, author.at, author.at, author.by, EntryKind.REPORTED, said))
    queued = "The order to lock was queued; it takes effect when the tablet hears of it."
    note(books, Entry(incident, author.at, author.at, "Safeuse", EntryKind.QUEUED, queued))
    books.audit.add(author, f"Reported {device.name} {told.kind}", device.id)
    return incident


def opened(books: Books, device: Device, told: Told, author: Author) -> str:
    """Open the incident with what is known of the tablet now, and tell the tablet."""
    incident = f"{author.at:%Y%m%d}-{secrets.token_hex(4)}"
    books.devices.lost(device.id, incident)
    standing = standings.renew(books, device.id)
    books.incidents.open(
        Incident(
            id=incident,
            device=device.id,
            kind=told.kind,
            message=standings.terms(books, device.setting).lost_or_damaged.call,
            opened_at=author.at,
            opened_by=author.by,
            where=told.where[:MOST],
            when=told.when[:MOST],
            posture=device.posture,
            told_at=device.told_at,
            heard_at=device.heard_at,
            standing=standing,
            applied_at=None,
            locked_at=None,
            locked_heard_at=None,
            locked_detail="",
            closed_at=None,
            closed_by="",
        )
    )
    return incident


def seen(told: Told) -> str:
    """Where and when it was last seen, as the end of a sentence."""
    place = f", last seen {told.where[:MOST].strip().rstrip('.')}" if told.where.strip() else ""
    return f"{place}{' (' + told.when[:MOST].strip() + ')' if told.when.strip() else ''}"


def found(store: Store, incident: str, author: Author, how: str = "found again") -> None:
    """Close an incident; the tablet is told that it is no longer lost. Raises ReportError."""
    store.write(lambda books: closed(books, incident, author, how))


def closed(books: Books, incident: str, author: Author, how: str) -> None:
    """Close it within one transaction. Raises ReportError when it is closed already."""
    held = books.incidents.get(incident)
    if held is None or held.closed_at is not None:
        msg = "this incident is not open any more"
        raise ReportError(msg)
    books.incidents.close(incident, author.by, author.at)
    note(
        books,
        Entry(
            incident,
            author.at,
            author.at,
            author.by,
            EntryKind.CLOSED,
            f"{author.by} closed the incident: {how[:MOST]}.",
        ),
    )
    books.devices.lost(held.device, None)
    standings.renew(books, held.device)
    books.audit.add(author, f"Closed incident {incident}: {how[:MOST]}", held.device)
    books.ring(INCIDENTS)
