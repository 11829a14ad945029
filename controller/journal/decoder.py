"""The child process that takes fingerprints: the only part of the controller that decodes pictures, and it ends.

Started by fingerprints.py as `python -m controller.journal.decoder`. It reads one request a line, answers one line, and
ends with its input. It can write no file, has a bound on memory and on time, and opens sealed pictures by a key that it
is handed through the pipe; so what breaks a decoder costs one picture, and reaches nothing.
"""

import resource
import sys
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec
from msgspec import Struct

from agreement.bounds import READING
from agreement.drawers import Drawer

NOTHING: Final = msgspec.Raw(b"null")


class Sniff(Struct, frozen=True, tag="sniff"):
    """Ask what kind of file begins like this."""

    head: bytes


class Take(Struct, frozen=True, tag="take"):
    """Take the fingerprint of a sealed file."""

    path: str
    key: bytes
    kind: str


class Sniffed(Struct, frozen=True, tag="sniffed"):
    """The kind; None: neither picture nor video."""

    kind: str | None


class Taken(Struct, frozen=True, tag="taken"):
    """The fingerprint as JSON; null: it cannot be decoded."""

    fingerprint: msgspec.Raw


REQUESTS: Final = msgspec.json.Decoder(Sniff | Take)
ANSWERS: Final = msgspec.json.Decoder(Sniffed | Taken)


def answer(request: Sniff | Take) -> Sniffed | Taken:
    """Answer one request."""
    from agreement.matching.fingerprints import (  # noqa: PLC0415 - only in this process, and only once it is bounded
        Kind,
        UndecodableError,
        fingerprint,
        kind_of,
    )

    if isinstance(request, Sniff):
        return Sniffed(kind_of(request.head))
    with Path(request.path).open("rb") as file:
        drawer = cast("BinaryIO", Drawer(file, request.key))  # reads as one; what decoders ask for, it has
        try:
            made = fingerprint(drawer, Kind(request.kind))
        except UndecodableError:
            return Taken(NOTHING)
        return Taken(msgspec.Raw(msgspec.json.encode(made)))


def main() -> None:
    """Answer every line until there are no more."""
    READING.lay_on(resource)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(answer(REQUESTS.decode(line))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
