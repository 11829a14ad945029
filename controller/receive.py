"""A check-in arrives: it is measured against the last one, written down in one transaction, and receipted.

Its sequence must rise and its news must follow what is stored, without a gap, link by link. What does not is never
half-taken: the tablet is held, with the reason, until the manager decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise

import msgspec
from msgspec import Struct

from agreement.clauses.secure_network import subject_of
from agreement.facts import Network
from agreement.letters import (
    GENESIS,
    AppChanged,
    CheckIn,
    FindingTurned,
    News,
    OrderEnded,
    Problem,
    Receipt,
    RefusedError,
    SeenNetwork,
    Standing,
    Turn,
    Unknown,
    What,
    chained,
    read,
)
from controller import incidents, photos, standings, strip, trends
from controller.notices import APPS, JOURNAL, NETWORKS, TABLETS
from controller.photos import Heard
from controller.records import Author, Card, DeviceState, NetworkSeen, Proof
from controller.refusals import RefusalError, problem, sentence
from controller.seams import Books

HIGHEST = 2**52
"""A standing that a tablet claims to have seen is caught up with below this; far beyond anything real."""


class Whereabouts(Struct, frozen=True):
    """The part of a posture that says where the tablet is."""

    networks: tuple[SeenNetwork, ...] = ()


WHEREABOUTS = msgspec.json.Decoder(Whereabouts)
"""Made while one thread imports this; see agreement.letters.READERS."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A check-in that has the right shape, to its last piece of news."""

    letter: CheckIn
    said: tuple[What | Unknown, ...]


def read_letter(body: bytes, device: str) -> Arrived:
    """Read a check-in that this tablet signed. Raises RefusalError: malformed, other_tablet."""
    try:
        letter = read(body, CheckIn)
        said = tuple(piece.said() for piece in letter.news)
        for piece in letter.news:
            piece.at.astimezone(UTC)
        letter.at.astimezone(UTC)
    except RefusedError as refused:
        raise RefusalError("malformed", sentence(refused)) from refused
    except OverflowError as beyond:
        raise RefusalError("malformed", "One of its times is beyond the calendar.") from beyond
    if letter.device != device:
        raise RefusalError("other_tablet")
    return Arrived(letter, said)


def receive(books: Books, arrived: Arrived, proof: Proof, now: datetime, zone: tzinfo = UTC) -> Receipt | Problem:
    """Write a check-in down, or hold its tablet; what is answered is durable together with it.

    The zone is that of the nursery's calendar, on whose days photos are counted.
    """
    letter = arrived.letter
    card = books.letters.card(letter.device)
    if card is None or card.state is DeviceState.RETIRED:
        return problem("retired", now)
    if card.state is DeviceState.HELD:
        return problem(card.held_code, now, standing=standings.if_lost(books, card.id))
    try:
        check_sequence(card, letter, proof)
        place = follow(books, card, letter.news)
    except RefusalError as torn:
        return doubted(books, card, torn, now)
    posture = msgspec.json.encode(letter.posture)
    books.letters.accept(letter, posture, proof, now)
    renewed = keep_news(books, place, arrived, now, zone)
    if letter.imports_done and books.imports.answered(card.id, letter.imports_done, now):
        books.ring(JOURNAL)
    trends.sample(books, card, letter, now, zone)
    if posture != card.posture or strip.is_new_hour(card, now):
        keep_networks(books, card, letter, now)
    strip.mark(books, card, now, changed=place.number != card.number)
    if card.incident:
        incidents.heard(books, card, letter, now)
    standing = standings.of(books, card.id) if renewed else standing_for(books, card, letter)
    return Receipt(place.number, now, standing)


def check_sequence(card: Card, letter: CheckIn, proof: Proof) -> None:
    """Every letter has a higher number than the last. Raises RefusalError: late, clone.

    One that is older in both its number and its time was only slow on the way; nobody is accused for that.
    """
    if letter.sequence > card.sequence:
        return
    if letter.sequence < card.sequence and proof.created < card.created:
        raise RefusalError("late")
    why = f"Letter {letter.sequence} came after letter {card.sequence}."
    raise RefusalError("clone", why)


def doubted(books: Books, card: Card, torn: RefusalError, now: datetime) -> Problem:
    """Refuse a letter; hold its tablet too, unless the letter was only late."""
    if torn.code != "late":
        books.devices.hold(card.id, torn.code, str(torn), now)
        books.audit.add(Author("Safeuse", now), f"Held a tablet: {torn}", card.id)
        books.ring(TABLETS)
    return problem(torn.code, now, torn.detail, standings.if_lost(books, card.id))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the record of a tablet stands after a letter."""

    device: str
    era: int
    number: int
    chain: str
    first: int  # index of the first piece that is new
    anew: bool = False  # a new era begins with it


def follow(books: Books, card: Card, pieces: Sequence[News]) -> Place:
    """Find what is new in a letter's news, and check that it follows. Raises RefusalError: gap, broken_chain."""
    for before, after in pairwise(pieces):
        if after.number != before.number + 1:
            raise RefusalError("gap", f"News {after.number} comes right after news {before.number}.")
    if card.open and not continues(books, card, pieces):
        return begin(card, pieces)
    known = [piece for piece in pieces if piece.number <= card.number]
    if known and stored_chain(books, card, known[-1].number) != known[-1].chain:
        raise RefusalError("broken_chain", f"News {known[-1].number} came before and said something else.")
    new = pieces[len(known) :]
    if not new:
        return Place(card.id, card.era, card.number, card.chain, len(pieces))
    if new[0].number != card.number + 1:
        raise RefusalError("gap", f"News {new[0].number} came after news {card.number}.")
    check_chain(card.chain, new)
    return Place(card.id, card.era, new[-1].number, new[-1].chain, len(known))


