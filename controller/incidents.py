"""Incidents: what is known of a tablet that was reported, entry by entry; queued is never shown as confirmed."""

from dataclasses import dataclass
from datetime import datetime

from agreement.letters import CheckIn, Done, OrderEnded, Posture
from controller.notices import INCIDENTS
from controller.records import Card, Device, Entry, EntryKind, Incident, NetworkSeen
from controller.seams import Books


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that an incident's page and its PDF tell."""

    incident: Incident
    entries: tuple[Entry, ...]
    device: Device
    networks: tuple[NetworkSeen, ...]  # where the tablet was seen, the latest first
    purged: int  # deletion records of this tablet, ever

    @property
    def confirmed(self) -> bool:
        """Tell whether the tablet itself said that it locked."""
        return self.incident.locked_at is not None


def report(books: Books, incident: str) -> Report | None:
    """All that is known of one incident."""
    found = books.incidents.get(incident)
    device = books.devices.get(found.device) if found else None
    if found is None or device is None:
        return None
    return Report(
        found,
        books.incidents.entries(incident),
        device,
        books.networks.seen(device.setting, device=device.id),
        books.reports.purge_count(device.id),
    )


def every(books: Books, most: int = 200) -> tuple[Incident, ...]:
    """The incidents, open ones first, then the latest."""
    return books.incidents.every(most)


def note(books: Books, entry: Entry) -> None:
    """Add one line; whoever looks at the incident sees it."""
    books.incidents.add(entry)
    books.ring(INCIDENTS)


def heard(books: Books, card: Card, letter: CheckIn, now: datetime) -> None:
    """Note what a lost tablet’s check-in tells: whether it goes by the report yet, and where it is."""
    incident = books.incidents.get(card.incident or "")
    device = books.devices.get(card.id)
    if incident is None or device is None:
        return
    if incident.applied_at is None and letter.standing_applied >= incident.standing:
        books.incidents.applied(incident.id, letter.at)
        what = "The tablet knows that it was reported, and goes by it."
        note(books, Entry(incident.id, letter.at, now, device.name, EntryKind.HEARD, what))
    if where := moved(card.posture, letter.posture):
        note(books, Entry(incident.id, letter.at, now, device.name, EntryKind.HEARD, where))


def moved(before: bytes, posture: Posture) -> str:
    """Where the tablet is now, when that is not where it was; a lost tablet's network may help to find it."""
    names = tuple(network.name or network.gateway for network in posture.networks)
    if not names or all(name.encode() in before for name in names):
        return ""
    return f"The tablet was heard from the network {' and '.join(f'“{name}”' for name in names)}."


def order_ended(books: Books, device: Device, ended: OrderEnded, at: datetime, now: datetime) -> None:
    """The tablet's own word on the lock. Nothing else confirms it."""
    incident = books.incidents.get(ended.subject)
    if ended.order != "lock" or incident is None or incident.device != device.id:
        return
    if ended.done is Done.DONE:
        books.incidents.locked(incident.id, at, now, ended.detail)
        kind, what = EntryKind.CONFIRMED, f"The tablet carried out the lock: {ended.detail or 'done'}."
    else:
        kind, what = EntryKind.FAILED, f"The tablet could not lock: {ended.detail}."
    note(books, Entry(incident.id, at, now, device.name, kind, what))
