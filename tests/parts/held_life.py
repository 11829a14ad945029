"""The same machine of photos' lives, with people whose word removes photos, and a manager who gives them back.

What a word removed must be in a box that opens to the very same bytes, until it is put back or its time is over.
"""

import io
from collections import Counter
from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from agreement.boxes import new_pair, open_key, sealed_key, unseal
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.facts import GiveBack, Word
from agreement.letters import PhotoDiscarded, PhotoHeld, PhotoRestored
from tests.parts.photos import digest
from tests.parts.photos_life import WHICH, PhotosLife

PRIVATE, PUBLIC = new_pair()
HOLD_FOR = UploadedPhotos().hold_for


class HeldLife(PhotosLife):
    """One tablet's life with photos and with people's words."""

    lived: ClassVar[Counter[str]] = Counter()

    @initialize()
    def switch_on(self) -> None:
        """A new tablet, with the setting's recovery key."""
        PhotosLife.switch_on(self)
        self.tablet.stands(recovery=PUBLIC)
        self.spoken: set[str] = set()  # digests of which someone ever said that they may go
        self.time_is_over: set[str] = set()  # digests that were held for long enough, once

    # what people do

    @rule(word=st.sampled_from(Word))
    def take_and_say(self, word: Word) -> None:
        """Someone takes a photo that the journal does not hold, and says something of it."""
        self.taken = getattr(self, "taken", 0) + 1
        path = f"DCIM/spoken-{self.taken}.jpg"
        self.write(path, f"photo {self.taken}".encode())
        self.say_of(path, word)

    @rule(which=WHICH, word=st.sampled_from(Word))
    def say(self, which: int, word: Word) -> None:
        """Someone at the tablet says something of a photo, whatever else is known of it."""
        if path := self.one(which, "DCIM/"):
            self.say_of(path, word)

    def say_of(self, path: str, word: Word) -> None:
        """Say something of a photo that the agent has seen; the agent goes by it, if the photo is still there."""
        self.agent_does(lambda: self.tablet.go(2))
        if path in self.there:
            content = digest((self.home / path).read_bytes())
            if self.tablet.ledger.say(content, word, self.tablet.clock.now()) and word is not Word.KEEP:
                self.spoken.add(content)
                self.agent_does(lambda: self.tablet.go(2))

    @rule(which=WHICH)
    def take_back(self, which: int) -> None:
        """Someone takes a word back."""
        if path := self.one(which, "DCIM/"):
            self.tablet.ledger.unsay(digest((self.home / path).read_bytes()), self.tablet.clock.now())

    @rule(some=st.integers(1, 3))
    def give_back(self, some: int) -> None:
        """The manager gives some of what is held back, or asks for what is gone by now."""
        keys = {held.digest: held.sealed_key for held in self.tablet.told(PhotoHeld)}
        opened = {content: open_key(bytes.fromhex(sealed), PRIVATE).hex() for content, sealed in keys.items()}
        given = tuple(GiveBack(content, opened[content]) for content in sorted(opened)[:some])
        self.tablet.stands(give_back=given)
        self.agent_does(lambda: self.tablet.go(3))
        self.tablet.stands(give_back=())

    @rule()
    def miss(self) -> None:
        """An export comes that holds nothing of what people said."""
        for word in self.tablet.ledger.attested():
            self.tablet.ledger.missing(word, 1, self.tablet.clock.now())

    @rule()
    def wait(self) -> None:
        """The time of what is held goes by."""
        self.time_is_over |= {held.digest for held in self.tablet.ledger.held() if held.missing_from is None}
        self.tablet.clock.advance(HOLD_FOR + timedelta(seconds=1))
        self.agent_does(lambda: self.tablet.go(2))

    def believe_of_raw_files(self) -> None:
        """What is said of a picture stands for the raw file that was written with it."""
        super().believe_of_raw_files()
        for path, content in list(self.there.items()):
            if path.endswith(".jpg") and content in self.spoken and f"{path[:-4]}.dng" in self.there:
                self.spoken.add(self.there[f"{path[:-4]}.dng"])

    # what must hold

    @invariant()
    def what_is_held_can_be_given_back(self) -> None:
        """Every box opens to the photo that it is said to hold, and nothing is let go before its time."""
        for held in self.tablet.ledger.held():
            assert self.in_box(held.digest) == held.digest
        let_go = {gone.digest for gone in self.tablet.told(PhotoDiscarded)}
        assert let_go <= self.time_is_over
        assert {held.digest for held in self.tablet.told(PhotoHeld)} <= self.spoken

    # how

    def in_box(self, content: str) -> str:
        """The digest of what is in the box of a held photo."""
        place = self.tablet.ledger.place_of(content)
        assert place is not None
        box = (self.home / "held" / place[0]).read_bytes()
        out = io.BytesIO()
        return unseal(io.BytesIO(box), out, open_key(sealed_key(io.BytesIO(box)), PRIVATE)).digest

    def count(self, before: dict[str, int]) -> None:
        """What a word removed is in its box; what was put back is there again; all else is counted as ever."""
        for path in self.there.keys() - set(self.present()):
            content = self.there[path]
            if content not in self.proved:
                assert content in self.spoken, f"{path} was never in the journal, and nobody said that it may go"
                assert self.is_safe(content), f"{path} is gone, and in no box"
                del self.there[path]
                before.pop(path, None)
                self.lived["held"] += 1
        super().count(before)
        self.find_what_was_put_back()

    def is_safe(self, content: str) -> bool:
        """Tell whether what a word removed is held, put back or let go in time."""
        if content in {held.digest for held in self.tablet.ledger.held()}:
            return self.in_box(content) == content
        back = {said.digest for said in self.tablet.told(PhotoRestored)}
        let_go = {said.digest for said in self.tablet.told(PhotoDiscarded)}
        return content in back | let_go

    def find_what_was_put_back(self) -> None:
        """What the agent put back is there for people again."""
        known = set(self.there)
        for path in sorted((self.home / "DCIM").rglob("*")):
            name = str(path.relative_to(self.home))
            if path.is_file() and name not in known and not path.name.startswith(".pending-"):
                self.there[name] = digest(path.read_bytes())
                self.lived["put back"] += 1
