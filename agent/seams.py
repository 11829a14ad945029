"""Everything the agent needs of the outside world, as the smallest interfaces that will do.

Each has one real implementation or more, a fake in tests/fakes, and one contract suite in tests/contracts that all of
them pass. Nothing here knows which operating system it runs on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Protocol

from agreement.facts import App, Evidence, Held, Lost, Network, Photo, Said, Session, Word
from agreement.imports import ImportList, IndexPage
from agreement.letters import CheckIn, Done, Machine, Mark, News, PhotoCounts, Receipt, Standing, What
from agreement.rulings import Finding, Remind


class Clock(Protocol):
    """The time, corrected by what the controller says it is."""

    def now(self) -> datetime:
        """The present, aware UTC."""
        ...

    def correct(self, controller: datetime) -> None:
        """Learn the controller's time; every later `now` goes by it."""
        ...


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A settled picture or video, as the disk shows it."""

    path: str
    digest: str
    size: int
    taken_at: datetime
    device: int
    inode: int
    mtime_ns: int


class PurgeRefusedError(Exception):
    """The file was not deleted, and is as it was; says why in one sentence."""


class PurgePostponedError(PurgeRefusedError):
    """Another program has the file open just now: it is tried again soon, and is news only when it lasts."""

    def __init__(self, why: str, *, lasts: bool = False) -> None:
        super().__init__(why)
        self.lasts = lasts


Opener = Callable[[FoundFile], AbstractContextManager[int]]
"""Opens the very file that was found, for reading: a descriptor. Raises PurgeRefusedError where it is not there."""


class Media(Protocol):
    """The pictures and videos on the tablet: finding them, and removing one with everything derived from it."""

    def settled(self) -> tuple[FoundFile, ...]:
        """Every picture and video in the watched folders that nothing has written to for a while."""
        ...

    def next_settles_in(self) -> timedelta | None:
        """How long until a file that is still changing may have settled; None when none is."""
        ...

    def partners(self, file: FoundFile) -> tuple[FoundFile, ...]:
        """Other photos that are proved to be of the same exposure as this one: its raw file, its motion.

        Told only while this one is there. What is proved of this one, such as being in the journal, is proved of them.
        Raises PurgeRefusedError when a disk fails, so that it cannot be told.
        """
        ...

    def purge(self, file: FoundFile) -> Mapping[str, int]:
        """Delete this very file, checked again on the open descriptor, then its copies; durable on return.

        Gives how many copies went with it, by kind ("thumbnail", "trash", "partner", "copy"; "... left" for what would
        not go). Raises PurgePostponedError while a program has it open, PurgeRefusedError.
        """
        ...

    def purge_copies(self, file: FoundFile) -> Mapping[str, int]:
        """Delete what was derived from a file that is gone already: the second half of a purge cut short."""
        ...

    def previews(self) -> tuple[FoundFile, ...]:
        """Small pictures whose names say nothing of their photos, as the last search for copies found them.

        The newest first, without digests. Each is named until it is decided on.
        """
        ...

    def decide(self, preview: FoundFile, *, goes: bool) -> bool:
        """Remove a preview, unless it was changed or a program has it open, or let it stay; True when it is gone."""
        ...

    def was_changed(self, file: FoundFile) -> bool:
        """Tell whether the same file, by its inode, is in its place with another content: somebody edited it."""
        ...

    def is_there(self, file: FoundFile) -> bool:
        """Tell whether this very file (inode, size, digest) is still in its place."""
        ...


class Boxes(Protocol):
    """Sealed photos: what a person's word removed, until it is put back or let go."""

    def seal(self, file: FoundFile, public: str, photo: str = "") -> "Box":
        """Seal this very file for a public key (64 hex digits); durable on return.

        `photo` is the name of the box of the photo that it goes with: whoever opens that can open this one too.
        Raises PurgeRefusedError when it is not what was found, OSError.
        """
        ...

    def put_back(self, held: Held, name: str, path: str, key: str) -> None:
        """Open a box with its key (hex) and put its photo back where it was; durable on return.

        The key of the box of the photo that it goes with does it too.
        Raises ValueError when the key does not open it, OSError.
        """
        ...

    def key_of(self, name: str) -> bytes:
        """The sealed key of a box. Raises ValueError, OSError."""
        ...

    def drop(self, name: str) -> None:
        """Remove a box, durably; one that is gone already is gone."""
        ...

    def sweep(self, wanted: frozenset[str]) -> None:
        """Remove the boxes that nothing hangs on."""
        ...


