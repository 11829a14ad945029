"""What was read from a journal before, so that not everything is fetched again each time. Never evidence by itself."""

import contextlib
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

from agent.journals.way import Entry

LASTS = 6 * 3600
"""Seconds for which a digest is remembered: a stamp of whole seconds may miss a change; it is not believed for ever."""

MOST = 20_000
"""The most files that are remembered of one journal; some 3 MB."""


class Memory:
    """The digests of a journal's files, by name, size and stamp. A file without a stamp is never remembered."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, list[Any]] = {}
        if path:
            with contextlib.suppress(OSError, ValueError):  # a memory that cannot be read is none
                known = json.loads(path.read_text())
                self._known = known if isinstance(known, dict) else {}

    def recall(self, entry: Entry) -> str | None:
        """The digest of this file, if it was read before and shows no sign of change."""
        match self._known.get(entry.name):
            case [size, stamp, str(digest), int(at)] if (size, stamp) == (entry.size, entry.stamp):
                return digest if entry.stamp and 0 <= int(time.time()) - at < LASTS else None
        return None

    def remember(self, entry: Entry, digest: str) -> None:
        """Remember what was read."""
        self._known.pop(entry.name, None)
        if entry.stamp:
            self._known[entry.name] = [entry.size, entry.stamp, digest, int(time.time())]

    def save(self) -> None:
        """Write it down for the next time, the newest only. Raises OSError."""
        if self._path is None:
            return
        newest = dict(list(self._known.items())[-MOST:])
        part = self._path.with_name(self._path.name + ".part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123 - by descriptor, for its mode
            json.dump(newest, file)
        part.replace(self._path)


def path_for(state: Path, name: str) -> Path:
    """Where the memory of the journal of this name is kept."""
    return state / f"journal-{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"
