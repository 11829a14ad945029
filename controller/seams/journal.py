"""What is remembered of the journal's exports, and what takes a picture's fingerprint."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from agreement.facts import Publication
from controller.imported import Answer, Disputed, Import, Picture, PictureClaim, Tally
from controller.records import Author


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

    def counting(self, ident: int, digests: Sequence[str], counted: frozenset[Publication]) -> frozenset[str]:
        """Which of these pictures an import has and counts."""
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


class Claims(Protocol):
    """Which photo each picture of the journal was found to be, and who was refused since."""

    def of(self, pictures: Sequence[str]) -> dict[str, PictureClaim]:
        """The claims of these pictures, by picture."""
        ...

    def add(self, claims: Sequence[PictureClaim]) -> None:
        """Keep the first claim of each of these pictures."""
        ...

    def dispute(self, disputed: Sequence[Disputed]) -> int:
        """Remember who was refused, once for a picture and a tablet; gives how many are new."""
        ...

    def disputes(self, setting: str, most: int) -> tuple[Disputed, ...]:
        """Those that nobody has noted as seen, on tablets that take part, the latest first."""
        ...

    def note(self, picture: str, device: str, author: Author) -> bool:
        """Note one as seen; False when there was nothing to note."""
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