class Journals(Protocol):
    """Where evidence of "added" comes from. Slow and remote, so it works beside the round, never inside it."""

    def consider(self, waiting: Sequence[FoundFile]) -> None:
        """Start delivering or looking for these, unless that is under way; evidence arrives later, by callback."""
        ...

    def stop(self) -> None:
        """End the work under way; what was not proved is not evidence."""
        ...


class Senses(Protocol):
    """What the tablet can tell about itself. A sense that fails raises OSError; the round goes on without it."""

    def networks(self) -> tuple[Network, ...]:
        """Every way out of the tablet that is up: interfaces with a default route."""
        ...

    def apps(self) -> tuple[App, ...]:
        """Every installed app."""
        ...

    def history(self) -> "AppHistory":
        """Who installed what and when, where the package system logs it."""
        ...

    def sessions(self) -> tuple[Session, ...]:
        """Every login session of a person."""
        ...

    def machine(self) -> Machine:
        """Maker, model, serial number, system, MAC addresses."""
        ...

    def encrypted(self) -> bool | None:
        """Whether what is stored on the tablet is encrypted at rest; None when it cannot be known."""
        ...

    def screen_lock(self) -> bool | None:
        """Whether the screen locks by itself; None when it cannot be known."""
        ...

    def battery(self) -> int | None:
        """Charge in percent; None where there is no battery."""
        ...


@dataclass(frozen=True, slots=True)
class AppEvent:
    """One line of a package system's own log."""

    at: datetime
    by: str  # system account; empty where it is not logged


class AppHistory(Protocol):
    """The package systems' own logs."""

    def last(self, key: str) -> AppEvent | None:
        """The last change of the app with this App.key, where it is logged."""
        ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of the controller: an IP address and a TCP port."""

    ip: str
    port: int


class Hands(Protocol):
    """What the tablet can be made to do. Every deed is idempotent; one that fails raises OSError with the reason."""

    def block(self, controller: Sequence[Endpoint]) -> None:
        """Cut every network off, the controller apart; holds until admit, over a restart of the agent too."""
        ...

    def admit(self) -> None:
        """Open the network again."""
        ...

    def lock(self, lost: Lost) -> tuple[Session, ...]:
        """Lock every session that is not locked; gives those that it locked now."""
        ...

    def remind(self, order: Remind, at: datetime) -> None:
        """Have people at the tablet reminded, once for a deadline and its photos; OSError where nobody would see it."""
        ...

    def register(self) -> tuple[Mark, ...]:
        """How well each clause can be kept here, by what these hands and senses can really do; never prettier."""
        ...


class UndeliveredError(Exception):
    """The controller could not be reached; the letter waits."""


class Courier(Protocol):
    """Carries letters to the controller, signed, over TLS to the pinned certificate."""

    def exchange(self, letter: CheckIn) -> Receipt:
        """Deliver a check-in. Raises UndeliveredError, or RefusedError when the controller will not have it."""
        ...

    def wait(self, seen: int, patience: timedelta) -> Standing | None:
        """Hold the line until there is a standing newer than `seen`; None when patience ends. Raises as exchange."""
        ...

    def endpoints(self) -> tuple[Endpoint, ...]:
        """The controller's addresses as last known, so that they can be left open when all else is cut off."""
        ...


class Exports(Protocol):
    """The journal's exports, as the controller offers them. Every method raises UndeliveredError, RefusedError."""

    def imports(self, after: int) -> ImportList:
        """The imports after this number that are ready, the oldest first."""
        ...

    def index(self, number: int, after: str) -> IndexPage:
        """One page of an import's pictures, those after this id; from the beginning when it is empty."""
        ...

    def picture(self, name: str, target: IO[bytes], most: int) -> None:
        """Write one picture of the journal into a file: at most so many bytes. Raises OSError too."""
        ...


