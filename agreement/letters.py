"""The letters that travel between tablet and controller, and the rule that none is believed twice or out of order.

Up goes a CheckIn: the posture as it is now, and the news since the last one. Down comes a Standing: what holds until a
newer letter says otherwise. News is numbered without gaps and chained by hash, so that nothing can be lost, repeated or
changed in between without being noticed. Unknown fields are ignored: either side may be the older one.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args

import msgspec
from msgspec import Meta, Struct

from agreement.agreement import Agreement
from agreement.facts import GiveBack, Keep, Lost, Medium, Security, Strength, Word

MAX_BODY = 1024 * 1024
"""The largest letter in bytes, either way."""

MAX_NEWS = 500
"""The most pieces of news in one check-in; the rest follows in the next."""

GENESIS = "0" * 64
"""The chain before the first piece of news."""

Aware = Annotated[datetime, Meta(tz=True)]
Short = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=2000)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Number = Annotated[int, Meta(ge=1, le=2**53)]
ClauseNumber = Annotated[int, Meta(ge=1, le=14)]


class Level(StrEnum):
    """How a clause is kept on one tablet; never prettier than the truth."""

    ENFORCED = "enforced"
    CHECKED = "checked"
    ATTESTED = "attested"
    CANNOT_KNOW = "cannot_know"
    NOT_YET = "not_yet"


class Mark(Struct, frozen=True):
    """One line of the register: how this tablet keeps one clause, and why not better."""

    clause: ClauseNumber
    level: Level
    why: Text = ""


class SeenNetwork(Struct, frozen=True):
    """A network that the tablet is on, as far as it shows who it is."""

    interface: Short
    medium: Medium
    name: Short
    security: Security
    bssid: Short
    gateway: Short
    gateway_mac: Short
    trusted: bool | None  # None while no network is trusted at all: clause 8 is not in force yet


class PhotoCounts(Struct, frozen=True):
    """What a thief would find, and what became of everything since enrolment."""

    waiting: Count = 0  # on the tablet, not known to be in the journal
    waiting_bytes: Count = 0
    oldest: Aware | None = None  # when the oldest waiting one was taken
    overdue: Count = 0
    taken: Count = 0  # ever
    in_journal: Count = 0  # ever known to be in the journal
    purged: Count = 0  # ever removed by the agent, with evidence
    gone: Count = 0  # ever vanished without the agent: deleted or moved by someone
    held: Count = 0  # sealed on a person's word, can be given back
    discarded: Count = 0  # ever let go on a person's word, without evidence
    asked: Count = 0  # waiting for a person to say whether a picture of the journal is this photo


class Machine(Struct, frozen=True):
    """What kind of tablet it is; asked for by the incident report."""

    maker: Short = ""
    model: Short = ""
    serial: Short = ""
    system: Short = ""
    macs: tuple[Short, ...] = ()


class Posture(Struct, frozen=True):
    """The tablet as it is at one instant."""

    photos: PhotoCounts
    networks: tuple[SeenNetwork, ...] = ()
    register: tuple[Mark, ...] = ()
    encrypted: bool | None = None  # None: cannot know
    screen_lock: bool | None = None
    battery: Annotated[int, Meta(ge=0, le=100)] | None = None
    sessions: Count = 0
    locked: Count = 0  # of those sessions
    apps: Count = 0
    machine: Machine = Machine()


class Turn(StrEnum):
    """What happened to a finding."""

    OPENED = "opened"
    CHANGED = "changed"
    CLEARED = "cleared"


class FindingTurned(Struct, frozen=True, tag="finding"):
    """A finding opened, changed its words or count, or cleared."""

    clause: ClauseNumber
    subject: Text
    turn: Turn
    what: Text
    mend: Text
    since: Aware
    count: Count = 1


class Done(StrEnum):
    """What became of an order."""

    DONE = "done"
    FAILED = "failed"


class OrderEnded(Struct, frozen=True, tag="order"):
    """What became of an order other than a purge: block, admit, lock."""

    order: Short
    subject: Text
    done: Done
    detail: Text = ""


class PhotoPurged(Struct, frozen=True, tag="purged"):
    """A deletion record: never the picture, never its name."""

    digest: Digest
    size: Count
    taken_at: Aware
    strength: Strength
    source: Text
    evidence_at: Aware
    copies: dict[Short, Count] = {}  # what else was removed: thumbnails, trash, partners


class PhotoSaid(Struct, frozen=True, tag="said"):
    """A person at the tablet said what is to become of a photo, or took the word back."""

    digest: Digest
    taken_at: Aware
    word: Word | None  # None: taken back


class PhotoHeld(Struct, frozen=True, tag="held"):
    """A photo was sealed and removed in clear, on a person's word. The key opens its box and nothing else."""

    digest: Digest
    size: Count
    taken_at: Aware
    word: Word
    said_at: Aware
    sealed_key: Annotated[str, Meta(pattern="^[0-9a-f]{160}$")]  # for the setting's recovery key: agreement/boxes.py
    copies: dict[Short, Count] = {}


