"""Sealed boxes: a file of any size, encrypted for one key, that whoever sealed it cannot open again.

A box is MARK, the sealed key (a fresh key, encrypted to an X25519 public key by libsodium's sealed box), what opens the
boxes of its partners, and libsodium's secretstream (XChaCha20-Poly1305) of the content in pieces, the last one marked
as the last: a box that was cut short, reordered or changed does not open. To open a box one needs the stream's key
alone, so the holder of the private key can hand that out without ever having the box.

Files of one exposure are in boxes of their own, and come back together: from the key of a photo's box a second X25519
pair is made. Its public half stands in that box, and the key of a partner's box is sealed for it too. So who is handed
the key of the photo's box opens the partners' boxes, and not the other way round.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

MARK = b"SAFEUSE2"
FIRST = b"SAFEUSE1"
"""Boxes of the first kind have no partners, and still open."""

SEALED_KEY = bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES + bindings.crypto_box_SEALBYTES
PUBLIC = bindings.crypto_box_PUBLICKEYBYTES
ALONE = bytes(SEALED_KEY)
"""Stands in the box of a file that is no partner."""

HEADER = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
MORE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
LAST = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
OVERHEAD = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
PIECE = 64 * 1024
"""Bytes of content in one piece; what sealing and opening cost in memory, however long the video."""


class Readable(Protocol):
    """Something that bytes can be read from, in order."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


class Writable(Protocol):
    """Something that bytes can be written to, in order."""

    def write(self, data: bytes, /) -> object:
        """Write them all."""
        ...


class BoxError(ValueError):
    """This box does not open: it is no box, was changed or cut, or is sealed for another key."""


@dataclass(frozen=True, slots=True)
class Content:
    """What went into a box, or came out of one."""

    digest: str  # SHA-256, 64 lower-case hex digits
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a box begins."""

    sealed_key: bytes
    partners: str = ""  # the public key (hex) for which the boxes of its partners are sealed too; empty: none
    opener: bytes = ALONE  # its key, sealed for the partners' key of another box
    bound: bytes | None = None  # all of it, when the content is bound to it


def new_pair() -> tuple[bytes, str]:
    """Make a key pair: the private half (32 bytes) and the public one (64 hex digits)."""
    private = PrivateKey.generate()
    return bytes(private), bytes(private.public_key).hex()


def public_of(private: bytes) -> str:
    """The public half (64 hex digits) of a private key. Raises BoxError for what is none."""
    try:
        return bytes(PrivateKey(private).public_key).hex()
    except (CryptoError, ValueError, TypeError) as wrong:
        msg = "this is no private key"
        raise BoxError(msg) from wrong


def seal(source: Readable, target: Writable, public: str, photo: str = "") -> Content:
    """Seal everything that the source gives; `photo` is the partners' key (hex) of the box of the photo it goes with.

    Raises ValueError for what is no public key, and what the two raise.
    """
    key = bindings.crypto_secretstream_xchacha20poly1305_keygen()
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    opener = sealed_for(photo, key) if photo else ALONE
    bound = MARK + sealed_for(public, key) + bytes(PrivateKey.from_seed(key).public_key) + opener
    target.write(bound)
    target.write(bindings.crypto_secretstream_xchacha20poly1305_init_push(state, key))
    sha, size = hashlib.sha256(), 0
    for piece, tag in tagged(source):
        sha.update(piece)
        size += len(piece)
        target.write(bindings.crypto_secretstream_xchacha20poly1305_push(state, piece, bound, tag))
    return Content(sha.hexdigest(), size)


def sealed_for(public: str, key: bytes) -> bytes:
    """A key, sealed for a public key (hex)."""
    return SealedBox(PublicKey(bytes.fromhex(public))).encrypt(key)


def tagged(source: Readable) -> Iterator[tuple[bytes, int]]:
    """The content in whole pieces, the last one marked; an empty content is one empty piece."""
    held = whole(source, PIECE)
    while following := whole(source, PIECE):
        yield held, MORE
        held = following
    yield held, LAST


def whole(source: Readable, size: int) -> bytes:
    """So many bytes, less only at the end: a source may give them in smaller pieces."""
    pieces = []
    while size and (piece := source.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def sealed_key(source: Readable) -> bytes:
    """Read the beginning of a box: its key, sealed. Raises BoxError."""
    return beginning(source).sealed_key


def beginning(source: Readable) -> Beginning:
    """Read how a box begins. Raises BoxError."""
    mark = whole(source, len(MARK))
    if mark not in {MARK, FIRST}:
        msg = "this is no sealed box"
        raise BoxError(msg)
    length = SEALED_KEY if mark == FIRST else SEALED_KEY + PUBLIC + SEALED_KEY
    rest = whole(source, length)
    if len(rest) != length:
        msg = "this box was cut short"
        raise BoxError(msg)
    if mark == FIRST:
        return Beginning(rest)
    return Beginning(rest[:SEALED_KEY], rest[SEALED_KEY:-SEALED_KEY].hex(), rest[-SEALED_KEY:], mark + rest)


def open_key(sealed: bytes, private: bytes) -> bytes:
    """Open the key of a box (32 bytes) with the private key that it was sealed for. Raises BoxError."""
    try:
        key: bytes = SealedBox(PrivateKey(private)).decrypt(sealed)
    except (CryptoError, ValueError, TypeError) as wrong:
        msg = "this box is sealed for another key"
        raise BoxError(msg) from wrong
    return key


def unseal(source: Readable, target: Writable, key: bytes) -> Content:
    """Open a whole box with its own key, or with that of the box of the photo that it goes with.

    What was written is worthless when this raises BoxError.
    """
    begins = beginning(source)
    key = own_key(begins, key)
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    sha, size = hashlib.sha256(), 0
    try:
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, whole(source, HEADER), key)
        tag = MORE
        while tag != LAST:
            sealed = whole(source, PIECE + OVERHEAD)
            piece, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, sealed, begins.bound)
            sha.update(piece)
            size += len(piece)
            target.write(piece)
    except (CryptoError, RuntimeError, ValueError, TypeError) as wrong:
        msg = "this box was changed or cut short, or this is not its key"
        raise BoxError(msg) from wrong
    if source.read(1):
        msg = "something was added to this box"
        raise BoxError(msg)
    return Content(sha.hexdigest(), size)


def own_key(begins: Beginning, key: bytes) -> bytes:
    """The key of this box: the one that was given, or the one that it opens because it is the photo's."""
    if begins.opener == ALONE:
        return key
    try:
        opened: bytes = SealedBox(PrivateKey.from_seed(key)).decrypt(begins.opener)
    except (CryptoError, ValueError, TypeError):
        return key
    return opened
