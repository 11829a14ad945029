"""One whole agent in the test's own process: real ledger, real media, a fake device, and a controller in memory."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from agent.acting import Acting
from agent.ledger import Ledger
from agent.looking import Looking
from agent.media import Boxes, Media
from agent.removing import Removing
from agent.round import Round
from agent.seams.photos import FoundFile
from agent.telling import Telling
from agreement.agreement import Agreement
from agreement.facts import Evidence, Lost, Network, Strength
from agreement.letters import Standing
from tests.agreement.cast import LARKFIELD, ONLY_LARKFIELD
from tests.fakes.clock import NOON, StillClock
from tests.fakes.courier import Desk, FakeCourier
from tests.fakes.device import FakeDevice

Kind = TypeVar("Kind")
AGREEMENT = Agreement(secure_network=ONLY_LARKFIELD)


@dataclass
class Bystander:
    """Journals that note what they were asked to look for, and find nothing by themselves."""

    asked: list[tuple[FoundFile, ...]] = field(default_factory=list)

    def consider(self, waiting: Sequence[FoundFile]) -> None:
        """Note it."""
        self.asked.append(tuple(waiting))

    def stop(self) -> None:
        """Nothing is under way."""


@dataclass
class Unhurried:
    """Exports that hold nothing, and a memory of photos that is as good as it is told to be."""

    newest: int = 0
    remembered: bool = True
    looks: dict[str, bytes] = field(default_factory=dict)  # fingerprints of small pictures, by path

    def consider(self, newest: int) -> None:
        """Note it."""
        self.newest = newest

    def glance(self, files: Sequence[FoundFile]) -> Mapping[FoundFile, bytes]:
        """What was looked at."""
        return {file: self.looks[file.path] for file in files if file.path in self.looks}

    def remembers(self, _digest: str) -> bool:
        """Every photo may leave, or none."""
        return self.remembered

    def stop(self) -> None:
        """Nothing is under way."""


class Tablet:
    """Sunflower 1. `restart` is a crash and a new beginning on the same disk."""

    def __init__(
        self, home: Path, agreement: Agreement = AGREEMENT, networks: tuple[Network, ...] = (LARKFIELD,)
    ) -> None:
        self.home, self.camera = home, home / "DCIM"
        self.camera.mkdir(parents=True, exist_ok=True)
        self.clock = StillClock(NOON)
        self.device = FakeDevice(seen=networks)
        self.desk = Desk(Standing(1, "sunflower-1", "Sunflower 1", "Larkfield Nursery", agreement))
        self.courier = FakeCourier(self.desk)
        self.begin()
        self.ledger.keep(self.desk.standing)

    def begin(self) -> None:
        """Start the agent on what is on the disk."""
        self.ledger = Ledger(self.home / "ledger.sqlite3")
        self.journals = Bystander()
        self.media = Media([self.camera], [self.home], self.ledger.digests(), timedelta(microseconds=1), self.wall)
        self.telling = Telling("sunflower-1", self.clock, self.device, self.device, self.ledger, self.courier)
        self.boxes = Boxes(self.home / "held", [self.camera])
        self.removing = Removing(self.clock, self.media, self.boxes, self.ledger)
        self.acting = Acting(self.clock, self.device, self.device, self.removing, self.ledger, self.courier)
        looking = Looking("sunflower-1", self.clock, self.device, self.media, self.ledger)
        self.imports = Unhurried()
        self.round = Round(self.ledger, self.journals, self.imports, looking, self.acting, self.telling)

    def restart(self) -> None:
        """Crash, and begin anew."""
        self.ledger.close()
        self.begin()
        self.removing.recover()
        self.removing.sweep()

    def wall(self) -> int:
        """The wall clock, in nanoseconds: the test's."""
        return int(self.clock.now().timestamp() * 1e9)

    def go(self, times: int = 1) -> None:
        """Run rounds, a second apart, so that files settle."""
        for _ in range(times):
            self.clock.advance(timedelta(seconds=1))
            self.desk.now = self.clock.now()
            self.round.run()

    def take(self, name: str, content: bytes = b"") -> str:
        """Take a photo now; gives its digest."""
        content = content or os.urandom(2000)
        path = self.camera / name
        path.write_bytes(content)
        os.utime(path, ns=(self.wall(), self.wall()))
        return hashlib.sha256(content).hexdigest()

    def add_to_journal(self, digest: str, strength: Strength = Strength.PUBLISHED) -> None:
        """The journal turns out to hold it."""
        self.ledger.believe(Evidence(digest, strength, "the journal’s export", self.clock.now()))

    def is_reported(self, lost: Lost | None) -> None:
        """The controller's standing says so from now on."""
        self.stands(lost=lost)

    def stands(self, **changes: object) -> None:
        """The controller's standing is another one from now on, and comes by the long poll."""
        newer = {"sequence": self.desk.standing.sequence + 1} | changes
        self.desk.change(replace(self.desk.standing, **newer))
        self.ledger.keep(self.desk.standing)

    def told(self, kind: type[Kind]) -> list[Kind]:
        """What it has told the controller so far, of one kind."""
        return [what for what in self.desk.said() if isinstance(what, kind)]

    def photos(self) -> list[str]:
        """The names of what is in the camera's folder."""
        return sorted(path.name for path in self.camera.iterdir())

    def close(self) -> None:
        """Switch it off."""
        self.ledger.close()
