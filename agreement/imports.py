"""What travels about the journal's exports: which imports there are, and what their pictures look like as fingerprints.

A tablet asks for the fingerprints, finds out by itself which pictures may be its own photos, and fetches those few.
What it has on it is told to nobody. A picture is known by the SHA-256 of its bytes, in every import the same.

GET /v1/imports?after=N                      ImportList: the imports after number N that are ready
GET /v1/imports/N/index?after=ID             IndexPage: those of import N whose id follows ID; the first page without
GET /v1/pictures/ID                          the picture's bytes, as the journal gave them
"""

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from agreement.facts import Publication
from agreement.letters import Aware, Count, Digest, Number, RefusedError, Short

MAX_LIST = 100
"""The most imports in one list, the oldest first; ask again with the last number."""

MAX_PAGE = 1000
"""The most pictures on one page of an index."""

MAX_PAGE_BYTES = 1024 * 1024
"""About the most bytes of one page; a page holds at least one picture."""

MAX_LETTER = 4 * 1024 * 1024
"""What a reader takes: a page, with room for one picture that is large."""


class ImportReady(Struct, frozen=True):
    """One export of the journal that was read to its end."""

    number: Number
    as_of: Aware  # when it was handed in: what was added to the journal later is not in it
    ready_at: Aware
    source: Short  # for evidence, in words a manager knows: “journal export of 24 November 2026 (import 3)”
    pictures: Count  # that count as added, videos not included
    videos: Count
    kept_until: Aware | None = None  # until when the pictures themselves can be fetched; None: they are gone


class ImportList(Struct, frozen=True):
    """The imports after the one that was named, the oldest first."""

    imports: Annotated[tuple[ImportReady, ...], Meta(max_length=MAX_LIST)]


class Indexed(Struct, frozen=True):
    """One picture of an import that counts as added."""

    id: Digest  # SHA-256 of its bytes
    size: Count  # bytes
    publication: Publication
    fingerprint: msgspec.Raw  # a Fingerprint of agreement/matching as JSON: read it only where pictures are known


class IndexPage(Struct, frozen=True):
    """A page of an import's index, by id."""

    number: Number
    pictures: Annotated[tuple[Indexed, ...], Meta(max_length=MAX_PAGE)]
    following: Digest | None = None  # ask for the pictures after this id; None: these were the last


Letter = ImportList | IndexPage
One = TypeVar("One")

LISTS = msgspec.json.Decoder(ImportList)
PAGES = msgspec.json.Decoder(IndexPage)
"""Decoders, made while one thread imports this; see letters.READERS."""


def read_list(body: bytes) -> ImportList:
    """Read a list of imports. Raises RefusedError("too_large" | "malformed")."""
    return read(LISTS, body)


def read_page(body: bytes) -> IndexPage:
    """Read a page of an index. Raises RefusedError("too_large" | "malformed")."""
    return read(PAGES, body)


def read(decoder: "msgspec.json.Decoder[One]", body: bytes) -> One:
    """Read one letter. Raises RefusedError("too_large" | "malformed")."""
    if len(body) > MAX_LETTER:
        msg = f"the letter is {len(body)} bytes long; {MAX_LETTER} is the most"
        raise RefusedError("too_large", msg)
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as wrong:
        raise RefusedError("malformed", str(wrong)) from wrong


def write(letter: Letter) -> bytes:
    """Write a letter as JSON; reading gives back an equal one."""
    return msgspec.json.encode(letter)
