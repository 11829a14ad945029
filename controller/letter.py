"""An incident as a letter: what happened, what was on the tablet, what was done, and what is not known.

The page and the PDF say the same, from here. What was asked of the tablet and what it confirmed itself stand apart, and
every piece of knowledge carries its age. Pure functions of the record and the clock on the wall.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from agreement.letters import Machine, Posture
from controller.incidents import Report
from controller.moods import Mood
from controller.records import EntryKind, Incident
from controller.words import HOUR, MINUTE, Wall, lasting, number, plain, several, size

ICO = timedelta(hours=72)
"""UK GDPR, Article 33(1): a breach is notified within 72 hours of becoming aware, unless a risk is unlikely."""
KINDS = {
    EntryKind.REPORTED: (Mood.ACT, "reported"),
    EntryKind.QUEUED: (Mood.LOOK, "asked for"),
    EntryKind.CONFIRMED: (Mood.FINE, "confirmed"),
    EntryKind.FAILED: (Mood.ACT, "failed"),
    EntryKind.HEARD: (Mood.DIM, "heard"),
    EntryKind.NOTE: (Mood.DIM, "note"),
    EntryKind.CLOSED: (Mood.FINE, "closed"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a table: what, and the answer."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was asked for, and what is confirmed of it."""

    mood: Mood
    what: str
    asked: str
    confirmed: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the incident, in the order in which it was heard."""

    at: datetime
    heard_at: datetime
    actor: str
    mood: Mood
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The whole letter."""

    id: str
    device: str
    setting: str
    tablet: str
    title: str
    is_open: bool
    kind: str
    opened_at: datetime
    made_at: datetime
    happened: tuple[str, ...]
    on_it: tuple[str, ...]
    steps: tuple[Step, ...]
    unknown: tuple[str, ...]
    facts: tuple[Fact, ...]
    lines: tuple[Line, ...]
    wall: Wall


def letter(report: Report, setting: str, wall: Wall) -> Letter:
    """Write the letter of one incident."""
    incident, tablet = report.incident, plain(report.device.name)
    return Letter(
        id=incident.id,
        device=report.device.id,
        setting=plain(setting),
        tablet=tablet,
        title=title(incident, tablet),
        is_open=incident.closed_at is None,
        kind=incident.kind,
        opened_at=incident.opened_at,
        made_at=wall.now,
        happened=tuple(happened(incident, tablet, wall)),
        on_it=tuple(on_it(incident, wall)),
        steps=tuple(steps(incident, wall)),
        unknown=tuple(unknown(report)),
        facts=tuple(facts(report, wall)),
        lines=tuple(lines(report)),
        wall=wall,
    )


def title(incident: Incident, tablet: str) -> str:
    """The first words."""
    if incident.closed_at is None:
        return f"{tablet} is {incident.kind}."
    return f"{tablet} was {incident.kind}. The incident is closed."


def happened(incident: Incident, tablet: str, wall: Wall) -> Iterator[str]:
    """Who reported what, where the tablet was last seen, and when it was last heard."""
    reporter, when = plain(incident.opened_by), wall.full(incident.opened_at)
    yield f"{reporter} reported {tablet} {incident.kind} on {when}."
    where, seen = plain(incident.where).strip(), plain(incident.when).strip()
    if where or seen:
        yield f"It was last seen: {', '.join(part for part in (where, seen) if part).rstrip('.')}."
    else:
        yield "Where and when it was last seen was not said."
    if incident.heard_at is None:
        yield "The tablet had never been heard from."
    else:
        before = earlier(incident.heard_at, incident.opened_at)
        yield f"The tablet itself was last heard {before} that, on {wall.full(incident.heard_at)}."
    if incident.closed_at is not None:
        yield f"{plain(incident.closed_by)} closed the incident on {wall.full(incident.closed_at)}."
    else:
        yield deadline(incident, wall)


def deadline(incident: Incident, wall: Wall) -> str:
    """Until when the regulator must hear, if there is a risk."""
    until = incident.opened_at + ICO
    left = (
        f"{several((until - wall.now) // HOUR, 'hour')} left"
        if wall.now < until
        else f"{lasting(wall.now - until)} ago"
    )
    return (
        "If there is a risk to the children or their families, the ICO must hear within 72 hours of your becoming "
        f"aware: counted from the report, until {wall.full(until)} ({left}). A later report needs its reasons."
    )


def earlier(at: datetime, than: datetime) -> str:
    """How much earlier something was: “3 hours before”."""
    span = than - at
    return "less than a minute before" if span < MINUTE else f"{lasting(span)} before"


def on_it(incident: Incident, wall: Wall) -> Iterator[str]:
    """What was on the tablet as last known before the report, and how old that knowledge is."""
    posture = incident.posture
    if posture is None or incident.told_at is None:
        yield "Nothing is known of what was on it: it had never checked in."
        return
    age = earlier(incident.told_at, incident.opened_at)
    yield f"This is what the tablet itself said {age} the report, on {wall.full(incident.told_at)}."
    yield photos(posture, wall)
    yield from sealed(posture)
    yield encryption(posture)
    yield screen(posture)


