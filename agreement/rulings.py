"""What the agreement answers: findings to tell, orders to carry out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from agreement.facts import Held, Lost, Network, Photo, Tablet


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause does not hold. Identity is (clause, subject); the rest may change while it stays open."""

    clause: int
    subject: str  # what it is about, stable from round to round: "overdue", "dpkg:gimp", a network's key
    what: str  # one plain sentence
    mend: str  # what to do about it, one plain sentence
    since: datetime
    count: int = 1

    @property
    def key(self) -> tuple[int, str]:
        """What makes two findings the same finding."""
        return self.clause, self.subject


@dataclass(frozen=True, slots=True)
class Purge:
    """Remove this photo and everything derived from it: it is in the journal."""

    photo: Photo


@dataclass(frozen=True, slots=True)
class Hold:
    """Seal this photo and remove it in clear: a person said that it may go, and a person may be wrong."""

    photo: Photo


@dataclass(frozen=True, slots=True)
class Discard:
    """The time for which a photo was held is over: remove its box."""

    held: Held


@dataclass(frozen=True, slots=True)
class PutBack:
    """Open the box of a held photo with this key (hex), and put the photo back where it was."""

    held: Held
    key: str


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind whoever uses the tablet that so many photos must be in the journal by then."""

    count: int
    by: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """Cut the tablet off from every network; the way to the controller stays."""

    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class Admit:
    """Every network in use is trusted: let the tablet talk."""

    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class Lock:
    """Lock every session; the screen says whom to call."""

    lost: Lost


Order = Purge | Hold | Discard | PutBack | Remind | Block | Admit | Lock
Ruling = Finding | Order


class Clause(Protocol):
    """One clause of the agreement: number and title as printed, and its judgement of one look at a tablet."""

    number: ClassVar[int]
    title: ClassVar[str]

    def judge(self, tablet: Tablet) -> Iterator[Ruling]:
        """Yield what is broken, and what must be done; nothing when all is well."""
        ...