class PhotoRestored(Struct, frozen=True, tag="restored"):
    """A held photo is back in its place."""

    digest: Digest


class PhotoDiscarded(Struct, frozen=True, tag="discarded"):
    """A held photo was let go: nobody wanted it back in time. It was never proved to be in the journal."""

    digest: Digest
    size: Count
    taken_at: Aware
    word: Word
    said_at: Aware
    held_at: Aware


class NotInExport(Struct, frozen=True, tag="not_in_export"):
    """A person said that a photo is in the journal, and the journal's next export does not hold it."""

    digest: Digest
    taken_at: Aware
    said_at: Aware
    number: Count  # of the import
    held: bool  # it can still be put back


class PurgeRefused(Struct, frozen=True, tag="purge_refused"):
    """A photo that should have gone and stayed, and why."""

    digest: Digest
    why: Text


class AppTurn(StrEnum):
    """What happened to an app."""

    INSTALLED = "installed"
    UPDATED = "updated"
    REMOVED = "removed"


class AppChanged(Struct, frozen=True, tag="app"):
    """An app came, changed or went; with who and when where the system knows."""

    source: Short
    package: Short
    name: Short
    turn: AppTurn
    was: Short = ""  # version before
    now: Short = ""  # version after
    by: Short = ""  # system account, where the package system logs it
    happened: Aware | None = None  # where the package system logs it
    automatic: bool = False


class Shed(Struct, frozen=True, tag="shed"):
    """The tablet's disk was full or its outbox too long: so many pieces of lesser news were dropped, by kind."""

    counts: dict[Short, Count]


class AgentNote(Struct, frozen=True, tag="agent"):
    """The agent about itself: started, stopped, clock jumped, a purge finished after a crash."""

    event: Short
    detail: Text = ""


class Kind(Struct, frozen=True):
    """Only what kind of news it is."""

    type: Short


What = (
    FindingTurned
    | OrderEnded
    | PhotoPurged
    | PhotoSaid
    | PhotoHeld
    | PhotoRestored
    | PhotoDiscarded
    | NotInExport
    | PurgeRefused
    | AppChanged
    | Shed
    | AgentNote
)
KINDS = frozenset(str(k.__struct_config__.tag) for k in get_args(What))


class Unknown(Struct, frozen=True, tag="unknown"):
    """News of a kind that this side is too old to know; kept as it came."""

    kind: str
    raw: bytes


class News(Struct, frozen=True):
    """One thing that happened, with the tablet's number and time, chained to the one before.

    What happened stays as the bytes that were sent: a reader that is older than the writer can check the chain too.
    """

    number: Number
    at: Aware
    what: msgspec.Raw
    chain: Digest

    def said(self) -> What | Unknown:
        """What happened. Raises RefusedError("malformed")."""
        kind = read(bytes(self.what), Kind).type
        if kind not in KINDS:
            return Unknown(kind, bytes(self.what))
        return read(bytes(self.what), What)  # type: ignore[arg-type]  # a union is as good as a type here


class CheckIn(Struct, frozen=True):
    """What a tablet tells: how it is, and what happened."""

    device: Short
    sequence: Number  # rises with every letter; two agents on one key cannot both keep it rising
    at: Aware
    agent: Short  # version of the agent
    standing_seen: Count
    standing_applied: Count
    posture: Posture
    news: Annotated[tuple[News, ...], Meta(max_length=MAX_NEWS)] = ()
    imports_done: Count = 0  # every export of the journal up to this number was worked through