def photos(posture: Posture, wall: Wall) -> str:
    """How many photos were not in the journal, and the oldest of them."""
    counts = posture.photos
    if not counts.waiting:
        return (
            f"No photo or video was on it {'in clear ' if counts.held else ''}that was not known to be in the journal."
        )
    oldest = f" The oldest was taken on {wall.full(counts.oldest)}." if counts.oldest else ""
    overdue = f" {counts.overdue:,} of them should have been in the journal already." if counts.overdue else ""
    asked = (
        f" {counts.asked:,} of them may be in it: the tablet asked, and nobody had answered." if counts.asked else ""
    )
    be = "was" if counts.waiting == 1 else "were"
    many = several(counts.waiting, "photo or video", "photos and videos")
    what = f"{many} {be} on it that {be} not known to be in the journal, {size(counts.waiting_bytes)}."
    return f"{what}{oldest}{overdue}{asked}"


def sealed(posture: Posture) -> Iterator[str]:
    """Photos that a person's word had removed: still held, or let go since."""
    held, discarded = posture.photos.held, posture.photos.discarded
    if held:
        many, be = several(held, "photo or video", "photos and videos"), "was" if held == 1 else "were"
        yield (
            f"{many} {be} sealed on it, removed because someone had said that {'it' if held == 1 else 'they'} may go. "
            "What is sealed opens only with the nursery’s recovery key, which is not on the tablet."
        )
    if discarded:
        many, be = several(discarded, "photo or video", "photos and videos"), "was" if discarded == 1 else "were"
        yield f"Before that, {many} {be} let go on a person’s word, without proof of being in the journal."


def encryption(posture: Posture) -> str:
    """Whether its storage was encrypted, as last known."""
    return {
        True: "Its storage was encrypted. That protects what is on it while it is off, not while it is in use.",
        False: "Its storage was not encrypted: whoever takes it apart can read what was on it.",
        None: "Whether its storage was encrypted could not be known.",
    }[posture.encrypted]


def screen(posture: Posture) -> str:
    """Screen lock and sessions, as last known."""
    lock = {True: "It locked its screen by itself.", False: "It had no screen lock.", None: ""}[posture.screen_lock]
    lock = lock or "Whether it locked its screen by itself could not be known."
    if not posture.sessions:
        return f"{lock} Nobody was signed in on it."
    be = "was" if posture.sessions == 1 else "were"
    locked = number(posture.locked) if posture.locked else "none"
    return f"{lock} {several(posture.sessions, 'session')} {be} open on it, {locked} locked."


def steps(incident: Incident, wall: Wall) -> Iterator[Step]:
    """What was asked of the tablet, against what the tablet itself confirmed."""
    asked = wall.stamp(incident.opened_at)
    known = wall.stamp(incident.applied_at) if incident.applied_at else ""
    yield Step(Mood.FINE if known else Mood.LOOK, "The tablet learns that it was reported", asked, known)
    locked = ""
    if incident.locked_at:
        detail = f": {plain(incident.locked_detail)}" if incident.locked_detail else ""
        locked = f"{wall.stamp(incident.locked_at)}{detail}"
    yield Step(Mood.FINE if locked else Mood.LOOK, "The tablet locks every session", asked, locked)


def unknown(report: Report) -> Iterator[str]:
    """What was never confirmed, and what nobody here can know: said plainly."""
    incident, posture = report.incident, report.incident.posture
    if incident.applied_at is None:
        yield "Whether the tablet knows that it was reported: it has not been heard since, or has not taken it in."
    if incident.locked_at is None:
        yield "Whether it is locked: the order was sent, and the tablet has not confirmed it."
    elif "not confirm" in incident.locked_detail:
        yield "Whether its screen really shows the lock: the tablet asked for it, and the screen did not confirm."
    yield "Who had the tablet: Safeuse does not record who uses one."
    yield "Where the tablet is: Safeuse sees the networks that it is on, and no place."
    if posture is None or posture.encrypted is None:
        yield "Whether its storage is encrypted."
    yield "Whether anyone has looked at what was on it."
    if posture is not None:
        yield "What was added to it or taken from it after it was last heard."


def facts(report: Report, wall: Wall) -> Iterator[Fact]:
    """What identifies the tablet, for the police and the insurer."""
    machine, device = report.device.machine, report.device
    known = report.device.posture.machine if report.device.posture else Machine()
    yield Fact("Called", plain(device.name))
    for label, kept, told in (
        ("Maker", machine.maker, known.maker),
        ("Model", machine.model, known.model),
        ("Serial number", machine.serial, known.serial),
        ("System", machine.system, known.system),
        ("Network addresses (MAC)", ", ".join(machine.macs), ", ".join(known.macs)),
    ):
        yield Fact(label, plain(told or kept) or "not known")
    yield Fact("Enrolled", wall.stamp(device.enrolled_at))
    yield Fact("Last heard", wall.stamp(device.heard_at) if device.heard_at else "never")
    yield Fact("Last network", network(report, wall))
    yield Fact("Photos removed, with evidence, ever", f"{report.purged:,}")


def network(report: Report, wall: Wall) -> str:
    """The network that it was seen on last."""
    if not report.networks:
        return "not known"
    last = report.networks[0]
    name = plain(last.word or last.name) or f"{last.medium.value}, router {plain(last.gateway_mac or last.gateway)}"
    return f"{name}, until {wall.stamp(last.last_at)}"


def lines(report: Report) -> Iterator[Line]:
    """Every line of the incident."""
    for entry in report.entries:
        mood, kind = KINDS[entry.kind]
        yield Line(entry.at, entry.heard_at, plain(entry.actor), mood, kind, plain(entry.what))
