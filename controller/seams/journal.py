"""What is remembered of the journal's exports, and what takes a picture's fingerprint."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from agreement.facts import Publication
from controller.imported import Answer, Import, Picture, Tally


class Imports(Protocol):
    """The imports and their pictures."""

    def begin(self, new: Import) -> Import:
        """Remember a new import; gives it with its id."""
        ...

    def get(self, ident: int) -> Import | None:
        """One import by its id."""
        ...

    def by_token(self, token: str) -> Import | None:
        """The import that is under way with this token."""
        ...

    def every(self, most: int) -> tuple[Import, ...]:
        """The imports, the newest first."""
        ...

    def under_way(self) -> tuple[Import, ...]:
        """Those that are being received or read, the oldest first."""
        ...

    def with_pictures(self) -> tuple[Import, ...]:
        """The ready ones whose pictures are still here, the newest first."""
        ...

    def newest(self) -> int:
        """The number of the newest import that is ready; 0 when there is none."""
        ...

    def pulse(self) -> tuple[int, ...]:
        """Numbers that change whenever there is anything new to show; cheap to ask for."""
        ...

    def put(self, changed: Import) -> None:
        """Keep what has become of an import."""
        ...

    def known(self, digest: str) -> Picture | None:
        """A picture that an earlier import had; its publication is unknown here."""
        ...

    def add(self, ident: int, pictures: Sequence[Picture]) -> Tally:
        """Keep pictures of an import; gives how many of them are new to it, pictures, videos and known ones.

        One that it holds already keeps what was said of it first.
        """
        ...

    def clear(self, ident: int) -> None:
        """Forget the pictures of an import, and the fingerprints that no other import has."""
        ...

    def ready_after(self, number: int, most: int) -> tuple[Import, ...]:
        """The ready imports above this number, the oldest first."""
        ...

    def numbered(self, number: int) -> Import | None:
        """The ready import with this number."""
        ...

    def index(self, ident: int, after: str, most: int, counted: frozenset[Publication]) -> tuple[Picture, ...]:
        """The pictures of an import that count, by digest, from the one after this on."""
        ...

    def holding(self, digest: str, counted: frozenset[Publication]) -> tuple[tuple[Import, int], ...]:
        """The ready imports that still have this picture and count it, the newest first; with the picture's size."""
        ...

    def answered(self, device: str, number: int, at: datetime) -> bool:
        """A tablet has worked through every import up to this number; tells whether that is news."""
        ...

    def answers(self, ident: int) -> tuple[Answer, ...]:
        """The tablets that have worked through an import, in the order in which they did."""
        ...


class FingerprinterError(RuntimeError):
    """No picture at all can be taken on this machine; says what to do."""


class Fingerprinter(Protocol):
    """Takes fingerprints of sealed files, in child processes that end."""

    def kind(self, head: bytes) -> str | None:
        """What a file is by its first bytes: picture, video, or None. Raises FingerprinterError."""
        ...

    def fingerprint(self, path: Path, key: bytes, kind: str) -> bytes | None:
        """The fingerprint of a sealed file as JSON; None when it cannot be decoded, whatever the decoder did then."""
        ...

    def close(self) -> None:
        """End what still runs."""
        ...
