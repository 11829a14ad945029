"""What the controller remembers of the journal's exports, as plain records. Times are aware UTC, sizes are bytes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from agreement.facts import Publication


class ImportState(StrEnum):
    """How far an import has come. Only a READY one is offered to tablets."""

    RECEIVING = "receiving"  # a browser is handing it in
    READING = "reading"
    READY = "ready"
    REFUSED = "refused"  # as a whole; nothing of it was kept
    CANCELLED = "cancelled"  # by a person, or left half-way for days; nothing of it was kept


UNDER_WAY = frozenset({ImportState.RECEIVING, ImportState.READING})


class Way(StrEnum):
    """How an export was handed in."""

    BROWSER = "browser"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Tally:
    """What was found in an export so far."""

    pictures: int = 0  # that count as added
    videos: int = 0  # that count as added
    known: int = 0  # of these, seen in an earlier import
    drafts: int = 0  # left out: not in the journal
    staff_only: int = 0  # left out
    untold: int = 0  # left out: the export tells of others, and not of these
    undecodable: int = 0  # could not be read, each alone
    others: int = 0  # neither picture nor video
    pdfs: int = 0  # of the others

    @property
    def usable(self) -> int:
        """Pictures and videos that tablets can be asked about."""
        return self.pictures + self.videos


@dataclass(frozen=True, slots=True)
class Import:
    """One export of the journal, as it was handed in."""

    id: int
    number: int | None  # given when it is ready, in that order, so that a tablet never misses one
    state: ImportState
    way: Way
    token: str  # of an upload: the name of its address; of a command: what was handed in, as a digest
    person: str  # id of whoever hands it in by a browser
    by: str
    began_at: datetime
    changed_at: datetime
    size: int  # of the upload; of a folder all its files
    key: str  # name of the key that its pictures are sealed with
    listing: str = ""  # digest of the names within, so that reading goes on only in the very same export
    entries: int = 0
    done: int = 0  # of the entries
    tally: Tally = field(default_factory=Tally)
    said: str = ""  # why it was refused or cancelled
    ready_at: datetime | None = None
    source: str = ""  # for evidence, in words a manager knows
    kept_until: datetime | None = None  # at the latest
    gone_at: datetime | None = None  # when the pictures themselves were removed
    gone_why: str = ""

    @property
    def has_pictures(self) -> bool:
        """Tell whether the pictures themselves are still here, for tablets that ask."""
        return self.state is ImportState.READY and self.gone_at is None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture or video of the journal. Its fingerprint is kept for good; it is no picture."""

    digest: str  # SHA-256 of its bytes, 64 lower-case hex digits: its identity in every import
    size: int
    kind: str  # picture, video
    publication: Publication
    fingerprint: bytes  # a Fingerprint of agreement/matching as JSON; the controller never looks into it


@dataclass(frozen=True, slots=True)
class Answer:
    """A tablet has worked through an import."""

    device: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PictureClaim:
    """A photo was found to be this picture of the journal: the first one that was, on whichever tablet."""

    picture: str  # its digest
    photo: str  # blinded, so that no digest can be read from it: agreement/imports.py
    device: str  # the tablet that told it first
    at: datetime


@dataclass(frozen=True, slots=True)
class Disputed:
    """A second photo was found to be a picture that another photo was found to be: one of the two is wrong."""

    picture: str
    device: str  # the tablet that was refused
    first: str  # the tablet that told of the first photo; it can be the same
    at: datetime
    noted_by: str = ""
    noted_at: datetime | None = None