class Imports(Protocol):
    """Which photos are in the journal's exports: slow, so it works beside the round, never inside it."""

    def consider(self, newest: int) -> None:
        """Take fingerprints of new photos, and work through the exports up to this number; returns at once."""
        ...

    def remembers(self, digest: str) -> bool:
        """Tell whether a photo may leave: its fingerprint was taken, or cannot be."""
        ...

    def glance(self, files: Sequence[FoundFile]) -> Mapping[FoundFile, bytes]:
        """The fingerprints of these small pictures, empty where there is none; as far as they were looked at.

        Returns at once: the others are looked at, and a round is asked for then.
        """
        ...

    def stop(self) -> None:
        """End the work under way; it begins anew at the next start."""
        ...


@dataclass(frozen=True, slots=True)
class Box:
    """A sealed photo: the name of its file among the boxes, and the beginning of it, which only one key opens."""

    name: str
    sealed_key: bytes  # agreement/boxes.py


@dataclass(frozen=True, slots=True)
class Intent:
    """A purge that was begun: written down, durably, before the deed (law 3).

    With a box it is a hold: the evidence is a person's word (its source the Word), and the box, whole already, stays.
    """

    id: int
    file: FoundFile
    evidence: Evidence
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Attested:
    """A photo that was removed because a person said that it is in the journal; no export has shown that yet."""

    digest: str
    taken_at: datetime
    said_at: datetime
    held: bool  # it can still be put back


@dataclass(frozen=True, slots=True)
class Known:
    """A picture that was ever seen on this tablet."""

    digest: str
    taken_at: datetime
    here: bool
    fingerprint: bytes | None  # as agreement.matching writes it; None while it was not taken
    left: bool = False  # a file of it was purged, held or let go


@dataclass(frozen=True, slots=True)
class Doubt:
    """A photo may be this picture of the journal: a person is asked."""

    digest: str  # of the photo
    picture: str  # the picture's id in the journal's export
    why: str  # one plain sentence
    number: int  # of the import


