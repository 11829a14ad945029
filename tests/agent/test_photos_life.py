"""Whatever happens to photos, in whatever order: nothing goes without evidence, and every deed has one record."""

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from agent.ledger import Ledger
from agent.media import Boxes, Media
from agent.removing import Removing
from agreement.agreement import Agreement
from agreement.facts import Evidence, Photo, Strength
from agreement.letters import GENESIS, PhotoPurged, Standing, chained
from tests.agreement.cast import NOON
from tests.fakes.clock import StillClock
from tests.parts.photos import digest

STANDING = Standing(1, "sunflower-1", "Sunflower 1", "Larkfield Nursery", Agreement())
NAMES = st.sampled_from(["a.jpg", "b.jpg", "sub/c.mp4", "-d.png", "\udcff.jpg", "new\nline.webp"])
CONTENTS = st.sampled_from([b"beans", b"ponds", b"story", b"paint", b"books", b"the whole garden"])


class Photos(RuleBasedStateMachine):
    """One tablet's folder. `hands` is what somebody's hands removed or overwrote: no business of the agent's."""

    names = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.camera = self.home / "DCIM"
        (self.camera / "sub").mkdir(parents=True)
        self.proved: set[str] = set()
        self.there: dict[str, str] = {}  # name to digest: what must be there, unless it is proved
        self.purges = 0
        self.chain, self.number = GENESIS, 0
        self.records: list[PhotoPurged] = []
        self.start()

    def start(self) -> None:
        """Switch the agent on."""
        self.ledger = Ledger(self.home / "state/ledger.sqlite3")
        far = 10**19  # a wall clock so far on that everything has settled
        self.media = Media([self.camera], [self.home], self.ledger.digests(), timedelta(seconds=2), lambda: far)
        boxes = Boxes(self.home / "state/held", [self.camera])
        self.removing = Removing(StillClock(), self.media, boxes, self.ledger)
        self.removing.recover()

    @rule(target=names, name=NAMES, content=CONTENTS)
    def take(self, name: str, content: bytes) -> str:
        """Take a photo; one of that name is overwritten in place."""
        (self.camera / name).write_bytes(content)
        self.there[name] = digest(content)
        for other in self.linked(name):
            self.there[other] = digest(content)
        return name

    def linked(self, name: str) -> list[str]:
        """The other names of the same file."""
        inode = (self.camera / name).stat().st_ino
        return [n for n in self.there if (self.camera / n).exists() and (self.camera / n).stat().st_ino == inode]

    @rule(name=names, content=CONTENTS)
    def swap(self, name: str, content: bytes) -> None:
        """Put another file in its place."""
        (self.camera / "swap.tmp").write_bytes(content)
        (self.camera / "swap.tmp").rename(self.camera / name)
        self.there[name] = digest(content)

    @rule(name=names)
    def throw_away(self, name: str) -> None:
        """Somebody deletes it."""
        (self.camera / name).unlink(missing_ok=True)
        self.there.pop(name, None)

    @rule(name=names, to=NAMES)
    def move(self, name: str, to: str) -> None:
        """Somebody renames it, perhaps over another."""
        if name in self.there and name != to and (self.camera / name).exists():
            same = to in self.linked(name)
            (self.camera / name).rename(self.camera / to)
            if not same:
                self.there[to] = self.there.pop(name)

    @rule(name=names, to=NAMES)
    def link(self, name: str, to: str) -> None:
        """Give it a second name."""
        if name in self.there and (self.camera / name).exists() and not os.path.lexists(self.camera / to):
            (self.camera / to).hardlink_to(self.camera / name)
            self.there[to] = self.there[name]

    @rule(content=CONTENTS)
    def believe(self, content: bytes) -> None:
        """It turns out to be in the journal."""
        self.ledger.believe(Evidence(digest(content), Strength.DELIVERED, "drop (folder)", NOON))
        self.proved.add(digest(content))

    @rule()
    def go_round(self) -> None:
        """Look, judge, purge."""
        photos = self.ledger.note(self.media.settled(), NOON)
        self.purge(photos)

    @rule(name=names, content=CONTENTS, in_place=st.booleans())
    def go_round_while_someone_writes(self, name: str, content: bytes, in_place: bool) -> None:  # noqa: FBT001 - drawn
        """A photo that was added is overwritten or exchanged between the look and the deed."""
        if name in self.there and (self.camera / name).exists():
            before = (self.camera / name).read_bytes()
            self.believe(before)
        photos = self.ledger.note(self.media.settled(), NOON)
        (self.take if in_place else self.swap)(name, content)
        self.purge(photos)

    def purge(self, photos: tuple[Photo, ...]) -> None:
        """Do what the agreement orders on this look."""
        for photo in photos:
            if photo.evidence:
                self.removing.purge(photo)
        for name in [n for n, d in self.there.items() if d in self.proved and not (self.camera / n).exists()]:
            del self.there[name]

    @rule()
    def restart(self) -> None:
        """Switch it off and on."""
        self.ledger.close()
        self.start()

    @rule()
    def tell(self) -> None:
        """The controller hears everything."""
        pieces = self.ledger.unsent(500)
        chained(self.chain, pieces)
        for piece in pieces:
            assert piece.number == self.number + 1
            self.chain, self.number = piece.chain, piece.number
            if isinstance(said := piece.said(), PhotoPurged):
                self.records.append(said)
        self.ledger.confirmed(self.number)

    @invariant()
    def nothing_unproved_is_missing(self) -> None:
        """Every file is as its owner left it, but for those that are proved."""
        for name, content in self.there.items():
            if content not in self.proved:
                assert digest((self.camera / name).read_bytes()) == content

    @invariant()
    def every_record_has_its_evidence(self) -> None:
        """What is told as purged was proved, and counted once."""
        assert {record.digest for record in self.records} <= self.proved
        counts = self.ledger.counts(NOON, 0)
        assert counts.purged >= len(self.records)
        assert counts.purged + counts.gone <= counts.taken
        assert self.ledger.intents() == ()

    def teardown(self) -> None:
        """Every deed was told, exactly once."""
        self.tell()
        assert len(self.records) == self.ledger.counts(NOON, 0).purged
        self.ledger.close()
        shutil.rmtree(self.home)


TestPhotos = Photos.TestCase
TestPhotos.settings = settings(
    max_examples=50,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
