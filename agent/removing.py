"""How photos leave, and come back: purged on evidence, held on a person's word, put back, let go.

Whatever cannot be undone is written down before it begins, and finished or reported after a crash (law 3).
"""

import logging
from dataclasses import dataclass, replace

from agent.seams.ledger import Intent, Ledger
from agent.seams.photos import Box, Boxes, Media, PurgePostponedError, PurgeRefusedError
from agent.seams.tablet import Clock
from agent.survived import survived
from agreement.clauses.uploaded_photos import stands_for
from agreement.facts import Held, Photo
from agreement.letters import AgentNote, Done

SAME_EXPOSURE = ", as another file of the same exposure"
"""What the source of evidence says of a raw file, or of a live photo's motion."""

CHANGED = "The photo stays: it was changed before it could be removed."
"""A purge that a crash cut short is not told as done where the same file is in its place, with another content."""

log = logging.getLogger(__name__)


@dataclass
class Removing:
    """The hands that photos pass through."""

    clock: Clock
    media: Media
    boxes: Boxes
    ledger: Ledger

    def purge(self, photo: Photo) -> None:
        """Remove one photo: intent first, then the deed, then the record (law 3)."""
        intent = self.ledger.intend(photo)
        try:
            self.believe_of_partners(intent)
            copies = self.media.purge(intent.file)
        except PurgePostponedError as wait:
            log.debug("a photo that is in the journal stays for now: %s", wait)
            self.ledger.abandon(intent, str(wait) if wait.lasts else "", self.clock.now())
            return
        except PurgeRefusedError as refusal:
            log.warning("a photo that is in the journal stays: %s", refusal)
            self.ledger.abandon(intent, str(refusal), self.clock.now())
            return
        self.ledger.purged(intent, copies, self.clock.now())

    def believe_of_partners(self, intent: Intent) -> None:
        """What is of the same exposure is in the journal as this photo is; it goes by itself, in a later round."""
        evidence = intent.evidence
        for partner in self.media.partners(intent.file):
            self.ledger.believe(replace(evidence, digest=partner.digest, source=f"{evidence.source}{SAME_EXPOSURE}"))

    def hold(self, photo: Photo) -> None:
        """Seal one photo and remove it in clear: the box first, whole; then the intent, the deed, the record."""
        standing = self.ledger.standing()
        if standing is None or not standing.recovery:
            self.failed_to_hold("the controller has not sent the key that photos are sealed for")
            return
        try:
            self.speak_for_partners(photo)
            box = self.box_for(photo, standing.recovery)
        except (PurgeRefusedError, OSError) as failure:
            self.failed_to_hold(str(failure))
            return
        intent = self.ledger.intend_hold(photo, box)
        try:
            copies = self.media.purge(intent.file)
        except PurgePostponedError as wait:
            log.debug("a photo that may go stays for now: %s", wait)
            self.give_up(intent, str(wait) if wait.lasts else "")
            return
        except PurgeRefusedError as refusal:
            log.warning("a photo that may go stays: %s", refusal)
            self.give_up(intent, str(refusal))
            return
        self.ledger.hold(intent, copies, self.clock.now())
        self.ledger.ended("hold", "", (Done.DONE, ""), self.clock.now())

    def speak_for_partners(self, photo: Photo) -> None:
        """The word on this photo stands for what is of the same exposure; that is held by itself, in a later round.

        Raises PurgeRefusedError, OSError.
        """
        words = self.ledger.words()
        for partner in self.media.partners(self.ledger.file_of(photo)):
            said = stands_for(photo, words.get(partner.digest))
            if said:
                self.ledger.stand(partner.digest, said)

    def box_for(self, photo: Photo, public: str) -> Box:
        """A box with this picture: the one that is held already, or a new one. Raises PurgeRefusedError, OSError."""
        held = self.ledger.place_of(photo.digest)
        if held:
            return Box(held[0], self.boxes.key_of(held[0]))
        of = self.ledger.place_of(photo.said.of) if photo.said and photo.said.of else None
        return self.boxes.seal(self.ledger.file_of(photo), public, of[0] if of else "")

    def failed_to_hold(self, why: str) -> None:
        """A photo that may go could not be sealed, so it stays; news only when the reason is new."""
        if self.ledger.ended("hold", "", (Done.FAILED, why), self.clock.now()):
            log.warning("a photo that may go stays: %s", why)

    def give_up(self, intent: Intent, why: str) -> None:
        """The photo stays; a box that was made for it goes, unless something else hangs on it."""
        self.ledger.abandon(intent, why, self.clock.now())
        if intent.box and intent.box.name not in self.ledger.boxes():
            self.boxes.drop(intent.box.name)

    def put_back(self, held: Held, key: str) -> None:
        """Put one held photo back: the file first, durable; then the record; then the box goes."""
        place = self.ledger.place_of(held.digest)
        if place is None:
            return
        try:
            self.boxes.put_back(held, *place, key)
        except (ValueError, OSError) as failure:
            if self.ledger.ended("put back", held.digest, (Done.FAILED, str(failure)), self.clock.now()):
                log.warning("a held photo cannot be put back: %s", failure)
            return
        self.ledger.restored(held.digest, self.clock.now())
        self.boxes.drop(place[0])

    def discard(self, held: Held) -> None:
        """Let one held photo go: written down, then the box, then the record (law 3)."""
        place = self.ledger.place_of(held.digest)
        if place is None:
            return
        self.ledger.let_go(held.digest)
        self.boxes.drop(place[0])
        self.ledger.discarded(held, self.clock.now())

    def recover(self) -> None:
        """Finish or report every purge, hold and letting go that a crash, or a disk that failed, cut short."""
        for intent in self.ledger.intents():
            with survived():
                self.close(intent)
        for held in self.ledger.leaving():
            with survived():
                self.discard(held)

    def sweep(self) -> None:
        """Remove boxes that a crash left behind, once, before the first round: nothing hangs on them."""
        with survived():
            self.boxes.sweep(self.ledger.boxes())

    def close(self, intent: Intent) -> None:
        """Close one purge that was cut short: begin it again another time, or finish it."""
        if self.media.is_there(intent.file):
            self.give_up(intent, "")
        elif self.media.was_changed(intent.file):
            self.give_up(intent, CHANGED)
        else:
            self.finish(intent)

    def finish(self, intent: Intent) -> None:
        """Close a purge whose deed was done when it was cut short; its copies go now."""
        copies = self.media.purge_copies(intent.file)
        if intent.box:
            self.ledger.hold(intent, copies, self.clock.now())
        else:
            self.ledger.purged(intent, copies, self.clock.now())
        self.ledger.post(AgentNote("purge finished after it was cut short", intent.file.digest), self.clock.now())
