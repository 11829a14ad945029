"""What an export tells of a picture: in the journal, a draft, for staff only, or nothing.

Tapestry's own words for an observation are *In journal* (a manager approved it), *Not in journal* (a draft) and *Staff
only*. Other journals say published, approved, draft, private. A word that is not known here tells nothing.
"""

import re
from collections.abc import Iterable
from typing import Final

from agreement.facts import Publication

COUNTED: Final = frozenset({Publication.IN_JOURNAL, Publication.UNKNOWN})
"""What counts as added where an agreement does not say otherwise; of UNKNOWN see `counts`."""

WORDS: Final = {
    Publication.NOT_IN_JOURNAL: (
        "not in journal",
        "not in the journal",
        "not added to journal",
        "draft",
        "drafts",
        "unpublished",
        "not published",
        "not approved",
        "unapproved",
        "awaiting approval",
        "pending",
        "pending approval",
        "deleted",
    ),
    Publication.STAFF_ONLY: (
        "staff only",
        "staff",
        "private",
        "internal",
        "hidden from relatives",
        "not visible to relatives",
    ),
    Publication.IN_JOURNAL: (
        "in journal",
        "in the journal",
        "added to journal",
        "published",
        "approved",
        "visible to relatives",
    ),
}
"""The words that are recognised, as folder names and as statuses; upper case, spaces, - and _ make no difference."""

DOUBTS: Final = (
    (Publication.STAFF_ONLY, re.compile(r"\bstaff only\b")),
    (
        Publication.NOT_IN_JOURNAL,
        re.compile(r"\b(not in (the )?journal|drafts?|unpublished|not (published|approved))\b"),
    ),
)
"""Words that keep a file out of the journal wherever they stand: “Not in journal (12)”. No such thing lets one in."""

MEANING: Final = {word: publication for publication, words in WORDS.items() for word in words}
GAPS: Final = re.compile(r"[\s_\-]+")
SECRECY: Final = (Publication.STAFF_ONLY, Publication.NOT_IN_JOURNAL, Publication.IN_JOURNAL, Publication.UNKNOWN)
"""The most careful first: of two words about one file this order decides."""


def said(word: str) -> Publication:
    """What a status or the name of a folder says; UNKNOWN when it is none of the words that are known."""
    plain = GAPS.sub(" ", word).strip().casefold()
    if plain in MEANING:
        return MEANING[plain]
    return next((publication for publication, doubt in DOUBTS if doubt.search(plain)), Publication.UNKNOWN)


def careful(words: Iterable[Publication]) -> Publication:
    """The most careful of several words about the same place in an export."""
    told = set(words)
    return next((one for one in SECRECY if one in told), Publication.UNKNOWN)


def of_folders(name: str) -> Publication:
    """What the folders of a path (parts joined by /) say. The innermost that says anything counts."""
    for folder in reversed(name.split("/")[:-1]):
        if (publication := said(folder)) is not Publication.UNKNOWN:
            return publication
    return Publication.UNKNOWN


def counts(publication: Publication, counted: frozenset[Publication], *, tells: bool) -> bool:
    """Tell whether a picture counts as added.

    `tells`: this export says of at least one file what its state is. Then silence about another is not a yes: it may
    be a draft that the list forgot. An export that says nothing at all is one of published journals.
    """
    if publication is Publication.UNKNOWN and tells:
        return False
    return publication in counted
