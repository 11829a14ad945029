"""The first page: one sentence, what wants someone, a card a tablet, and the register. Pure functions of data and now.

Nothing here is prettier than the truth: what is not fresh carries its age, and what nobody knows is said so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agreement.agreement import PRINTED
from agreement.clauses.approved_apps import ApprovedApps
from agreement.clauses.lost_or_damaged import LostOrDamaged
from agreement.clauses.secure_network import SecureNetwork
from agreement.clauses.supplied_devices import SuppliedDevices
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.letters import Level, Mark, Posture
from controller.moods import LEVELS, TABLETS, Mood
from controller.records import Incident, TabletState
from controller.tablets import Card, is_pressing
from controller.todo import Todo
from controller.wanted import Seen, wanted
from controller.week import Week, week
from controller.words import Wall, number, opening, plain, several

BUILT = frozenset(
    clause.number for clause in (SuppliedDevices, SecureNetwork, ApprovedApps, UploadedPhotos, LostOrDamaged)
)
"""The clauses that Safeuse keeps today; the register shows the others as not yet."""
FRESH = timedelta(minutes=15)
"""What is older than three check-ins carries its age."""


@dataclass(frozen=True, slots=True)
class Face:
    """One tablet's card."""

    id: str
    name: str
    mood: Mood
    tag: str
    heard: str
    lead: str
    lost_now: str
    week: Week
    late: str = ""  # photos that are due, and do not press yet


@dataclass(frozen=True, slots=True)
class Cell:
    """How one tablet keeps one clause."""

    tablet: str
    mood: Mood
    sign: str
    word: str
    age: str
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """One clause of the register."""

    number: int
    title: str
    cells: tuple[Cell, ...]

    @property
    def is_built(self) -> bool:
        """Tell whether Safeuse keeps this clause at all, on any tablet."""
        return self.number in BUILT


@dataclass(frozen=True, slots=True)
class Today:
    """The whole first page."""

    sentence: str
    lead: str
    todos: tuple[Todo, ...]
    faces: tuple[Face, ...]
    register: tuple[Row, ...]


def today(seen: Seen, wall: Wall) -> Today:
    """Everything that the first page says."""
    todos = tuple(wanted(seen, wall))
    return Today(
        sentence(seen),
        f"{wall.weekday()}. {wants(todos)}",
        todos,
        tuple(face(card, seen, wall) for card in seen.cards),
        register(seen, wall),
    )


def sentence(seen: Seen) -> str:
    """How things stand, as a person would say it; never more than is known."""
    if not seen.cards:
        return f"Welcome to {plain(seen.setting)}. No tablet takes part yet."
    said = list(troubles(seen))
    rest = [card for card in seen.cards if card.state in {TabletState.SAFE, TabletState.OFF}]
    if rest:
        said.extend(the_rest(seen, rest, among_others=bool(said)))
    return " ".join(said)


def troubles(seen: Seen) -> Iterator[str]:
    """What is not well, worst first."""
    for state, one, many in (
        (TabletState.LOST, "is", "are"),
        (TabletState.HELD, "waits for your decision", "wait for your decision"),
        (TabletState.LOOK, "wants a look", "want a look"),
    ):
        cards = [card for card in seen.cards if card.state is state]
        if cards:
            who = plain(cards[0].device.name) if len(cards) == 1 else opening(f"{number(len(cards))} tablets")
            how = f" {kind_of(seen, cards)}" if state is TabletState.LOST else ""
            yield f"{who} {one if len(cards) == 1 else many}{how}."


def kind_of(seen: Seen, cards: Sequence[Card]) -> str:
    """Lost, stolen or damaged; reported, when they differ."""
    kinds = {incident.kind for card in cards if (incident := incident_of(card, seen))}
    return kinds.pop() if len(kinds) == 1 else "reported lost or damaged"


def the_rest(seen: Seen, rest: Sequence[Card], *, among_others: bool) -> Iterator[str]:
    """What may be said of the tablets that want nothing: nobody is safe before a network is trusted."""
    off = [card for card in rest if card.state is TabletState.OFF]
    well = [card for card in rest if card.state is TabletState.SAFE]
    if well and seen.agreement.secure_network is None:
        yield "No network is trusted yet."
    elif well:
        yield f"{these(well, among_others=among_others, everyone=not off)} safe."
    if off:
        yield f"{these(off, among_others=among_others and not well, everyone=not well)} off."


def these(cards: Sequence[Card], *, among_others: bool, everyone: bool) -> str:
    """“Sunflower 1 is”, “All three tablets are”, “The other two are”, “Two are”."""
    count = len(cards)
    if among_others and everyone:
        return "The other one is" if count == 1 else f"The other {number(count)} are"
    if count == 1:
        return f"{plain(cards[0].device.name)} is"
    if among_others or not everyone:
        return f"{opening(number(count))} are"
    return f"{'Both' if count == 2 else 'All ' + number(count)} tablets are"  # noqa: PLR2004 - both is the word for two


