"""A machine that lives through anything that can happen to photos, in any order, and knows what must hold throughout.

The agent is whole: real ledger, real media, real rounds, on a real folder. People take, change, move, link, copy, throw
away and restore files; the journal turns out to hold one; the agent goes round, crashes in the middle, starts again.
`there` is what people left, by path below the home; nothing of it may go but what is proved. More rules and more
strengths of evidence can be added by a subclass.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agent.seams.photos import FoundFile
from agreement.facts import Strength
from agreement.letters import PhotoPurged
from tests.parts.photos import digest
from tests.parts.tablet import Tablet

NAMES = st.sampled_from(["a.jpg", "A.JPG", "b.jpg", "b.dng", "-d.png", "\udcff.jpg", "new\nline.webp", "sub/c.mp4"])
CONTENTS = st.sampled_from([b"beans", b"ponds", b"story", b"the whole garden"])
ELSEWHERE = st.sampled_from(["Documents/copy.jpg", "Documents/x", ".cache/journal/upload", "Downloads/a.jpg"])
PLACES = NAMES.map(lambda name: f"DCIM/{name}") | ELSEWHERE
WHICH = st.integers(0, 11)
"""Which of the files that are there, by its number among them."""
STEPS = (
    "ledger.believe",
    "ledger.intend",
    "media.purge",
    "media._purging.with_copies",
    "media.purge_copies",
    "ledger.purged",
    "ledger.abandon",
    "ledger.confirmed",
)
"""What a purge and its telling are made of."""

TRASH = ".local/share/Trash/files"


class CrashError(BaseException):
    """The power goes."""


class PhotosLife(RuleBasedStateMachine):
    """One tablet's life with photos."""

    disk: ClassVar[str | None] = None  # where to live; the system's choice
    lived: ClassVar[Counter[str]] = Counter()  # what happened in all runs, so that a test can see that it did

    @initialize()
    def switch_on(self) -> None:
        """A new tablet."""
        self.home = Path(tempfile.mkdtemp(prefix="safeuse-", dir=self.disk))
        self.tablet = Tablet(self.home)
        for folder in ("DCIM/sub", "Documents", ".cache/journal", "Downloads", TRASH):
            (self.home / folder).mkdir(parents=True)
        self.there: dict[str, str] = {}
        self.proved: set[str] = set()
        self.deeds = 0
        self.copies_gone = 0
        self.has_crashed = False
        for name in ("a.jpg", "b.jpg", "sub/c.mp4"):
            self.write(f"DCIM/{name}", name.encode())

    # what people do

    @rule(name=NAMES, content=CONTENTS)
    def take(self, name: str, content: bytes) -> None:
        """Take a photo; one of that name is overwritten in place."""
        self.write(f"DCIM/{name}", content)

    @rule(which=WHICH, content=CONTENTS)
    def swap(self, which: int, content: bytes) -> None:
        """Put another file in the place of one."""
        if path := self.one(which):
            self.put(path, content)

    @rule(which=WHICH)
    def edit(self, which: int) -> None:
        """Change one a little, and set its time back, as some editors do."""
        if path := self.one(which):
            was = (self.home / path).stat()
            self.write(path, (self.home / path).read_bytes()[::-1])
            os.utime(self.home / path, ns=(was.st_mtime_ns, was.st_mtime_ns))

    @rule(which=WHICH)
    def touch(self, which: int) -> None:
        """Give one a fresh time."""
        if path := self.one(which):
            (self.home / path).touch()

    @rule(which=WHICH, to=PLACES)
    def rename(self, which: int, to: str) -> None:
        """Rename one, perhaps over another."""
        if (path := self.one(which)) and to not in self.linked(path):
            (self.home / path).rename(self.home / to)
            self.there[to] = self.there.pop(path)

    @rule(which=WHICH, to=PLACES)
    def link(self, which: int, to: str) -> None:
        """Give one a second name, in a watched folder or elsewhere."""
        if (path := self.one(which)) and not os.path.lexists(self.home / to):
            (self.home / to).hardlink_to(self.home / path)
            self.there[to] = self.there[path]

    @rule(which=WHICH, to=PLACES)
    def duplicate(self, which: int, to: str) -> None:
        """Copy one."""
        if (path := self.one(which)) and to not in self.linked(path):
            self.write(to, (self.home / path).read_bytes())

    @rule(which=WHICH)
    def delete(self, which: int) -> None:
        """Somebody deletes one for good."""
        if path := self.one(which):
            (self.home / path).unlink()
            del self.there[path]

    @rule(which=WHICH, as_=st.sampled_from(["1.jpg", "2.jpg"]))
    def throw_away(self, which: int, as_: str) -> None:
        """Somebody puts one into the trash, as file managers do: it is moved there."""
        self.rename(which, f"{TRASH}/{as_}")

    @rule(which=WHICH, to=PLACES)
    def restore(self, which: int, to: str) -> None:
        """Somebody takes one out of the trash again."""
        if (thrown := self.one(which, TRASH)) and to not in self.linked(thrown):
            (self.home / thrown).rename(self.home / to)
            self.there[to] = self.there.pop(thrown)
            self.lived["restored"] += 1

    @rule(which=WHICH)
    def match(self, which: int, below: str = "") -> None:
        """The journal turns out to hold one."""
        if path := self.one(which, below):
            content = digest((self.home / path).read_bytes())
            self.tablet.add_to_journal(content, Strength.PUBLISHED)
            self.proved.add(content)

    # what the agent does

    @rule(which=WHICH)
    def go_round(self, which: int) -> None:
        """Look, judge, purge, tell."""
        self.match(which)
        self.agent_does(lambda: self.tablet.go(3))

    @rule(which=WHICH, count=st.integers(0, 7), again=st.integers(0, 3), after=st.booleans())
    def crash(self, which: int, count: int, again: int, after: bool) -> None:  # noqa: FBT001 - drawn
        """The power goes right before or after one of the steps of a round, and perhaps again while that is mended."""
        self.match(which, "DCIM/")
        self.agent_does(lambda: self.crashing(count, again, after=after))

    @rule(which=WHICH, content=CONTENTS, in_place=st.booleans())
    def go_round_while_someone_writes(self, which: int, content: bytes, in_place: bool) -> None:  # noqa: FBT001 - drawn
        """A photo that was added is overwritten or exchanged between the look and the deed."""
        if path := self.one(which):
            self.match(which)
            write = self.write if in_place else self.put
            self.agent_does(lambda: self.tablet.go(2), meanwhile=lambda: write(path, content))

    @rule()
    def restart(self) -> None:
        """Switch it off and on."""
        self.agent_does(self.tablet.restart)

    # what must hold

    @invariant()
    def nothing_unproved_is_missing(self) -> None:
        """Every file is as its owner left it, but for those that are proved."""
        for path, content in self.there.items():
            assert digest((self.home / path).read_bytes()) == content, path

    @invariant()
    def every_record_has_its_evidence(self) -> None:
        """What is told as purged was proved; the ledger counts every photo once."""
        counts = self.tablet.ledger.counts(self.tablet.clock.now(), 0)
        assert {record.digest for record in self.tablet.told(PhotoPurged)} <= self.proved
        assert counts.taken >= counts.waiting + counts.purged + counts.gone
        assert self.tablet.ledger.intents() == ()

    def teardown(self) -> None:
        """Every deed was told exactly once, and so was every copy that went, unless a crash came in between."""
        if not hasattr(self, "tablet"):
            return
        try:
            self.agent_does(lambda: self.tablet.go(3))
            self.judge()
        finally:
            shutil.rmtree(self.home)

    def judge(self) -> None:
        """Count."""
        records = self.tablet.told(PhotoPurged)
        told = sum(number for record in records for kind, number in record.copies.items() if kind in {"copy", "cache"})
        told += sum(record.copies.get("trash", 0) + record.copies.get("link", 0) for record in records)
        counts = self.tablet.ledger.counts(self.tablet.clock.now(), 0)
        self.tablet.close()
        assert len(records) == self.deeds
        assert counts.purged == self.deeds
        assert told == self.copies_gone or (self.has_crashed and told <= self.copies_gone)
        self.lived.update({"deeds": self.deeds, "copies": self.copies_gone})

    # how

    def one(self, which: int, below: str = "") -> str | None:
        """One of the files that people left below a folder; None where there is none."""
        paths = sorted(path for path in self.there if path.startswith(below))
        return paths[which % len(paths)] if paths else None

    def linked(self, path: str) -> list[str]:
        """Every name of the same file."""
        inode = (self.home / path).stat().st_ino
        return [other for other in self.present() if (self.home / other).stat().st_ino == inode]

    def write(self, path: str, content: bytes) -> None:
        """Write over what is there, under all its names."""
        (self.home / path).write_bytes(content)
        os.utime(self.home / path, ns=(self.tablet.wall(), self.tablet.wall()))
        self.there[path] = digest(content)
        for other in self.linked(path):
            self.there[other] = digest(content)

    def put(self, path: str, content: bytes) -> None:
        """Put another file in the place of one."""
        (self.home / "swap.tmp").write_bytes(content)
        (self.home / "swap.tmp").rename(self.home / path)
        self.there[path] = digest(content)

    def crashing(self, count: int, again: int, *, after: bool) -> None:
        """Go round and crash at the step with this number, if it comes to that; then again while that is made good."""
        if self.crashes(count, lambda: self.tablet.go(3), after=after):
            self.tablet.ledger.close()
            self.tablet.begin()
            self.crashes(again, self.tablet.removing.recover, after=after)
        self.tablet.restart()

    def crashes(self, count: int, deed: Callable[[], object], *, after: bool) -> bool:
        """Do something that ends right before or after so many steps; tells whether it came to that."""
        with ExitStack() as whole:
            left = [count]
            for step in STEPS:
                whole.enter_context(self.cut_at(step, left, after=after))
            try:
                deed()
            except CrashError:
                self.has_crashed = True
                return True
        return False

    @contextmanager
    def cut_at(self, step: str, left: list[int], *, after: bool) -> Iterator[None]:
        """Let a step be the end when none are left to be done before it."""
        *way, name = step.split(".")
        owner: Any = self.tablet
        for part in way:
            owner = getattr(owner, part)
        real = getattr(owner, name)

        def cut(*arguments: object) -> object:
            left[0] -= 1
            if left[0] >= 0:
                return real(*arguments)
            if after:
                real(*arguments)
            self.lived[f"crashed at {step}"] += 1
            raise CrashError

        setattr(owner, name, cut)
        try:
            yield
        finally:
            delattr(owner, name)

    def agent_does(self, deed: Callable[[], object], meanwhile: Callable[[], object] = lambda: None) -> None:
        """Let the agent do something, and find out what is gone that people left there."""
        self.believe_of_raw_files()
        look = self.tablet.media.settled
        before: dict[str, int] = {}

        def look_while_someone_acts() -> tuple[FoundFile, ...]:
            found = look()
            self.count(before)
            meanwhile()
            before.update({path: (self.home / path).stat().st_ino for path in self.present()})
            return found

        before.update({path: (self.home / path).stat().st_ino for path in self.there})
        self.tablet.media.settled = look_while_someone_acts  # type: ignore[method-assign]  # looked over the shoulder
        deed()
        self.tablet.media.__dict__.pop("settled", None)
        self.count(before)

    def present(self) -> list[str]:
        """What people left and is still there."""
        return [path for path in self.there if os.path.lexists(self.home / path)]

    def believe_of_raw_files(self) -> None:
        """What is proved of a picture may be believed of the raw file that was written with it."""
        for path, content in list(self.there.items()):
            if path.endswith(".jpg") and content in self.proved and f"{path[:-4]}.dng" in self.there:
                self.proved.add(self.there[f"{path[:-4]}.dng"])

    def count(self, before: dict[str, int]) -> None:
        """A file that is gone under all its names, one of them watched, is one deed; all else are copies and links."""
        gone = sorted(self.there.keys() - set(self.present()))
        for path in gone:
            assert self.there[path] in self.proved, f"{path} was never in the journal"
            del self.there[path]
        whole = {before[path] for path in gone} - {before.get(path) for path in self.there}
        deeds = {before[path] for path in gone if path.startswith("DCIM/") and before[path] in whole}
        self.deeds += len(deeds)
        self.copies_gone += len(gone) - len(deeds)
