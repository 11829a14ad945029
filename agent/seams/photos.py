"""The pictures and videos on the tablet: finding them, removing them with all their copies, sealing them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from agreement.facts import Held


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A settled picture or video, as the disk shows it."""

    path: str
    digest: str
    size: int
    taken_at: datetime
    device: int
    inode: int
    mtime_ns: int


class PurgeRefusedError(Exception):
    """The file was not deleted, and is as it was; says why in one sentence."""


class PurgePostponedError(PurgeRefusedError):
    """Another program has the file open just now: it is tried again soon, and is news only when it lasts."""

    def __init__(self, why: str, *, lasts: bool = False) -> None:
        super().__init__(why)
        self.lasts = lasts


Opener = Callable[[FoundFile], AbstractContextManager[int]]
"""Opens the very file that was found, for reading: a descriptor. Raises PurgeRefusedError where it is not there."""


class Media(Protocol):
    """The pictures and videos on the tablet: finding them, and removing one with everything derived from it."""

    def settled(self) -> tuple[FoundFile, ...]:
        """Every picture and video in the watched folders that nothing has written to for a while."""
        ...

    def next_settles_in(self) -> timedelta | None:
        """How long until a file that is still changing may have settled; None when none is."""
        ...

    def partners(self, file: FoundFile) -> tuple[FoundFile, ...]:
        """Other photos that are proved to be of the same exposure as this one: its raw file, its motion.

        Told only while this one is there. What is proved of this one, such as being in the journal, is proved of them.
        Raises PurgeRefusedError when a disk fails, so that it cannot be told.
        """
        ...

    def purge(self, file: FoundFile) -> Mapping[str, int]:
        """Delete this very file, checked again on the open descriptor, then its copies; durable on return.

        Gives how many copies went with it, by kind ("thumbnail", "trash", "partner", "copy"; "... left" for what would
        not go). Raises PurgePostponedError while a program has it open, PurgeRefusedError.
        """
        ...

    def purge_copies(self, file: FoundFile) -> Mapping[str, int]:
        """Delete what was derived from a file that is gone already: the second half of a purge cut short."""
        ...

    def previews(self) -> tuple[FoundFile, ...]:
        """Small pictures whose names say nothing of their photos, as the last search for copies found them.

        The newest first, without digests. Each is named until it is decided on.
        """
        ...

    def decide(self, preview: FoundFile, *, goes: bool) -> bool:
        """Remove a preview, unless it was changed or a program has it open, or let it stay; True when it is gone."""
        ...

    def was_changed(self, file: FoundFile) -> bool:
        """Tell whether the same file, by its inode, is in its place with another content: somebody edited it."""
        ...

    def is_there(self, file: FoundFile) -> bool:
        """Tell whether this very file (inode, size, digest) is still in its place."""
        ...


class Boxes(Protocol):
    """Sealed photos: what a person's word removed, until it is put back or let go."""

    def seal(self, file: FoundFile, public: str, photo: str = "") -> "Box":
        """Seal this very file for a public key (64 hex digits); durable on return.

        `photo` is the name of the box of the photo that it goes with: whoever opens that can open this one too.
        Raises PurgeRefusedError when it is not what was found, OSError.
        """
        ...

    def put_back(self, held: Held, name: str, path: str, key: str) -> None:
        """Open a box with its key (hex) and put its photo back where it was; durable on return.

        The key of the box of the photo that it goes with does it too.
        Raises ValueError when the key does not open it, OSError.
        """
        ...

    def key_of(self, name: str) -> bytes:
        """The sealed key of a box. Raises ValueError, OSError."""
        ...

    def drop(self, name: str) -> None:
        """Remove a box, durably; one that is gone already is gone."""
        ...

    def sweep(self, wanted: frozenset[str]) -> None:
        """Remove the boxes that nothing hangs on."""
        ...


@dataclass(frozen=True, slots=True)
class Box:
    """A sealed photo: the name of its file among the boxes, and the beginning of it, which only one key opens."""

    name: str
    sealed_key: bytes  # agreement/boxes.py
