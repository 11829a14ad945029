"""What every way to a journal can do, and how it says that it cannot. One file a way: webdav, sftp, folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

PIECE = 256 * 1024
"""Bytes that are sent or read at once."""

MOST_ENTRIES = 200_000
"""The most files that are looked at in one journal; some years of one setting."""

DEEPEST = 12
"""The most folders in folders."""

PART = ".part"
"""How a file is called while it is being sent."""


class TroubleError(Exception):
    """This journal cannot be used now; says why in one sentence."""


class FileTroubleError(TroubleError):
    """This one file could not be delivered or read; the others may be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in the journal: its name there, its size in bytes, and a stamp that changes when it does, if any."""

    name: str
    size: int
    stamp: str = ""


class Body(Protocol):
    """What is sent: exactly `size` bytes."""

    size: int

    def read(self, most: int = -1) -> bytes:
        """The next bytes; none at the end. Raises FileTroubleError when the file is not as long as it was."""
        ...


class Way(Protocol):
    """One way to a journal. Every method raises TroubleError, or FileTroubleError where it is about one file only."""

    def size(self, name: str) -> int | None:
        """How long the file of this name is; None when there is none."""
        ...

    def send(self, name: str, body: Body) -> None:
        """Store this under this name, over whatever has it."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Move a file into its place, over whatever has it."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is removed."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """What is stored under this name, in pieces."""
        ...

    def listing(self) -> Iterator[Entry]:
        """Every file, in folders too."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...
