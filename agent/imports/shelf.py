"""The journal's pictures that were fetched: kept while an export is worked through, and while a person is asked."""

import hashlib
import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO

OWN = 0o700
FILE = 0o600
NEW = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
HEX = frozenset("0123456789abcdef")
LENGTH = 64
Fetch = Callable[[str, IO[bytes], int], None]


class Shelf:
    """Two folders that only the agent can read: pictures in hand, and pictures that a person is asked about."""

    def __init__(self, at_hand: Path, doubts: Path) -> None:
        self._at_hand, self._doubts = at_hand, doubts

    def fetched(self, name: str, size: int, fetch: Fetch) -> Path:
        """The file with this picture, fetched where it is not at hand. Raises OSError, and what fetching raises."""
        path = self._at_hand / checked(name)
        if path.exists():
            return path
        self._at_hand.mkdir(mode=OWN, parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        descriptor = os.open(draft, NEW, FILE)
        with open(descriptor, "w+b") as file:  # noqa: PTH123 - by descriptor: no link is followed
            fetch(name, file, size)
            file.seek(0)
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != name:
            draft.unlink()
            msg = "a picture of the journal came changed"
            raise OSError(msg)
        draft.replace(path)
        return path

    def ask_about(self, names: Collection[str]) -> None:
        """Keep these for a person to look at, from what is at hand; forget those that nobody is asked about."""
        wanted = {checked(name) for name in names}
        for name in wanted:
            if (self._at_hand / name).exists():
                self._doubts.mkdir(mode=OWN, parents=True, exist_ok=True)
                (self._at_hand / name).replace(self._doubts / name)
        for path in self._doubts.iterdir() if self._doubts.is_dir() else ():
            if path.name not in wanted:
                path.unlink()

    def clear(self) -> None:
        """Forget what is at hand."""
        for path in self._at_hand.iterdir() if self._at_hand.is_dir() else ():
            path.unlink()


def checked(name: str) -> str:
    """A picture's id, which is a digest and nothing else: it becomes the name of a file. Raises ValueError."""
    if len(name) != LENGTH or not HEX.issuperset(name):
        msg = f"{name!r} is no picture of the journal"
        raise ValueError(msg)
    return name
