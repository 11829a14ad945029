"""What an export consists of: entries, each with what the export tells of it, and a way to open it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from agreement.facts import Publication


class Source(Protocol):
    """A file that is read from its beginning to its end."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; none at the end. Raises ExportError."""
        ...


Opener = Callable[[], AbstractContextManager[Source]]

ARCHIVES: Final = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
)
DOCUMENTS: Final = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".pages", ".numbers", ".key")
"""Files that are archives inside and stand for themselves: no picture is handed in by them."""
PDF: Final = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Given:
    """One file as it was handed in. The name has / between its parts and leads nowhere but inside."""

    name: str
    size: int  # bytes, as declared
    open: Opener


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an export, with what the export tells of it."""

    name: str  # never kept longer than the reading takes: it may hold a child's name
    size: int
    publication: Publication
    open: Opener


class Container(Protocol):
    """A ZIP or a folder."""

    @property
    def files(self) -> Sequence[Given]:
        """Every file in it, in an order that is the same each time."""
        ...


@dataclass(frozen=True, slots=True)
class Export:
    """A whole export, checked as far as that goes without reading its pictures."""

    entries: tuple[Entry, ...]
    tells: bool  # of at least one file it says what its state is


def is_pdf(head: bytes) -> bool:
    """Tell a PDF by its first bytes."""
    return head.startswith(PDF)


def is_archive(head: bytes, name: str) -> bool:
    """Tell an archive by its first bytes; a document that is one inside is none."""
    return head.startswith(ARCHIVES) and not name.casefold().endswith(DOCUMENTS)
