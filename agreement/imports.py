"""What travels about the journal's exports: which imports there are, and what their pictures look like as fingerprints.

A tablet asks for the fingerprints, finds out by itself which pictures may be its own photos, and fetches those few.
Before a likeness counts as proof it claims the picture for the photo, so that no other photo, on whichever tablet, is
found to be the same picture. A picture is known by the SHA-256 of its bytes, in every import the same.

GET /v1/imports?after=N                      ImportList: the imports after number N that are ready
GET /v1/imports/N/index?after=ID             IndexPage: those of import N whose id follows ID; the first page without
GET /v1/pictures/ID                          the picture's bytes, as the journal gave them
POST /v1/imports/N/claims                    ClaimList: which photos were found to be pictures of import N; Granted
"""

import hmac
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

MAX_CLAIMS = 500
"""The most claims in one letter; the rest follows in the next."""

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


class Claim(Struct, frozen=True):
    """A photo was found to be this picture of the journal."""

    picture: Digest
    photo: Digest  # blinded: the same photo bears another name with every picture


class ClaimList(Struct, frozen=True):
    """What a tablet found by likeness; a picture stands in one letter once."""

    claims: Annotated[tuple[Claim, ...], Meta(max_length=MAX_CLAIMS)]


class Granted(Struct, frozen=True):
    """The pictures that no other photo was found to be, so far: kept durably before it is answered."""

    pictures: Annotated[tuple[Digest, ...], Meta(max_length=MAX_CLAIMS)]


Letter = ImportList | IndexPage | ClaimList | Granted
One = TypeVar("One")

LISTS = msgspec.json.Decoder(ImportList)
PAGES = msgspec.json.Decoder(IndexPage)
CLAIMS = msgspec.json.Decoder(ClaimList)
GRANTED = msgspec.json.Decoder(Granted)
"""Decoders, made while one thread imports this; see letters.READERS."""


def read_list(body: bytes) -> ImportList:
    """Read a list of imports. Raises RefusedError("too_large" | "malformed")."""
    return read(LISTS, body)


def read_page(body: bytes) -> IndexPage:
    """Read a page of an index. Raises RefusedError("too_large" | "malformed")."""
    return read(PAGES, body)


def read_claims(body: bytes) -> ClaimList:
    """Read claims. Raises RefusedError("too_large" | "malformed"), also when a picture is claimed twice."""
    found = read(CLAIMS, body)
    if len({claim.picture for claim in found.claims}) < len(found.claims):
        msg = "a picture is claimed twice in one letter"
        raise RefusedError("malformed", msg)
    return found


def read_granted(body: bytes) -> Granted:
    """Read what was granted. Raises RefusedError("too_large" | "malformed")."""
    return read(GRANTED, body)


def blinded(digest: str, picture: str) -> str:
    """The name of a photo in the claim of one picture: HMAC-SHA-256 with the photo's digest as the key.

    Whoever does not have the photo learns nothing of its digest, nor that two names are of one photo. Two tablets with
    the very same photo give the very same name.
    """
    return hmac.digest(bytes.fromhex(digest), f"safeuse claim {picture}".encode(), "sha256").hex()


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
