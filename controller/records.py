"""What the controller remembers, as plain records. Times are aware UTC; an `at` is the tablet's, a `heard_at` ours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from agreement.agreement import Agreement
from agreement.facts import Lost, Medium, Network, Security
from agreement.letters import AppTurn, Machine, Posture


class DeviceState(StrEnum):
    """Whether the controller listens to a tablet."""

    ACTIVE = "active"
    HELD = "held"  # two agents on one key, or a torn record: nothing is taken until the manager decides
    RETIRED = "retired"


class TabletState(StrEnum):
    """A tablet in one word, worst last. The numbers of `worst` follow this order."""

    SAFE = "safe"
    LOOK = "look"  # something is to be looked at
    OFF = "off"  # not heard of for a while
    HELD = "held"
    LOST = "lost"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Setting:
    """One nursery."""

    id: str
    name: str
    check_in_every: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Author:
    """Who does something, and when: what every line of the audit log begins with."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a setting's agreement, and who put it into force."""

    setting: str
    agreement: Agreement
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Device:
    """One tablet, as far as the controller knows."""

    id: str
    setting: str
    name: str
    key: str  # Ed25519 public key, 64 hex digits
    state: DeviceState
    held_code: str  # why it is held, for programs: clone, gap, broken_chain
    held_why: str  # the same for people
    held_at: datetime | None
    enrolled_at: datetime
    standing: int  # sequence of the standing that holds
    standing_seen: int
    standing_applied: int
    sequence: int  # of the last check-in
    number: int  # of the last piece of news
    chain: str
    agent: str
    heard_at: datetime | None
    told_at: datetime | None  # the tablet's own time of its posture
    posture: Posture | None
    machine: Machine
    incident: str | None  # the open one


@dataclass(frozen=True, slots=True)
class Card:
    """What a check-in is measured against: the last one."""

    id: str
    state: DeviceState
    held_code: str
    standing: int
    sequence: int
    created: int  # when the last check-in was signed, Unix seconds by the tablet's clock
    number: int
    chain: str
    era: int  # a new one begins where the manager let the record start anew
    open: bool  # the next piece of news may begin an era
    posture: bytes
    hour: int  # the last hour that the strip has a mark for, hours since 1970
    worst: int  # that mark
    incident: str | None
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proof:
    """The signature's own words: when, by the tablet's clock in Unix seconds, and with which nonce."""

    created: int
    nonce: str


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """An enrolment code as it is kept: only a hash of its secret."""

    hash: str
    tablet: str
    setting: str
    device: str | None  # bound to a tablet that is to be enrolled anew
    by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One piece of news as it is kept."""

    device: str
    number: int
    at: datetime
    heard_at: datetime
    kind: str
    body: bytes  # JSON, as it was sent


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A clause that does not hold on one tablet, for as long as it does not."""

    device: str
    clause: int
    subject: str
    what: str
    mend: str
    since: datetime
    count: int
    heard_at: datetime
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PurgeRecord:
    """A photo that left a tablet, and the evidence that it was in the journal."""

    device: str
    at: datetime
    heard_at: datetime
    digest: str
    size: int
    taken_at: datetime
    strength: str
    source: str
    evidence_at: datetime
    copies: dict[str, int]


@dataclass(frozen=True, slots=True)
class AppChange:
    """An app that came, changed or went."""

    device: str
    at: datetime
    heard_at: datetime
    happened: datetime | None
    source: str
    package: str
    name: str
    turn: AppTurn
    was: str
    now: str
    by: str
    automatic: bool


@dataclass(frozen=True, slots=True)
class NetworkSeen:
    """A network that one tablet was on."""

    device: str
    key: str
    medium: Medium
    name: str
    security: Security
    bssid: str
    gateway: str
    gateway_mac: str
    interface: str
    first_at: datetime
    last_at: datetime
    word: str = ""  # what the manager calls it

    def as_network(self) -> Network:
        """The network as the agreement judges it."""
        return Network(
            self.interface, self.medium, self.name, self.security, self.bssid, self.gateway, self.gateway_mac
        )


class Decision(StrEnum):
    """What the manager said about an app."""

    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AppDecision:
    """The manager's word on an app; it holds until another."""

    key: str
    name: str
    decision: Decision
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """A tablet that was reported lost, stolen or damaged, until it is found."""

    id: str
    device: str
    kind: str
    message: str
    opened_at: datetime
    opened_by: str
    where: str  # where it was last seen, in the reporter's words
    when: str  # when it was last seen, in the reporter's words
    posture: Posture | None  # as last known at the report
    told_at: datetime | None  # how old that knowledge is
    heard_at: datetime | None
    standing: int  # the standing that carries the order to lock
    applied_at: datetime | None  # when the tablet is first known to have gone by that standing
    locked_at: datetime | None  # the tablet's own time of its first “done”
    locked_heard_at: datetime | None
    locked_detail: str
    closed_at: datetime | None
    closed_by: str

    @property
    def lost(self) -> Lost:
        """What the standing says of it."""
        return Lost(self.id, self.kind, self.message, self.opened_at)


class EntryKind(StrEnum):
    """What sort of line in an incident: queued is never shown as confirmed."""

    REPORTED = "reported"
    QUEUED = "queued"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    HEARD = "heard"
    NOTE = "note"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an incident."""

    incident: str
    at: datetime
    heard_at: datetime
    actor: str
    kind: EntryKind
    what: str


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the audit log."""

    at: datetime
    by: str
    what: str
    about: str


@dataclass(frozen=True, slots=True)
class HourHeard:
    """One hour in which a tablet was heard, and the worst that it was in it."""

    hour: datetime
    worst: TabletState


class Role(StrEnum):
    """What sort of person someone is here."""

    MANAGER = "manager"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who may sign in."""

    id: str
    name: str
    role: Role
    password: str  # its argon2 hash; the password itself is kept nowhere
    made_at: datetime
    made_by: str
    ended_at: datetime | None = None
    ended_by: str = ""


class LinkKind(StrEnum):
    """What a one-time link is good for."""

    JOIN = "join"  # become a person here, in the link's role
    ENTER = "enter"  # sign in without the password, and choose a new one


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link as it is kept: only a hash of its token."""

    hash: str
    kind: LinkKind
    role: Role
    person: str | None  # whom an ENTER link is for
    note: str  # for whom the manager made it, in the manager's words
    by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Someone who is signed in, on one browser: only a hash of the cookie is kept."""

    hash: str
    person: str
    made_at: datetime
    seen_at: datetime
