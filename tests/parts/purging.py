"""The agent's own way from evidence to gone, on real folders: media, ledger and acting, without a round."""

from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from agent.acting import Acting
from agent.ledger import Ledger
from agent.media import Media
from agreement.agreement import Agreement
from agreement.facts import Evidence, Photo, Strength
from agreement.letters import PhotoPurged, Standing
from agreement.rulings import Purge
from tests.agreement.cast import NOON
from tests.fakes.clock import StillClock
from tests.fakes.courier import Desk, FakeCourier
from tests.fakes.device import FakeDevice
from tests.parts.photos import digest

STANDING = Standing(1, "sunflower-1", "Sunflower 1", "Larkfield Nursery", Agreement())


class Purger:
    """One tablet that looks and purges, and tells nobody."""

    def __init__(self, home: Path, watched: list[Path]) -> None:
        self.ledger = Ledger(home / ".local/state/safeuse-agent/ledger.sqlite3")
        self.media = Media(watched, [home], self.ledger.digests(), timedelta(microseconds=1))
        device, desk = FakeDevice(), FakeCourier(Desk(STANDING))
        self.acting = Acting(StillClock(), device, device, self.media, self.ledger, desk)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self.ledger.close()

    def look(self) -> tuple[Photo, ...]:
        """Everything that is there; the first look finds it, the second finds it settled."""
        self.media.settled()
        return self.ledger.note(self.media.settled(), NOON)

    def purge(self, content: bytes) -> dict[str, int]:
        """It turns out to be in the journal; gives what else went, by kind, in all its records."""
        self.look()
        self.ledger.believe(Evidence(digest(content), Strength.DELIVERED, "drop (folder)", NOON))
        while proved := [photo for photo in self.look() if photo.evidence]:
            self.acting.act([Purge(photo) for photo in proved])
        copies: dict[str, int] = {}
        for news in self.ledger.unsent(500):
            if isinstance(said := news.said(), PhotoPurged):
                copies |= {kind: copies.get(kind, 0) + number for kind, number in said.copies.items()}
        return copies
