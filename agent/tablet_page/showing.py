"""From what the agent told to what the pages show: cards, one question, lines; no page works anything out itself."""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from agent.tablet_page import wording
from agent.tablet_page.pictures import is_video
from agent.tablet_page.talk import Shown, Waiting
from agent.tablet_page.wording import Now

A_PAGE = 24
"""Photos on one page."""

SIGNS = {"fine": "✓", "look": "!", "act": "✕", "dim": "–"}


@dataclass(frozen=True, slots=True)
class Card:
    """A photo as a card."""

    digest: str
    name: str  # "Photo of 10:12 today": what a person who cannot see the picture hears
    when: str
    age: str
    mood: str
    deadline: str
    video: bool
    said: str = ""
    outcome: str = ""
    late: bool = False  # overdue, and not about to leave


@dataclass(frozen=True, slots=True)
class Question:
    """Whether this photo is that picture of the journal."""

    card: Card
    picture: str
    why: str
    left: int  # questions after this one, about photos


@dataclass(frozen=True, slots=True)
class Listing:
    """The first page."""

    headline: str
    lead: str
    mood: str
    cards: Sequence[Card]
    page: int
    pages: int
    more: int  # photos that wait beyond those that the agent told of
    questions: int
    said: Sequence[Card]
    sealed: Sequence[str]


def listing(shown: Shown, page: int) -> Listing:
    """The first page, or a further one of it."""
    now = Now.of(shown)
    still = [photo for photo in shown.photos if photo.said is None and photo.kept_until is None]
    rest = [photo for photo in shown.photos if photo.said is not None or photo.kept_until is not None]
    pages = max(-(-len(still) // A_PAGE), 1)
    page = min(max(page, 1), pages)
    mood = "act" if any(photo.overdue for photo in still) else "look" if still else "fine"
    return Listing(
        headline=wording.headline(len(still) + shown.more),
        lead=wording.lead(still, now) if still else "",
        mood=mood,
        cards=[card(photo, shown, now) for photo in still[(page - 1) * A_PAGE : page * A_PAGE]],
        page=page,
        pages=pages,
        more=shown.more,
        questions=len(doubtful(shown, frozenset())),
        said=[card(photo, shown, now) for photo in itertools.islice(rest, A_PAGE)],
        sealed=[wording.sealed(photo, now) for photo in shown.sealed],
    )


def card(photo: Waiting, shown: Shown, now: Now) -> Card:
    """One photo as a card."""
    video = is_video(photo)
    mood, deadline = wording.deadline(photo, now)
    return Card(
        photo.digest,
        f"{'Video' if video else 'Photo'} of {now.when(photo.taken_at)}",
        now.when(photo.taken_at),
        now.age(photo.taken_at),
        mood,
        deadline,
        video,
        wording.SAID[photo.said.word] if photo.said else "",
        wording.outcome(photo, shown) if photo.said else "",
        photo.overdue and not wording.leaves_soon(photo, shown),
    )


def doubtful(shown: Shown, later: frozenset[str]) -> list[Waiting]:
    """The photos that a question is about: none where nothing follows from a person's yes."""
    if not shown.terms.act_on_word:
        return []
    return [photo for photo in shown.photos if photo.may_be and photo.said is None and photo.digest not in later]


def question(shown: Shown, later: frozenset[str]) -> Question | None:
    """The next question; None when there is none."""
    photos = doubtful(shown, later)
    if not photos:
        return None
    photo = photos[0]
    first = photo.may_be[0]
    return Question(card(photo, shown, Now.of(shown)), first.picture, first.why, len(photos) - 1)


def pulse(shown: Shown) -> str:
    """What changes when a page would show something else; the passing of time alone does not."""
    seen = [shown.lost, shown.more, shown.terms, shown.photos, shown.sealed]
    return hashlib.sha256(msgspec.json.encode(seen)).hexdigest()[:16]
