"""One go at the photos and the journal's exports: what is asked of the child, and what is believed of its answers."""

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from agent.imports.child import Child, ChildError
from agent.imports.shelf import Shelf
from agent.seams.courier import Exports
from agent.seams.ledger import Doubt, Known, Ledger
from agent.seams.photos import FoundFile, Opener, PurgeRefusedError
from agreement.facts import Evidence, Strength
from agreement.imports import MAX_CLAIMS, Claim, ImportReady, blinded
from agreement.letters import RefusedError

SAME_MOMENT = timedelta(seconds=30)
"""A photo that left without a fingerprint may be a neighbour of whatever was taken so shortly before or after it."""

UNKNOWN_NEIGHBOUR = "A photo of the same moment left the tablet before it could be looked at."
CLAIMED = "This journal picture was found to be another photo already, of which this may be a second copy."
ELSEWHERE = "Another tablet’s photo was found to be this journal picture, and a picture is made from one photo only."
UNREADABLE = b""
"""The fingerprint of a photo that cannot be looked at: it is not tried again."""

BATCH = 20
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

Said = Mapping[str, Any]
Near = Mapping[str, list[str]]
log = logging.getLogger(__name__)


@dataclass
class Work:
    """One go, with a child that `begin` gives; it may be another one after a picture that it did not survive."""

    ledger: Ledger
    exports_of: Exports
    now: Callable[[], datetime]
    shelf: Shelf
    begin: Callable[[], Child]
    opened: Opener
    _files: dict[str, FoundFile] = field(default_factory=dict)

    def fingerprints(self, files: Sequence[FoundFile]) -> Iterator[str]:
        """Take fingerprints and keep them; gives the digests as they are kept. What cannot be looked at is noted.

        Raises ChildError when no child can be started, OSError.
        """
        kept: dict[str, bytes] = {}
        for file in {file.digest: file for file in files}.values():
            taken = self.fingerprint(file)
            if taken is not None:
                kept[file.digest] = taken
            if len(kept) >= BATCH:
                self.ledger.remember(kept)
                yield from kept
                kept = {}
        self.ledger.remember(kept)
        yield from kept

    def fingerprint(self, file: FoundFile) -> bytes | None:
        """The fingerprint of one photo; None when it is not there any more."""
        child = self.begin()
        try:
            with self.opened(file) as descriptor:
                child.say({"do": "fingerprint"}, [descriptor])
                answer = child.hear()
        except PurgeRefusedError:
            return None
        except ChildError as ended:
            log.warning("a photo could not be looked at: %s", ended)
            self.begin()  # when not even this succeeds, it was not the photo
            return UNREADABLE
        if "trouble" in answer:
            log.info("a photo has no fingerprint: %s", answer["trouble"])
            return UNREADABLE
        return str(answer["fingerprint"]).encode()

    def exports(self, files: Sequence[FoundFile]) -> bool:
        """Work through every export that is new; True when something new is believed.

        Raises ChildError, UndeliveredError, RefusedError, OSError.
        """
        self._files = {file.digest: file for file in files}
        new, done = False, self.ledger.imports_done()
        while ready := [one for one in self.exports_of.imports(done).imports if one.number > done]:
            for one in ready:
                new |= self.export(one)
                done = one.number
                self.shelf.clear()  # before it counts as done: no crash may leave a picture lying about
                self.ledger.import_done(done)
        return new

    def export(self, ready: ImportReady) -> bool:
        """Work through one export; one whose pictures are gone already has nothing to compare with."""
        if ready.kept_until is None:
            return False
        photos = self.ledger.every_photo()
        with tempfile.TemporaryFile() as request:
            sizes = self.write_request(request, ready, photos)
            judgements, near = self.judged(request.fileno(), sizes)
        new = self.believe(ready, photos, judgements, sizes)
        self.check_words(ready, near)
        return new

    def write_request(self, request: Any, ready: ImportReady, photos: Sequence[Known]) -> dict[str, int]:  # noqa: ANN401 - a temporary file
        """Write what the child must know: a line a photo, a line a picture, the claims; gives the pictures' sizes."""
        sizes: dict[str, int] = {}
        for photo in photos:
            if photo.fingerprint:
                taken, known = photo.taken_at.isoformat(), photo.fingerprint.decode()
                line(request, photo=photo.digest, taken=taken, known=known, here=photo.here)
        after: str | None = ""
        while after is not None:
            page = self.exports_of.index(ready.number, after)
            for picture in page.pictures:
                sizes[picture.id] = picture.size
                line(request, picture=picture.id, known=bytes(picture.fingerprint).decode())
            after = page.following
        line(request, claims=dict(self.ledger.claims()), words=[word.digest for word in self.ledger.attested()])
        request.flush()
        request.seek(0)
        return sizes

    def judged(self, request: int, sizes: Mapping[str, int]) -> tuple[list[Said], Near]:
        """Have the child judge; it is handed the pixels that it asks for. Raises ChildError, and as fetching."""
        child = self.begin()
        child.say({"do": "judge"}, [request])
        judgements: list[Said] = []
        near: Near = {}
        while not (said := child.hear()).get("done"):
            if "want" in said:
                self.hand(child, said["want"], str(said["id"]), sizes)
            elif "judgement" in said:
                judgements.append(said["judgement"])
            elif "near" in said:
                near = {**near, **said["near"]}
            elif "trouble" in said:
                raise ChildError(str(said["trouble"]))
        return judgements, near

    def hand(self, child: Child, kind: str, name: str, sizes: Mapping[str, int]) -> None:
        """Hand the child one file that it asks for, or say that there is none."""
        with contextlib.ExitStack() as held:
            descriptor = None
            if kind == "photo" and name in self._files:
                with contextlib.suppress(PurgeRefusedError):
                    descriptor = held.enter_context(self.opened(self._files[name]))
            elif kind == "picture" and name in sizes:
                descriptor = self.picture(held, name, sizes[name])
            child.say({"found": descriptor is not None}, [] if descriptor is None else [descriptor])

    def picture(self, held: contextlib.ExitStack, name: str, size: int) -> int | None:
        """A picture of the journal, opened; None when the controller has it no longer."""
        try:
            path = self.shelf.fetched(name, size, self.exports_of.picture)
        except RefusedError as refusal:
            log.info("a picture of the journal cannot be fetched: %s", refusal)
            return None
        descriptor = os.open(path, READ)
        held.callback(os.close, descriptor)
        return descriptor

    def believe(
        self, ready: ImportReady, photos: Sequence[Known], judgements: Sequence[Said], index: Collection[str]
    ) -> bool:
        """Write down what the child found, with caution; True when something new is believed.

        A likeness is evidence once the controller has granted that the picture is this photo and no other.
        """
        here = {photo.digest: photo for photo in photos if photo.here}
        sure, doubts = self.weighed(ready.number, photos, here, judgements)
        before = {picture: digest for picture, digest in self.ledger.claims().items() if picture in index}
        granted = self.granted(ready.number, before | sure)
        new = False
        for picture, digest in sure.items():
            if picture in granted:
                evidence = Evidence(digest, Strength.PUBLISHED, ready.source, self.now())
                new |= self.ledger.matched(evidence, picture, ready.number)
            else:
                doubts.append(Doubt(digest, picture, ELSEWHERE, ready.number))
        self.ledger.doubt(here, doubts)
        self.shelf.ask_about({doubt.picture for doubt in self.ledger.doubts()})
        return new

    def weighed(
        self, number: int, photos: Sequence[Known], here: Mapping[str, Known], judgements: Sequence[Said]
    ) -> tuple[dict[str, str], list[Doubt]]:
        """What the child found: the pictures that are surely photos that are here, and what a person is asked."""
        blind = [photo.taken_at for photo in photos if not photo.here and not photo.fingerprint]
        owners = dict(self.ledger.claims())
        sure: dict[str, str] = {}
        doubts: list[Doubt] = []
        for said in judgements:
            photo = here.get(said["photo"])
            if photo is None or said["verdict"] == "not_added":
                continue
            why = said["why"]
            if said["verdict"] == "added":
                why = objection(photo, owners.get(said["picture"], photo.digest), blind)
                if not why:
                    sure[said["picture"]] = owners[said["picture"]] = photo.digest
                    continue
            pictures = said["pictures"] or [said["picture"]]
            doubts += [Doubt(photo.digest, name, why, number) for name in pictures if name]
        return sure, doubts

    def granted(self, number: int, found: Mapping[str, str]) -> frozenset[str]:
        """Which of these pictures no other photo has, by the controller. Raises UndeliveredError, RefusedError.

        The very same bytes need nobody's leave. What was granted before is claimed again: a controller that was
        restored from a backup learns it anew.
        """
        granted = {picture for picture, digest in found.items() if picture == digest}
        claims = [Claim(picture, blinded(digest, picture)) for picture, digest in found.items() if picture != digest]
        for start in range(0, len(claims), MAX_CLAIMS):
            granted |= self.exports_of.claim(number, claims[start : start + MAX_CLAIMS])
        return frozenset(granted)

    def check_words(self, ready: ImportReady, near: Near) -> None:
        """Tell which photos that people said are in the journal are not in this export, which was made after.

        Their pixels are sealed or gone, so only their fingerprints speak: where no picture that nothing else has
        claimed is like it, it is not in there. Where one is, nobody can know, and nothing is said.
        """
        claims = self.ledger.claims()
        for word in self.ledger.attested():
            if word.digest not in near or word.said_at >= ready.as_of:
                continue
            if all(claims.get(name, word.digest) != word.digest for name in near[word.digest]):
                self.ledger.missing(word, ready.number, self.now())


def objection(photo: Known, owner: str, blind: Sequence[datetime]) -> str:
    """What the tablet knows that speaks against a match that the child is sure of; empty where nothing does.

    `owner` is the photo that the picture was found to be, `blind` is when photos were taken that left unseen.
    """
    if any(abs(at - photo.taken_at) <= SAME_MOMENT for at in blind):
        return UNKNOWN_NEIGHBOUR
    return "" if owner == photo.digest else CLAIMED


def line(request: Any, **said: object) -> None:  # noqa: ANN401 - a temporary file
    """One line of a request."""
    request.write(msgspec.json.encode(said) + b"\n")
