"""The agent's own way from evidence to gone, on real folders: media, ledger and removing, without a round."""

from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from agent.ledger import Ledger
from agent.media import Boxes, Media
from agent.removing import Removing
from agreement.facts import Evidence, Photo, Strength
from agreement.letters import PhotoPurged
from tests.agreement.cast import NOON
from tests.fakes.clock import StillClock
from tests.parts.photos import digest


class Purger:
    """One tablet that looks and purges, and tells nobody."""

    def __init__(self, home: Path, watched: list[Path]) -> None:
        self.ledger = Ledger(home / ".local/state/safeuse-agent/ledger.sqlite3")
        self.media = Media(watched, [home], self.ledger.digests(), timedelta(microseconds=1))
        self.removing = Removing(StillClock(), self.media, Boxes(home / "held", watched), self.ledger)

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
            for photo in proved:
                self.removing.purge(photo)
        copies: dict[str, int] = {}
        for news in self.ledger.unsent(500):
            if isinstance(said := news.said(), PhotoPurged):
                copies |= {kind: copies.get(kind, 0) + number for kind, number in said.copies.items()}
        return copies
