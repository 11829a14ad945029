"""What wants someone: every open thing as a title, a sentence, and one action, the most urgent first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from agreement.agreement import Agreement
from agreement.clauses.approved_apps import ApprovedApps
from agreement.clauses.lost_or_damaged import LostOrDamaged
from agreement.clauses.secure_network import SecureNetwork
from agreement.clauses.uploaded_photos import UploadedPhotos
from controller.apps import AppAsked
from controller.moods import Mood
from controller.photo_words import asked, keyless, missed, seconds
from controller.photos_seen import PhotosSeen
from controller.records import Incident, OpenFinding, TabletState
from controller.tablets import Card, is_pressing
from controller.todo import Todo
from controller.words import Wall, lasting, listed, plain, several

FORGOTTEN = timedelta(days=4)
"""A tablet that is silent for longer than a long weekend is to be looked for."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the first page is made from: one consistent view of the books."""

    setting: str  # the nursery's name
    cards: tuple[Card, ...]  # tablets that take part
    incidents: tuple[Incident, ...]  # open ones
    asked: tuple[AppAsked, ...]
    agreement: Agreement
    photos: PhotosSeen = field(default_factory=PhotosSeen)


def wanted(seen: Seen, wall: Wall) -> Iterator[Todo]:
    """What to do, most urgent first, one action each."""
    names = {card.device.id: plain(card.device.name) for card in seen.cards}
    findings = [finding for card in seen.cards for finding in card.findings]
    yield from (lost(one, names, wall) for one in seen.incidents if one.device in names)
    yield from (held(card) for card in seen.cards if card.state is TabletState.HELD)
    yield from (strange(one, names, wall) for one in findings if one.clause == SecureNetwork.number)
    if seen.cards and seen.agreement.secure_network is None:
        yield nothing_trusted()
    yield from keyless(seen.photos)
    yield from missed(seen.photos, names, wall)
    yield from seconds(seen.photos, names)
    terms = seen.agreement.uploaded_photos
    overdue = [one for one in findings if one.clause == UploadedPhotos.number and is_pressing(one, terms, wall.now)]
    yield from (late(one, names, wall) for one in overdue)
    yield from asked(seen.photos, names, wall)
    yield from (app(one, names, wall) for one in seen.asked)
    yield from (silent(card, wall) for card in seen.cards if is_forgotten(card, wall))


def lost(incident: Incident, names: dict[str, str], wall: Wall) -> Todo:
    """A tablet was reported; what is confirmed is said apart from what was asked for."""
    by = f"Reported by {plain(incident.opened_by)} {wall.at(incident.opened_at)}."
    locked = f"It locked {wall.at(incident.locked_at)}." if incident.locked_at else "Lock sent, not yet confirmed."
    return Todo(
        Mood.ACT,
        f"{names[incident.device]} is {incident.kind}",
        f"{by} {locked} (Rule {LostOrDamaged.number})",
        "Open the incident",
        f"/incidents/{incident.id}",
    )


def held(card: Card) -> Todo:
    """Nothing is believed from a tablet until the manager decides."""
    title = (
        "Two agents use the key of {}" if card.device.held_code == "clone" else "The record of {} does not fit together"
    )
    return Todo(
        Mood.ACT,
        title.format(plain(card.device.name)),
        "Nothing is believed from it until you decide. (Rule 1)",
        "Decide",
        f"/tablets/{card.device.id}",
    )


def strange(finding: OpenFinding, names: dict[str, str], wall: Wall) -> Todo:
    """A tablet is on a network that the manager does not trust."""
    return Todo(
        Mood.LOOK,
        f"{names[finding.device]}: {plain(finding.what).rstrip('.')}",
        f"Since {wall.moment(finding.since)}. {plain(finding.mend)} (Rule {finding.clause})",
        "Look at the networks",
        "/networks",
    )


def nothing_trusted() -> Todo:
    """Until the first network is trusted, clause 8 is not in force."""
    return Todo(
        Mood.LOOK,
        "No network is trusted yet",
        "Until you trust one of your own, tablets may talk on any network. (Rule 8)",
        "Choose a network",
        "/networks",
    )


def late(finding: OpenFinding, names: dict[str, str], wall: Wall) -> Todo:
    """Photos that should be in the journal by now."""
    be = "is" if finding.count == 1 else "are"
    return Todo(
        Mood.LOOK,
        f"{several(finding.count, 'photo')} on {names[finding.device]} {be} not in the journal yet",
        f"Overdue since {wall.moment(finding.since)}. {plain(finding.mend)} (Rule {finding.clause})",
        "Open the tablet",
        f"/tablets/{finding.device}",
    )


def app(asked: AppAsked, names: dict[str, str], wall: Wall) -> Todo:
    """An app that someone installed without the manager's word, or against it."""
    where = listed([names[device] for device in asked.devices if device in names])
    title = (
        f"“{plain(asked.name)}” was refused and is still there"
        if asked.refused
        else f"“{plain(asked.name)}” waits for your decision"
    )
    return Todo(
        Mood.LOOK,
        title,
        f"On {where}, since {wall.moment(asked.since)}. (Rule {ApprovedApps.number})",
        "Look at the apps" if asked.refused else "Decide",
        "/apps",
    )


def is_forgotten(card: Card, wall: Wall) -> bool:
    """Tell whether a tablet is off for so long that someone should look for it."""
    since = card.heard_at or card.device.enrolled_at
    return card.state is TabletState.OFF and wall.now - since > FORGOTTEN


def silent(card: Card, wall: Wall) -> Todo:
    """A tablet that nobody has heard of for days."""
    since = card.heard_at or card.device.enrolled_at
    return Todo(
        Mood.LOOK,
        f"{plain(card.device.name)} was not heard for {lasting(wall.now - since)}",
        f"Is it in its cupboard, and charged? If nobody knows, report it. (Rule {LostOrDamaged.number})",
        "Open the tablet",
        f"/tablets/{card.device.id}",
    )
