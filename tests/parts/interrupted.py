"""Media that something happens to in the middle of a purge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from agent.media import Media
from agent.seams.photos import FoundFile


@dataclass
class Interrupted:
    """Media during whose first purge something happens: before the deed, or after it."""

    media: Media
    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None
    purged: int = 0

    def partners(self, file: FoundFile) -> tuple[FoundFile, ...]:
        return self.media.partners(file)

    def purge(self, file: FoundFile) -> Mapping[str, int]:
        self.purged += 1
        if self.purged > 1:
            return self.media.purge(file)
        self.before()
        copies = self.media.purge(file)
        self.after()
        return copies

    def settled(self) -> tuple[FoundFile, ...]:
        return self.media.settled()

    def next_settles_in(self) -> timedelta | None:
        return self.media.next_settles_in()

    def purge_copies(self, file: FoundFile) -> Mapping[str, int]:
        return self.media.purge_copies(file)

    def was_changed(self, file: FoundFile) -> bool:
        return self.media.was_changed(file)

    def previews(self) -> tuple[FoundFile, ...]:
        return self.media.previews()

    def decide(self, preview: FoundFile, *, goes: bool) -> bool:
        return self.media.decide(preview, goes=goes)

    def is_there(self, file: FoundFile) -> bool:
        return self.media.is_there(file)
