"""A tablet with the agent's door open, in the test's own process, and pages that knock at it."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from agent.seams.ledger import Doubt
from agent.tablet_page import talk
from agent.tablet_page.desk import Desk
from agent.tablet_page.door import Door
from agent.tablet_page.line import Line, call
from agent.tablet_page.people import People
from agreement.boxes import new_pair
from agreement.facts import Lost, Word
from tests.agreement.cast import NOON
from tests.parts.tablet import Tablet

LOST = Lost("incident-1", "stolen", "Please call Larkfield Nursery: 01632 960 001.", NOON)
Kind = TypeVar("Kind")


@dataclass
class OpenTablet:
    """Sunflower 1 with its door open. `homes` are the homes that the agent answers for; empty: its own account's."""

    home: Path
    homes: Sequence[Path] = ()
    agent: int = field(default_factory=os.geteuid)
    public: bool = False

    def __post_init__(self) -> None:
        """Switch it on; nobody has knocked yet."""
        self.tablet = Tablet(self.home)
        self.state = self.home / "state"
        self.state.mkdir(mode=0o700)
        self.doubts = self.state / "doubts"
        self.doubts.mkdir(mode=0o700)
        self.kept_calls: list[str] = []
        self.desk = Desk(self.tablet.ledger, self.tablet.clock, self.doubts, lambda: self.kept_calls.append("asked"))
        people = People(lambda: self.homes or [self.home], self.agent)
        self.door = Door(self.state, self.desk, people, public=self.public)

    def take(self, name: str, content: bytes = b"") -> str:
        """Take a photo and let the agent see it; gives its digest."""
        digest = self.tablet.take(name, content)
        self.tablet.go(2)
        return digest

    def doubt(self, digest: str, picture: str = "picture-1", content: bytes | None = b"a journal's picture") -> None:
        """The photo may be this picture of the journal; its file is at hand unless there is none."""
        ledger = self.tablet.ledger
        held = [doubt for doubt in ledger.doubts() if doubt.digest == digest]
        ledger.doubt([digest], [*held, Doubt(digest, picture, "It may be a part of it.", 1)])
        if content is not None:
            (self.doubts / picture).write_bytes(content)

    def change(self, **terms: object) -> None:
        """The standing says so from now on."""
        was = self.tablet.desk.standing
        self.tablet.desk.change(replace_struct(was, sequence=was.sequence + 1, **terms))
        self.tablet.ledger.keep(self.tablet.desk.standing)

    def agree(self, **terms: object) -> None:
        """The agreement's clause on photos says so from now on."""
        agreement = self.tablet.desk.standing.agreement
        clause = replace(agreement.uploaded_photos, **terms)  # type: ignore[arg-type]  # the tests name real settings
        self.change(agreement=replace(agreement, uploaded_photos=clause))

    def seal_for_real(self) -> None:
        """The controller has sent a key, so that what a word removes is sealed, as in a nursery."""
        _, public = new_pair()
        self.change(recovery=public)

    def said(self) -> dict[str, Word]:
        """The words that stand, by digest."""
        return {digest: said.word for digest, said in self.tablet.ledger.words().items()}

    def close(self) -> None:
        """Switch it off."""
        with contextlib.suppress(OSError):  # a test may have closed the door already
            self.door.stop()
        self.tablet.close()


def replace_struct(struct: Kind, **changes: object) -> Kind:
    """A letter with some of its fields changed."""
    fields = {name: getattr(struct, name) for name in struct.__struct_fields__}  # type: ignore[attr-defined]  # msgspec's
    return type(struct)(**(fields | changes))


@contextmanager
def opened(home: Path, **how: object) -> Iterator[OpenTablet]:
    """A tablet with its door open, until the end of the block."""
    made = OpenTablet(home, **how)  # type: ignore[arg-type]  # the tests name real fields
    try:
        made.door.start()
        yield made
    finally:
        made.close()


@contextmanager
def line(tablet: OpenTablet) -> Iterator[Line]:
    """A page's line to it."""
    made = call([tablet.state])
    try:
        yield made
    finally:
        made.close()


def shown(line: Line) -> talk.Shown:
    """How the tablet stands, as a page hears it."""
    answer = line.ask(talk.Look())
    assert isinstance(answer, talk.Shown), answer
    return answer