def continues(books: Books, card: Card, pieces: Sequence[News]) -> bool:
    """Tell whether a record that may start anew simply goes on."""
    if not pieces:
        return False
    first = pieces[0]
    if first.number <= card.number:
        return stored_chain(books, card, first.number) == first.chain
    try:
        chained(card.chain, pieces[:1])
    except RefusedError:
        return False
    return first.number == card.number + 1


def begin(card: Card, pieces: Sequence[News]) -> Place:
    """Let the record start anew with these pieces; without any, nothing is receipted yet. Raises RefusalError."""
    if not pieces:
        return Place(card.id, card.era, 0, GENESIS, 0)
    if pieces[0].number == 1:
        check_chain(GENESIS, pieces)
    else:
        check_chain(pieces[0].chain, pieces[1:])
    return Place(card.id, card.era + 1, pieces[-1].number, pieces[-1].chain, 0, anew=True)


def stored_chain(books: Books, card: Card, number: int) -> str | None:
    """The chain at a piece of news that is stored."""
    return card.chain if number == card.number else books.reports.chain(card.id, card.era, number)


def check_chain(previous: str, pieces: Sequence[News]) -> None:
    """Check every link. Raises RefusalError."""
    try:
        chained(previous, pieces)
    except RefusedError as broken:
        raise RefusalError("broken_chain", sentence(broken)) from broken


def keep_news(books: Books, place: Place, arrived: Arrived, now: datetime, zone: tzinfo) -> bool:
    """Store what is new, each piece once, and where the record stands; tells whether another standing holds now."""
    pieces = arrived.letter.news[place.first :]
    if not pieces:
        return False
    changed, today = False, trends.day_of(now, zone)
    if place.anew:
        books.findings.clear_all(place.device, now)
    for piece, said in zip(pieces, arrived.said[place.first :], strict=True):
        kind = said.kind if isinstance(said, Unknown) else str(said.__struct_config__.tag)
        books.reports.add(place.device, place.era, piece, kind, now)
        take(books, place.device, piece.at, said, now)
        changed |= photos.take(books, Heard(place.device, piece.at, now, today), said)
    books.letters.chain(place.device, place.number, place.chain, place.era)
    books.ring(TABLETS)
    if changed:
        standings.renew(books, place.device)
    return changed


def take(books: Books, device: str, at: datetime, said: What | Unknown, now: datetime) -> None:
    """Let one piece of news have its effect. Most have none but to be kept."""
    match said:
        case FindingTurned(turn=Turn.CLEARED):
            books.findings.clear(device, said.clause, said.subject, at)
            books.ring(APPS)
        case FindingTurned():
            books.findings.put(device, said, now)
            books.ring(APPS)
        case AppChanged():
            books.reports.add_app_change(device, at, now, said)
            books.ring(APPS)
        case OrderEnded():
            if known := books.devices.get(device):
                incidents.order_ended(books, known, said, at, now)
        case _:
            pass


def networks_of(posture: bytes) -> tuple[SeenNetwork, ...]:
    """The networks in a stored posture; nothing else of it is read."""
    return WHEREABOUTS.decode(posture).networks if posture else ()


def keep_networks(books: Books, card: Card, letter: CheckIn, now: datetime) -> None:
    """Note the networks that the tablet is on, and when it left the others, by the tablet's own time."""
    books.ring(TABLETS)
    before = networks_of(card.posture)
    if before == letter.posture.networks and not strip.is_new_hour(card, now):
        return
    for network in letter.posture.networks:
        books.networks.put(seen(card.id, network, letter.at))
    keys = {key_of(network) for network in letter.posture.networks}
    known = {key_of(network) for network in before}
    for key in known - keys:
        books.networks.left(card.id, key, letter.at)
    if keys != known:
        books.ring(NETWORKS)


def seen(device: str, network: SeenNetwork, at: datetime) -> NetworkSeen:
    """One sight of a network, as a record."""
    return NetworkSeen(
        device=device,
        key=key_of(network),
        medium=network.medium,
        name=network.name,
        security=network.security,
        bssid=network.bssid,
        gateway=network.gateway,
        gateway_mac=network.gateway_mac,
        interface=network.interface,
        first_at=at,
        last_at=at,
    )


def key_of(network: SeenNetwork) -> str:
    """The key of a network, as the agreement's findings use it."""
    return subject_of(
        Network(
            network.interface,
            network.medium,
            network.name,
            network.security,
            network.bssid,
            network.gateway,
            network.gateway_mac,
        )
    )


def standing_for(books: Books, card: Card, letter: CheckIn) -> Standing | None:
    """The standing, when the tablet has not seen the one that holds.

    A tablet that has seen a newer one than there is shows that the store was restored from a backup: catch up with it.
    """
    if letter.standing_seen == card.standing:
        return None
    if card.standing < letter.standing_seen < HIGHEST:
        books.devices.catch_up(card.id, letter.standing_seen)
        standings.renew(books, card.id)
    return standings.of(books, card.id)
