"""Clause 10: “Delete photos stored on devices as soon as they have been added to online Learning Journey's”.

As soon as, and never before: without evidence that is strong enough a photo stays, however old it is. A photo that is
late is a finding, never a purge. A person's word is no evidence: what it removes is sealed and held, so that it can be
given back.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from agreement.deadlines import Closing, due, span
from agreement.facts import Held, Photo, Publication, Said, Strength, Tablet, Word
from agreement.rulings import Discard, Finding, Hold, Purge, PutBack, Remind, Ruling


@dataclass(frozen=True, slots=True)
class UploadedPhotos:
    """Photos leave the tablet once they are in the journal; not there in time is told."""

    purge_on: frozenset[Strength] = frozenset({Strength.DELIVERED, Strength.PUBLISHED})
    counts_as_added: frozenset[Publication] = frozenset({Publication.IN_JOURNAL, Publication.UNKNOWN})
    due: str = "24 hours"  # or "before closing time"; agreement/deadlines.py reads it
    closing: Closing = field(default_factory=Closing)
    remind_before: timedelta = timedelta(hours=1)  # how long before it is due the tablet reminds
    manager_after: timedelta = timedelta(hours=2)  # how long after it was due the manager is asked to see to it
    act_on_word: bool = True  # whether a person's word removes a photo at all
    hold_for: timedelta = timedelta(hours=72)  # how long what a word removed can be given back

    number: ClassVar[int] = 10
    title: ClassVar[str] = "Photos leave once they are in the journal"

    def __post_init__(self) -> None:
        """Refuse what no photo could meet, and what would delete on a mere word. Raises ValueError."""
        span(self.due)
        if Strength.ATTESTED in self.purge_on:
            msg = "purge_on cannot hold “attested”: a word is no evidence. See act_on_word and hold_for"
            raise ValueError(msg)
        if self.hold_for <= timedelta() or self.remind_before < timedelta() or self.manager_after < timedelta():
            msg = "hold_for must be longer than nothing; remind_before and manager_after cannot be negative"
            raise ValueError(msg)

    def judge(self, tablet: Tablet) -> Iterator[Ruling]:
        """Purge what is proved to be in the journal, hold what a person removed, tell what is late."""
        kept = {keep.digest for keep in tablet.keeps if tablet.at < keep.until}
        returning = keys(tablet)
        here = {photo.digest for photo in tablet.photos}
        waiting = []
        for photo in tablet.photos:
            if self.is_in_journal(photo):
                yield Purge(photo)
            elif photo.digest in returning:
                continue  # it is back, and a crash came before that was written down: its word no longer counts
            elif self.is_removed_by_word(photo, kept):
                if photo.said is None or photo.said.of not in here:  # a partner leaves after its photo
                    yield Hold(photo)
            elif photo.digest not in kept:
                waiting.append(photo)
        yield from self.held(tablet)
        yield from self.deadlines(waiting, tablet.at)

    def is_in_journal(self, photo: Photo) -> bool:
        """Tell whether the evidence is about this very file, and strong enough under these terms (law 2)."""
        evidence = photo.evidence
        return evidence is not None and evidence.digest == photo.digest and evidence.strength in self.purge_on

    def is_removed_by_word(self, photo: Photo, kept: Collection[str] = ()) -> bool:
        """Tell whether a person said that this photo may go; what the manager lets stay goes on its own word only."""
        if not self.act_on_word or photo.said is None or photo.said.word is Word.KEEP:
            return False
        return not photo.said.of or photo.digest not in kept

    def due_at(self, photo: Photo) -> datetime:
        """Until when this photo must be in the journal, in UTC."""
        return due(self.due, self.closing, photo.taken_at)

    def held(self, tablet: Tablet) -> Iterator[Ruling]:
        """Give back what the manager gives back; let go what nobody wanted back in time.

        A partner stays as long as its photo. Partners come back first: once the photo is back its key, which opens
        their boxes too, is sent no more.
        """
        returning, known = keys(tablet), {held.digest: held for held in tablet.held}
        for held in sorted(tablet.held, key=lambda held: not held.said.of):
            if held.digest in returning:
                yield PutBack(held, returning[held.digest])
            elif self.is_over(held, tablet.at) and self.is_over(known.get(held.said.of, held), tablet.at):
                yield Discard(held)

    def is_over(self, held: Held, at: datetime) -> bool:
        """Tell whether a held photo was held for long enough, and no export is known to lack it."""
        return held.missing_from is None and at - held.held_at >= self.hold_for

    def deadlines(self, waiting: list[Photo], at: datetime) -> Iterator[Ruling]:
        """Remind of what is due soon; tell what is overdue."""
        dated = [(self.due_at(photo), photo) for photo in waiting]
        soon = [until for until, _ in dated if until - self.remind_before <= at < until]
        if soon:
            yield Remind(len(soon), min(soon))
        overdue = [until for until, _ in dated if until <= at]
        if overdue:
            yield self.late(len(overdue), min(overdue))

    def late(self, count: int, since: datetime) -> Finding:
        """One finding for all photos that are overdue, with their number and since when the first is."""
        one = count == 1
        what = "1 photo is not in the journal yet." if one else f"{count} photos are not in the journal yet."
        mend = (
            "Add it to the journal; it leaves by itself."
            if one
            else "Add them to the journal; they leave by themselves."
        )
        return Finding(self.number, "overdue", what, mend, since, count)


def keys(tablet: Tablet) -> dict[str, str]:
    """The key (hex) for whatever is held and to be put back, by digest: its own, or that of the photo it goes with."""
    given = {back.digest: back.key for back in tablet.give_back}
    sought = {held.digest: (held.digest, held.said.of) for held in tablet.held}
    return {digest: given[one] for digest, ones in sought.items() for one in reversed(ones) if one in given}


def stands_for(photo: Photo, partner: Said | None) -> Said | None:
    """What a person's word on a photo says of a file of the same exposure, of which this was said; None: nothing.

    A word that removes a photo removes its raw file and its motion too: what is asked is that the picture leaves. What
    a person said of that file itself counts for more.
    """
    said = photo.said
    if said is None or said.word is Word.KEEP or (partner is not None and not partner.of):
        return None
    return replace(said, of=said.of or photo.digest)