class Ledger(Protocol):
    """What survives a power cut. Every method that changes something is durable when it returns, or raises OSError."""

    # photos

    def note(self, files: Iterable[FoundFile], at: datetime) -> tuple[Photo, ...]:
        """Remember what is there now, and what vanished; gives the photos that are there with their best evidence."""
        ...

    def digests(self) -> Mapping[tuple[int, int, int, int], str]:
        """What was digested before: (device, inode, size, mtime_ns) to digest."""
        ...

    def believe(self, evidence: Evidence) -> bool:
        """Remember that a photo is in the journal; True when that is new. A stronger word replaces a weaker one."""
        ...

    def counts(self, at: datetime, overdue: int) -> PhotoCounts:
        """What is waiting, and what became of the rest; `overdue` is the agreement's word."""
        ...

    def waiting(self) -> tuple[FoundFile, ...]:
        """The photos that are there and not known to be in the journal, oldest first."""
        ...

    def files(self) -> tuple[FoundFile, ...]:
        """The photos that are there, proved or not."""
        ...

    def intend(self, photo: Photo) -> Intent:
        """Write down that this photo is about to be purged, and on what evidence."""
        ...

    def purged(self, intent: Intent, copies: Mapping[str, int], at: datetime) -> None:
        """Close an intent: the photo is gone; its deletion record is news."""
        ...

    def abandon(self, intent: Intent, why: str, at: datetime) -> None:
        """Close an intent: the photo stayed; that is news when `why` is not empty and was not said before."""
        ...

    def intents(self) -> tuple[Intent, ...]:
        """Purges that were begun and not closed: a crash came in between."""
        ...

    # what people at the tablet said, and what is held on their word

    def say(self, digest: str, word: Word, at: datetime) -> bool:
        """Remember a person's word on a photo that is here; True when that is new, and then it is news."""
        ...

    def stand(self, digest: str, said: Said) -> bool:
        """Let a word on one photo stand for another of the same exposure that is here; True when new. It is no news."""
        ...

    def unsay(self, digest: str, at: datetime) -> bool:
        """Forget a person's word on a photo that is here, and wherever it stands; True when there was one: news."""
        ...

    def file_of(self, photo: Photo) -> FoundFile:
        """The file of a photo that is here. Raises FileNotFoundError."""
        ...

    def words(self) -> Mapping[str, Said]:
        """What people said of photos that are here, by digest."""
        ...

    def intend_hold(self, photo: Photo, box: Box) -> Intent:
        """Write down that this photo is about to leave in clear, and which sealed box stays."""
        ...

    def hold(self, intent: Intent, copies: Mapping[str, int], at: datetime) -> None:
        """Close an intent: the photo left in clear, and its box is held."""
        ...

    def held(self) -> tuple[Held, ...]:
        """What is held and can still be put back, the longest held first."""
        ...

    def leaving(self) -> tuple[Held, ...]:
        """What is being let go: the box may be there, or gone already."""
        ...

    def place_of(self, digest: str) -> tuple[str, str] | None:
        """The name of the box of a held photo, and the path where the photo was; None when it is not held."""
        ...

    def boxes(self) -> frozenset[str]:
        """The names of every box that something hangs on."""
        ...

    def let_go(self, digest: str) -> None:
        """Write down that the box of a held photo is about to be removed; it can no longer be put back."""
        ...

    def discarded(self, held: Held, at: datetime) -> None:
        """The box is gone: that is news."""
        ...

    def restored(self, digest: str, at: datetime) -> None:
        """A held photo is back in its place: that is news, and the word on it is forgotten."""
        ...

    def attested(self) -> tuple[Attested, ...]:
        """The photos removed on the word that they are in the journal, and not yet confirmed or missed by an export."""
        ...

    def confirmed_word(self, digest: str) -> None:
        """The journal's export bears a person's word out."""
        ...

    def missing(self, word: Attested, number: int, at: datetime) -> None:
        """The journal's export does not: that is news, once; what is still held stays until it is put back."""
        ...

    # photos and the journal's pictures

    def remember(self, fingerprints: Mapping[str, bytes]) -> None:
        """Keep fingerprints by the digest of their photo, for good."""
        ...

    def every_photo(self) -> tuple[Known, ...]:
        """Every picture that was ever seen, by digest, with its fingerprint where there is one."""
        ...

    def claims(self) -> Mapping[str, str]:
        """Which photo (by digest) each picture of the journal was made from."""
        ...

    def matched(self, evidence: Evidence, picture: str, import_number: int) -> bool:
        """Believe that this picture was made from this photo; True when the evidence is new.

        Raises ValueError when the picture was made from another photo.
        """
        ...

    def doubt(self, digests: Iterable[str], doubts: Sequence[Doubt]) -> None:
        """Forget what was doubted of these photos, and doubt this instead."""
        ...

    def doubts(self) -> tuple[Doubt, ...]:
        """Which pictures of the journal a photo may be, for photos that are here and not proved."""
        ...

    def imports_done(self) -> int:
        """Every export of the journal up to this number was worked through."""
        ...

    def import_done(self, import_number: int) -> None:
        """This export was worked through."""
        ...

    # findings, orders, apps

    def turn(self, found: Sequence[Finding], at: datetime) -> tuple[Finding, ...]:
        """Compare with what was open: what turned is news. Gives what is open, each with its first since."""
        ...

    def ended(self, order: str, subject: str, outcome: tuple[Done, str], at: datetime) -> bool:
        """Note what became of a lasting order; news (True) only when it differs from the last time.

        A first (DONE, "") is not news: it is how things should be.
        """
        ...

    def outcome(self, order: str, subject: str) -> tuple[Done, str]:
        """What became of a lasting order the last time; (DONE, "") when nothing was noted."""
        ...

    def open_findings(self) -> tuple[Finding, ...]:
        """What is open, as it was last written."""
        ...

    def inventory(self, apps: Sequence[App], history: AppHistory, at: datetime) -> frozenset[str]:
        """Compare with the last inventory: what came, changed and went is news. Gives the baseline's App.keys.

        The first inventory is the baseline.
        """
        ...

    # letters

    def post(self, what: What, at: datetime) -> None:
        """Put one piece of news into the outbox."""
        ...

    def unsent(self, most: int) -> tuple[News, ...]:
        """The oldest news not yet confirmed, numbered and chained; the same again until it is confirmed."""
        ...

    def confirmed(self, number: int) -> None:
        """Forget news up to this number: the controller holds it, durably."""
        ...

    def next_sequence(self) -> int:
        """The number of the next check-in; never the same twice."""
        ...

    def standing(self) -> Standing | None:
        """The standing that holds."""
        ...

    def keep(self, standing: Standing) -> None:
        """Remember a newer standing. Raises RefusedError("older" | "foreign")."""
        ...
