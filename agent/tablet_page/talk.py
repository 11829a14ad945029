"""What a page asks at the agent's door, and what it hears: a line of JSON each way.

A path travels as bytes: a file's name need not be text. The pictures themselves do not travel; the page opens photos
with the rights of its own person, and is handed a descriptor for a picture of the journal.
"""

from datetime import datetime, timedelta

import msgspec

from agreement.facts import Said, Word

LONGEST = 4096
"""Bytes of a question; the longest is a digest, a word and the name of a picture."""

MOST_PHOTOS = 500
"""Photos in one answer, oldest first; the others are counted."""

Digest = str


class Look(msgspec.Struct, frozen=True, tag="look", tag_field="ask"):
    """A page asks how the tablet stands, and what waits on it."""


class Say(msgspec.Struct, frozen=True, tag="say", tag_field="ask"):
    """A person says this of a photo."""

    digest: Digest
    word: Word


class Unsay(msgspec.Struct, frozen=True, tag="unsay", tag_field="ask"):
    """A person takes back what was said of a photo."""

    digest: Digest


class Differs(msgspec.Struct, frozen=True, tag="differs", tag_field="ask"):
    """A person says that a photo is not this picture of the journal."""

    digest: Digest
    picture: str


class MayDiffer(msgspec.Struct, frozen=True, tag="may differ", tag_field="ask"):
    """A person takes that back: it may be any of the pictures that it was doubted to be."""

    digest: Digest


class JournalPicture(msgspec.Struct, frozen=True, tag="journal picture", tag_field="ask"):
    """The picture of the journal that a photo may be; the answer brings a descriptor."""

    digest: Digest
    picture: str


class Reminded(msgspec.Struct, frozen=True, tag="reminded", tag_field="ask"):
    """A reminder was shown on this person's screen; or it was not, and why."""

    trouble: str = ""


Question = Look | Say | Unsay | Differs | MayDiffer | JournalPicture | Reminded


class Candidate(msgspec.Struct, frozen=True):
    """A picture of the journal that a photo may be."""

    picture: str
    why: str


class Waiting(msgspec.Struct, frozen=True):
    """A photo that is not known to be in the journal, with what its file is known by (as in seams.FoundFile)."""

    digest: Digest
    path: bytes
    device: int
    inode: int
    size: int
    mtime_ns: int
    taken_at: datetime
    due_at: datetime
    overdue: bool = False
    said: Said | None = None
    kept_until: datetime | None = None  # the manager lets it stay
    may_be: tuple[Candidate, ...] = ()


class Sealed(msgspec.Struct, frozen=True):
    """A photo that a word removed: sealed on the tablet, until then."""

    digest: Digest
    taken_at: datetime
    said: Said
    until: datetime
    missing: bool = False  # the journal's export should have held it, and does not


class Terms(msgspec.Struct, frozen=True):
    """What the agreement says about photos, as far as a page needs it."""

    due: str
    time_zone: str
    act_on_word: bool
    can_seal: bool  # the controller has made the key that photos are sealed for
    hold_for: timedelta
    remind_before: timedelta
    call: str  # whom to call


class Shown(msgspec.Struct, frozen=True, tag="shown", tag_field="says"):
    """How the tablet stands. A lost one shows nothing but whom to call."""

    tablet: str
    setting: str
    at: datetime
    terms: Terms
    lost: str | None = None  # the message of the report that stands
    photos: tuple[Waiting, ...] = ()
    more: int = 0  # photos that wait beyond MOST_PHOTOS
    sealed: tuple[Sealed, ...] = ()


class Answered(msgspec.Struct, frozen=True, tag="answered", tag_field="says"):
    """It was done; `changed` is False where it was so already."""

    changed: bool = True


class Refused(msgspec.Struct, frozen=True, tag="refused", tag_field="says"):
    """It was not done, and why, in a sentence for a person."""

    why: str


Answer = Shown | Answered | Refused
QUESTIONS = msgspec.json.Decoder(Question)
ANSWERS = msgspec.json.Decoder(Answer)


def line(said: Question | Answer) -> bytes:
    """One line, with its end."""
    return msgspec.json.encode(said) + b"\n"