def wants(todos: Sequence[Todo]) -> str:
    """How much there is to do, and whether it can wait."""
    if not todos:
        return "Nothing wants you."
    urgent = sum(todo.mood is Mood.ACT for todo in todos)
    said = f"{opening(number(len(todos)))} {'thing wants' if len(todos) == 1 else 'things want'} you"
    if not urgent:
        return f"{said}; none is urgent." if len(todos) > 1 else f"{said}; it is not urgent."
    if len(todos) == 1:
        return f"{said}; it is urgent."
    return f"{said}; the first {'is' if urgent == 1 else number(urgent) + ' are'} urgent."


def face(card: Card, seen: Seen, wall: Wall) -> Face:
    """The card of one tablet."""
    mood, tag = TABLETS[card.state]
    if card.state is TabletState.SAFE and seen.agreement.secure_network is None:
        mood, tag = Mood.LOOK, "Look"
    lead, lost_now = if_lost_now(card, incident_of(card, seen), wall)
    heard = f"heard {wall.ago(card.heard_at)}" if card.heard_at else "not heard yet"
    name, late = plain(card.device.name), not_pressing(card, seen, wall)
    return Face(card.device.id, name, mood, tag, heard, lead, lost_now, week(card.strip, wall), late)


def not_pressing(card: Card, seen: Seen, wall: Wall) -> str:
    """Photos that should be in the journal by now, for as long as that is the tablet's own business."""
    terms = seen.agreement.uploaded_photos
    for one in card.findings:
        if one.clause == UploadedPhotos.number and not is_pressing(one, terms, wall.now):
            many = several(one.count, "photo")
            return f"{many} should have been in the journal by {wall.moment(one.since)}."
    return ""


def incident_of(card: Card, seen: Seen) -> Incident | None:
    """The open incident of a tablet."""
    return next((one for one in seen.incidents if one.id == card.device.incident), None)


def if_lost_now(card: Card, incident: Incident | None, wall: Wall) -> tuple[str, str]:
    """What a thief would find, as last known: the words in bold, and the rest."""
    device = card.device
    told = what_is_on_it(device.posture, wall) if device.posture else "Nothing is known of it yet."
    if device.told_at and wall.now - device.told_at > FRESH:
        told += f" As known {wall.ago(device.told_at)}."
    if incident is None:
        return "If lost now:", told
    locked = f"It locked {wall.at(incident.locked_at)}." if incident.locked_at else "Lock sent, not yet confirmed."
    return f"Reported {incident.kind} {wall.at(incident.opened_at)}.", f"{locked} {opening(told)}"


def what_is_on_it(posture: Posture, wall: Wall) -> str:
    """Photos, encryption and screen lock in a few words; what cannot be known is said so."""
    photos, oldest = posture.photos, posture.photos.oldest
    said = [f"{several(photos.waiting, 'photo')} not in the journal" if photos.waiting else "no photos wait on it"]
    if photos.waiting and oldest:
        said[0] += f", the oldest from {wall.moment(oldest)}"
    if photos.held:
        said.append(f"{opening(number(photos.held))} {'photo is' if photos.held == 1 else 'photos are'} sealed on it")
    said.append({True: "Encrypted", False: "Not encrypted", None: "Encryption: cannot know"}[posture.encrypted])
    said.append({True: "Locks itself", False: "No screen lock", None: "Screen lock: cannot know"}[posture.screen_lock])
    return ". ".join(said) + "."


def register(seen: Seen, wall: Wall) -> tuple[Row, ...]:
    """Every clause of the printed agreement, and how each tablet keeps it."""
    return tuple(
        Row(number, title, tuple(cell(number, card, seen, wall) for card in seen.cards))
        for number, title in PRINTED.items()
    )


def cell(clause: int, card: Card, seen: Seen, wall: Wall) -> Cell:
    """How one tablet keeps one clause, in its own words, with the age of the knowledge."""
    mark = mark_of(clause, card, seen)
    mood, sign, word = LEVELS[mark.level]
    told = card.device.told_at
    fresh = mark.level is not Level.NOT_YET and told is not None
    age = wall.age(told) if fresh and told else ""
    return Cell(plain(card.device.name), mood, sign, word, age, plain(mark.why))


def mark_of(clause: int, card: Card, seen: Seen) -> Mark:
    """The tablet's own mark; what Safeuse does not do yet, or has not heard yet, is said so."""
    if clause not in BUILT:
        return Mark(clause, Level.NOT_YET)
    if clause == SecureNetwork.number and seen.agreement.secure_network is None:
        return Mark(clause, Level.NOT_YET, "No network is trusted yet.")
    unheard = Mark(clause, Level.CANNOT_KNOW, "It has not said yet.")
    return next((mark for mark in card.register if mark.clause == clause), unheard)
