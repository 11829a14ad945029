"""Answers what a page asks: from the ledger, by the agreement that holds, and only what this person may see."""

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from agent.seams.ledger import Doubt, Ledger
from agent.seams.photos import FoundFile
from agent.seams.tablet import Clock
from agent.tablet_page import talk
from agent.tablet_page.people import Person
from agreement.agreement import Agreement
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.facts import Keep, Photo, Word
from agreement.letters import Done, Standing

PICTURE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}")
"""The id of a picture of the journal; it is a file's name, and never a way out of its folder."""

MOST_REMEMBERED = 200
"""Answers “it is another one” that can be taken back."""

LOST = "This tablet was reported lost or damaged. Nothing on it is shown until it is found."
NOT_HERE = "This photo is not here any more."
SEALED = "This photo is sealed already: only the manager can bring it back."
NO_WORDS = "On this tablet photos leave only when they are found in the journal."


class RefusedError(Exception):
    """It is not done; says why in a sentence for a person."""


@dataclass
class Desk:
    """The agent's side of the page. Several pages may ask at once; the ledger keeps them apart."""

    ledger: Ledger
    clock: Clock
    pictures: Path  # where the journal's pictures lie that photos may be
    asked_to_keep: Callable[[], None] = lambda: None  # the manager should hear soon
    _differed: dict[str, tuple[Doubt, ...]] = field(default_factory=dict)

    def answer(self, person: Person, question: talk.Question) -> tuple[talk.Answer, int | None]:
        """The answer, and a descriptor that goes with it, which the caller closes. Raises OSError."""
        standing = self.ledger.standing()
        try:
            match question:
                case talk.Look():
                    return self.look(person, standing), None
                case talk.Reminded(trouble):
                    return self.reminded(trouble), None
                case talk.JournalPicture(digest, picture):
                    self.check(person, standing, digest)
                    return talk.Answered(), self.picture(digest, picture)
                case _:
                    self.check(person, standing, question.digest)
                    return talk.Answered(self.change(standing, question)), None
        except RefusedError as refusal:
            return talk.Refused(str(refusal)), None

    def check(self, person: Person, standing: Standing | None, digest: str) -> None:
        """See that this person may speak of this photo now. Raises RefusedError."""
        if standing and standing.lost:
            raise RefusedError(LOST)
        if any(file.digest == digest and person.may_see(file.path) for file in self.ledger.waiting()):
            return
        place = self.ledger.place_of(digest)
        raise RefusedError(SEALED if place and person.may_see(place[1]) else NOT_HERE)

    def change(
        self, standing: Standing | None, question: talk.Say | talk.Unsay | talk.Differs | talk.MayDiffer
    ) -> bool:
        """Do what a person wants; True when that changed something. Raises RefusedError."""
        match question:
            case talk.Say(digest, word):
                return self.say(clause_of(standing), digest, word)
            case talk.Unsay(digest):
                return self.ledger.unsay(digest, self.clock.now())
            case talk.Differs(digest, picture):
                return self.differs(digest, picture)
            case talk.MayDiffer(digest):
                return self.may_differ(digest)

    def say(self, clause: UploadedPhotos, digest: str, word: Word) -> bool:
        """Write a word down. Raises RefusedError where the agreement does not act on words."""
        if word is not Word.KEEP and not clause.act_on_word:
            raise RefusedError(NO_WORDS)
        said = self.ledger.say(digest, word, self.clock.now())
        if word is Word.KEEP and said:
            self.asked_to_keep()
        return said

    def differs(self, digest: str, picture: str) -> bool:
        """One picture less that a photo may be; the others stay in doubt."""
        before = tuple(doubt for doubt in self.ledger.doubts() if doubt.digest == digest)
        left = [doubt for doubt in before if doubt.picture != picture]
        if len(left) == len(before):
            return False
        if len(self._differed) >= MOST_REMEMBERED:
            del self._differed[next(iter(self._differed))]
        self._differed.setdefault(digest, before)
        self.ledger.doubt([digest], left)
        return True

    def may_differ(self, digest: str) -> bool:
        """What was said to be another picture is in doubt again. Raises RefusedError when that was long ago."""
        if digest not in self._differed:
            msg = "This can no longer be taken back here. The photo stays; say what it is below its picture."
            raise RefusedError(msg)
        self.ledger.doubt([digest], self._differed.pop(digest))
        return True

    def picture(self, digest: str, picture: str) -> int:
        """Open a picture of the journal that this photo may be. Raises RefusedError."""
        known = any(doubt.digest == digest and doubt.picture == picture for doubt in self.ledger.doubts())
        descriptor = opened(self.pictures, picture) if known and PICTURE.fullmatch(picture) else None
        if descriptor is None:
            msg = "The journal’s picture is no longer at hand."
            raise RefusedError(msg)
        return descriptor

    def reminded(self, trouble: str) -> talk.Answered:
        """Note whether reminders are seen: news only when that changes."""
        outcome = (Done.FAILED, f"no reminder could be shown: {trouble}") if trouble else (Done.DONE, "")
        return talk.Answered(self.ledger.ended("remind", "on the screen", outcome, self.clock.now()))

    def look(self, person: Person, standing: Standing | None) -> talk.Shown:
        """How the tablet stands, and what waits on it that this person may see."""
        at, agreement = self.clock.now(), standing.agreement if standing else Agreement()
        tablet, setting = (standing.tablet, standing.setting) if standing else ("This tablet", "")
        terms = terms_of(agreement, can_seal=bool(standing and standing.recovery))
        if standing and standing.lost:
            return talk.Shown(tablet, setting, at, terms, lost=standing.lost.message)
        photos = tuple(self.photos(person, agreement.uploaded_photos, standing.keeps if standing else (), at))
        return talk.Shown(
            tablet,
            setting,
            at,
            terms,
            photos=photos[: talk.MOST_PHOTOS],
            more=max(len(photos) - talk.MOST_PHOTOS, 0),
            sealed=tuple(self.sealed(person, agreement.uploaded_photos)),
        )

    def photos(
        self, person: Person, clause: UploadedPhotos, keeps: tuple[Keep, ...], at: datetime
    ) -> Iterator[talk.Waiting]:
        """What waits, oldest first, each picture once however many files it is in."""
        words, may_be = self.ledger.words(), doubted(self.ledger.doubts())
        kept = {keep.digest: keep.until for keep in keeps if at < keep.until}
        told = set()
        for file in self.ledger.waiting():
            if file.digest in told or not person.may_see(file.path):
                continue
            told.add(file.digest)
            photo = Photo(file.path, file.digest, file.size, file.taken_at)
            told_so_far = waiting(file, clause.due_at(photo), kept.get(file.digest), at)
            yield replace(told_so_far, said=words.get(file.digest), may_be=may_be.get(file.digest, ()))

    def sealed(self, person: Person, clause: UploadedPhotos) -> Iterator[talk.Sealed]:
        """What this person's words, or another's, removed from where this person may look."""
        for held in self.ledger.held():
            place = self.ledger.place_of(held.digest)
            if place and person.may_see(place[1]):
                until, missing = held.held_at + clause.hold_for, held.missing_from is not None
                yield talk.Sealed(held.digest, held.taken_at, held.said, until, missing)