class Standing(Struct, frozen=True):
    """What holds for a tablet until a newer letter says otherwise. State, not commands."""

    sequence: Number
    device: Short
    tablet: Short  # the name that people call it by
    setting: Short  # the nursery's name
    agreement: Agreement
    lost: Lost | None = None
    check_in_every: timedelta = timedelta(minutes=5)
    imports: Count = 0  # the number of the newest export of the journal that tablets may ask for
    recovery: str = ""  # X25519 public key that held photos are sealed for, 64 hex digits; empty: none yet
    give_back: tuple[GiveBack, ...] = ()
    keeps: tuple[Keep, ...] = ()


class Receipt(Struct, frozen=True):
    """The controller's answer to a check-in: what it holds now, durably."""

    number: Count  # the last piece of news that is stored
    now: Aware
    standing: Standing | None = None  # None: the one you have seen still holds


class Enrol(Struct, frozen=True):
    """A tablet asks to take part."""

    secret: Annotated[str, Meta(max_length=100)]
    key: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]  # Ed25519 public key
    agent: Short
    machine: Machine = Machine()


class Enrolled(Struct, frozen=True):
    """The controller's answer: the tablet is known by this name from now on."""

    device: Short
    standing: Standing
    now: Aware


class Problem(Struct, frozen=True, omit_defaults=True):
    """A refusal, in the manner of RFC 9457: a code for programs, sentences for people."""

    code: Short
    title: Text  # what happened
    detail: Text = ""  # what to do next
    now: Aware | None = None  # the controller's time, so that a wrong clock can be corrected for
    standing: Standing | None = None  # a lost tablet is told so even when its letter is refused


class RefusedError(Exception):
    """A letter that must not be believed."""

    def __init__(self, code: str, message: str, problem: Problem | None = None) -> None:
        """Keep the code for programs, the sentence for people, and the controller's own words where it spoke."""
        super().__init__(message)
        self.code = code
        self.problem = problem


READERS: dict[object, msgspec.json.Decoder[Any]] = {
    letter: msgspec.json.Decoder(letter)
    for letter in (CheckIn, Standing, Receipt, Enrol, Enrolled, Problem, Kind, What)
}
"""A decoder for each letter, made here while one thread imports this: msgspec (0.22) ends the whole process when two
threads meet the same type for the first time."""

Letter = TypeVar("Letter")


def read(body: bytes, letter: type[Letter]) -> Letter:
    """Read one of READERS' letters from JSON. Raises RefusedError("too_large" | "malformed") with place and reason."""
    if len(body) > MAX_BODY:
        msg = f"the letter is {len(body)} bytes long; {MAX_BODY} is the most"
        raise RefusedError("too_large", msg)
    try:
        found: Letter = READERS[letter].decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as wrong:
        raise RefusedError("malformed", str(wrong)) from wrong
    return found


def write(letter: Struct) -> bytes:
    """Write a letter as JSON; read gives back an equal one."""
    return msgspec.json.encode(letter)


def news(previous: str, number: int, at: datetime, what: What) -> News:
    """Write one piece of news onto the chain before it."""
    body = msgspec.json.encode(what)
    return News(number, at, msgspec.Raw(body), link(previous, number, at, body))


def link(previous: str, number: int, at: datetime, what: bytes) -> str:
    """The chain after a piece of news: SHA-256 over the chain before it, its number, its time and what it says."""
    head = f"{previous} {number} {at.astimezone(UTC).isoformat()} "
    return hashlib.sha256(head.encode() + what).hexdigest()


def chained(previous: str, pieces: Sequence[News]) -> None:
    """Check that this news follows the chain before it, link by link. Raises RefusedError("broken_chain")."""
    for piece in pieces:
        if piece.chain != link(previous, piece.number, piece.at, bytes(piece.what)):
            msg = f"news {piece.number} does not follow the news before it"
            raise RefusedError("broken_chain", msg)
        previous = piece.chain


def newer(held: Standing | None, offered: Standing) -> Standing:
    """Take the offered standing if it is for this tablet and not older. Raises RefusedError("older" | "foreign")."""
    if held is None:
        return offered
    if offered.device != held.device:
        msg = f"a standing for tablet {offered.device} came to tablet {held.device}"
        raise RefusedError("foreign", msg)
    if offered.sequence < held.sequence:
        msg = f"standing {offered.sequence} is older than {held.sequence}, which holds"
        raise RefusedError("older", msg)
    return offered
