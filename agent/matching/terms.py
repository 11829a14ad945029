"""What the parent and its children say to each other: one JSON object a line."""

import msgspec

UNKNOWN = "it is no picture or video of a kind that is known here"
UNSEEN = "the program that reads it ended unexpectedly"


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a file lies: a path (as bytes, since names may be in any encoding), and a member's number in a ZIP."""

    path: bytes
    member: int = -1


class Named(msgspec.Struct, frozen=True, array_like=True):
    """A file with its fingerprint, as it came from a child; the parent never looks inside."""

    id: str
    place: Place | None
    known: msgspec.Raw
    digest: str = ""


class Reading(msgspec.Struct, frozen=True, tag="read"):
    """Read one file: digest and fingerprint, with its parts where it may have been cropped."""

    place: Place
    parts: bool = False


class Sorting(msgspec.Struct, frozen=True, tag="sort"):
    """Find out which photos and pictures may have to do with each other."""

    photos: list[Named]
    pictures: list[Named]


class Judging(msgspec.Struct, frozen=True, tag="judge"):
    """Judge one group: its photos, its pictures, and the claims from before that concern it."""

    photos: list[Named]
    pictures: list[Named]
    near: dict[str, list[str]]
    parts: dict[str, list[str]]
    claims: dict[str, str]


Task = Reading | Sorting | Judging


class Read(msgspec.Struct, frozen=True, omit_defaults=True):
    """What reading gave: an empty fingerprint, and the reason, where it cannot be decoded."""

    digest: str
    known: msgspec.Raw = msgspec.Raw(b"")
    kind: str = ""
    moment: str = ""
    why: str = ""

    @property
    def decoded(self) -> bool:
        """Whether there is a fingerprint."""
        return bool(self.kind)


class Group(msgspec.Struct, frozen=True):
    """Ids that may have to do with each other."""

    photos: list[str]
    pictures: list[str]
    near: dict[str, list[str]]
    parts: dict[str, list[str]]


class Judged(msgspec.Struct, frozen=True):
    """The verdict on one photo."""

    photo: str
    verdict: str
    picture: str | None
    why: str
    score: float
    pictures: list[str]