def waiting(file: FoundFile, due_at: datetime, kept_until: datetime | None, at: datetime) -> talk.Waiting:
    """One photo as the page hears of it, before anyone said or doubted anything."""
    return talk.Waiting(
        file.digest,
        os.fsencode(file.path),
        file.device,
        file.inode,
        file.size,
        file.mtime_ns,
        file.taken_at,
        due_at,
        overdue=due_at <= at and kept_until is None,
        kept_until=kept_until,
    )


def terms_of(agreement: Agreement, *, can_seal: bool) -> talk.Terms:
    """What the agreement says about photos."""
    clause = agreement.uploaded_photos
    return talk.Terms(
        due=clause.due,
        time_zone=clause.closing.time_zone,
        act_on_word=clause.act_on_word,
        can_seal=can_seal,
        hold_for=clause.hold_for,
        remind_before=clause.remind_before,
        call=agreement.lost_or_damaged.call,
    )


def clause_of(standing: Standing | None) -> UploadedPhotos:
    """The clause on photos that holds."""
    return standing.agreement.uploaded_photos if standing else UploadedPhotos()


def doubted(doubts: tuple[Doubt, ...]) -> Mapping[str, tuple[talk.Candidate, ...]]:
    """Which pictures each photo may be, by its digest."""
    found: dict[str, tuple[talk.Candidate, ...]] = {}
    for doubt in doubts:
        found[doubt.digest] = (*found.get(doubt.digest, ()), talk.Candidate(doubt.picture, doubt.why))
    return found


def opened(folder: Path, name: str) -> int | None:
    """A descriptor of a plain file in this folder; None where there is none, or a link stands in its place."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(folder / name, flags)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None
