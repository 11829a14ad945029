"""A tablet's news in sentences: each kind of letter as a person would tell it, with how much it wants someone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agreement.facts import Word
from agreement.letters import (
    KINDS,
    AgentNote,
    AppChanged,
    Done,
    FindingTurned,
    NotInExport,
    OrderEnded,
    PhotoDiscarded,
    PhotoHeld,
    PhotoPurged,
    PhotoRestored,
    PhotoSaid,
    PurgeRefused,
    RefusedError,
    Shed,
    Turn,
    What,
    read,
)
from controller.moods import Mood
from controller.records import Happening
from controller.words import several, size

ORDERS = {"lock": "lock its screen", "block": "cut itself off", "admit": "let itself talk again"}
DEEDS = {"lock": "It locked", "block": "It cut itself off", "admit": "It talks again"}


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of news, as the page shows it: when it happened, when it was heard, what it says."""

    at: datetime
    heard_at: datetime
    mood: Mood
    what: str
    more: str = ""


def told(happening: Happening) -> Told:
    """One piece of news in words; what this version does not know is said to be so."""
    mood, what, more = said(happening)
    return Told(happening.at, happening.heard_at, mood, what, more)


def said(happening: Happening) -> tuple[Mood, str, str]:
    """How much it wants someone, what happened, and a little more."""
    if happening.kind not in KINDS:
        return Mood.DIM, f"News of a kind that this version does not know: {happening.kind}.", ""
    try:
        what: What = read(happening.body, What)  # type: ignore[arg-type]  # a union is as good as a type here
    except RefusedError as wrong:
        return Mood.LOOK, "News that cannot be read any more.", str(wrong)
    return SAYS[type(what)](what)


def finding(turned: FindingTurned) -> tuple[Mood, str, str]:
    """A finding opened, changed or cleared."""
    rule = f"Rule {turned.clause}"
    if turned.turn is Turn.CLEARED:
        return Mood.FINE, f"As agreed again: {turned.what}", rule
    return Mood.LOOK, turned.what, f"{turned.mend} ({rule})"


def order(ended: OrderEnded) -> tuple[Mood, str, str]:
    """What became of an order."""
    if ended.done is Done.DONE:
        return Mood.FINE, f"{DEEDS.get(ended.order, f'It carried out “{ended.order}”')}.", ended.detail
    return Mood.ACT, f"It could not {ORDERS.get(ended.order, f'carry out “{ended.order}”')}.", ended.detail


def purged(photo: PhotoPurged) -> tuple[Mood, str, str]:
    """A deletion record."""
    copies = sum(photo.copies.values())
    also = f", and {several(copies, 'copy', 'copies')} of it" if copies else ""
    what = f"A photo of {size(photo.size)} left the tablet{also}: it is in the journal."
    return Mood.FINE, what, f"Evidence: {photo.strength.value}, {photo.source}. {digest(photo.digest)}"


WORDS: dict[Word | None, str] = {
    Word.ADDED: "At the tablet someone said that a photo is in the journal.",
    Word.UNWANTED: "At the tablet someone said that a photo is not for the journal, and may go.",
    Word.KEEP: "At the tablet someone asks to keep a photo for a while.",
    None: "At the tablet someone took back what was said of a photo.",
}


def said_of(photo: PhotoSaid) -> tuple[Mood, str, str]:
    """A person's word."""
    return Mood.DIM, WORDS[photo.word], digest(photo.digest)


def held(photo: PhotoHeld) -> tuple[Mood, str, str]:
    """A photo was sealed on a person's word."""
    what = f"A photo of {size(photo.size)} was sealed and removed on a person’s word. It can be given back."
    return Mood.DIM, what, digest(photo.digest)


def restored(photo: PhotoRestored) -> tuple[Mood, str, str]:
    """A held photo is back."""
    return Mood.FINE, "A photo that was held is back on the tablet.", digest(photo.digest)


def discarded(photo: PhotoDiscarded) -> tuple[Mood, str, str]:
    """Nobody wanted a held photo back."""
    what = f"A photo of {size(photo.size)} was let go: it was removed on a person’s word, and nobody wanted it back."
    return Mood.DIM, what, digest(photo.digest)


def not_in_export(photo: NotInExport) -> tuple[Mood, str, str]:
    """A person's word was wrong, or the export is not whole."""
    then = "It is still held." if photo.held else "It is gone from the tablet."
    what = f"A photo that someone said is in the journal is not in its export (import {photo.number})."
    return Mood.LOOK, what, f"{then} {digest(photo.digest)}"


def digest(of_photo: str) -> str:
    """What a photo is known by in every record: never its name."""
    return f"Digest {of_photo[:16]}…"


def app(changed: AppChanged) -> tuple[Mood, str, str]:
    """An app came, changed or went."""
    name = changed.name or changed.package
    versions = " → ".join(version for version in (changed.was, changed.now) if version)
    by = f" by the account “{changed.by}”" if changed.by else ""
    more = ", ".join(part for part in (f"{changed.source} {changed.package}", versions) if part)
    return Mood.DIM, f"“{name}” was {changed.turn.value}{by}.", more


def purge_refused(refused: PurgeRefused) -> tuple[Mood, str, str]:
    """A photo that should have gone and stayed."""
    return Mood.LOOK, "A photo that is in the journal could not be removed.", refused.why


def note(of_itself: AgentNote) -> tuple[Mood, str, str]:
    """The agent about itself."""
    return Mood.DIM, f"The agent: {of_itself.event.replace('_', ' ')}.", of_itself.detail


def shed(dropped: Shed) -> tuple[Mood, str, str]:
    """What the tablet had no room for."""
    counts = ", ".join(f"{kind}: {count}" for kind, count in dropped.counts.items())
    return Mood.LOOK, "The tablet had no room and dropped lesser news.", counts


SAYS: dict[type, Callable[[Any], tuple[Mood, str, str]]] = {
    FindingTurned: finding,
    OrderEnded: order,
    PhotoPurged: purged,
    PhotoSaid: said_of,
    PhotoHeld: held,
    PhotoRestored: restored,
    PhotoDiscarded: discarded,
    NotInExport: not_in_export,
    PurgeRefused: purge_refused,
    AppChanged: app,
    Shed: shed,
    AgentNote: note,
}
"""How each kind of news is told."""
