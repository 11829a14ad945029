"""Previews with numbers for names that a search found, until somebody has looked at them and decided."""

import logging

from agent.media.copies import NO_FILE
from agent.media.deleting import remove
from agent.media.holders import Holders
from agent.media.lease import HeldError
from agent.media.places import Place
from agent.media.previews import Preview
from agent.media.search import Search
from agent.seams.photos import FoundFile

log = logging.getLogger(__name__)


class Undecided:
    """What the last search found: another search forgets what the one before it found."""

    def __init__(self, holders: Holders) -> None:
        self._holders = holders
        self._search: Search | None = None
        self._left: dict[FoundFile, Preview] = {}

    def found(self, search: Search | None) -> None:
        """Take up what a new search found, the newest first."""
        if search is not None and search is not self._search:
            self._search = search
            self._left = {seen.file: seen for seen in sorted(search.previews, key=lambda seen: -seen.mtime_ns)}

    def files(self) -> tuple[FoundFile, ...]:
        """Those that nobody decided on yet."""
        return tuple(self._left)

    def place_of(self, file: FoundFile) -> Place | None:
        """Where one of them lies; None for anything else."""
        preview = self._left.get(file)
        return preview.place if preview else None

    def decide(self, file: FoundFile, *, goes: bool) -> bool:
        """Remove one, or let it stay; True when it is gone. One that a program has open stays undecided."""
        preview = self._left.get(file)
        if preview is None:
            return False
        try:
            if goes:
                remove(preview.place, preview.is_it, self._holders)
        except HeldError:
            return False
        except NO_FILE:
            goes = False
        except OSError as failure:
            log.warning("a preview of a photo that left stays: %s", failure.strerror)
            goes = False
        del self._left[file]
        return goes
