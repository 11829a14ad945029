"""What survives a power cut: photos, purges begun, people's words, findings, news, the standing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.seams.photos import Box, FoundFile
from agent.seams.tablet import AppHistory
from agreement.facts import App, Evidence, Held, Photo, Said, Word
from agreement.letters import Done, News, PhotoCounts, Standing, What
from agreement.rulings import Finding


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
