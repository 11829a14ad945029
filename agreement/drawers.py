"""A drawer: a file that is sealed page by page, is added to and read at any place, and never stands in clear on a disk.

Each page of 64 KiB is XChaCha20-Poly1305 under the drawer's key, with a fresh nonce before it and its place in the file
bound to it: a page that was changed or moved does not open. What ends early is noticed by whoever knows the size or
the digest. A box (agreement/boxes.py) is for what is sealed away; a drawer is for what is still worked with.
"""

from collections.abc import Iterator
from typing import IO, Final

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.utils import random

PAGE: Final = 64 * 1024
"""Bytes of content in one page; what reading at one place costs in memory."""
NONCE: Final = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
OVERHEAD: Final = NONCE + bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES
SEALED: Final = PAGE + OVERHEAD
KEY: Final = bindings.crypto_aead_xchacha20poly1305_ietf_KEYBYTES


class DrawerError(ValueError):
    """A page does not open: it was changed or moved, or this is not its key."""


def new_key() -> bytes:
    """A fresh key."""
    return random(KEY)


def content_size(sealed: int) -> int:
    """Bytes of content in a sealed file of so many bytes."""
    whole, rest = divmod(sealed, SEALED)
    return whole * PAGE + max(rest - OVERHEAD, 0)


def whole_pages(sealed: int) -> int:
    """Whole pages in a sealed file of so many bytes."""
    return sealed // SEALED


def seal_page(key: bytes, place: int, content: bytes) -> bytes:
    """Seal one page for its place, counted from 0."""
    nonce = random(NONCE)
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(content, at(place), nonce, key)


def open_page(key: bytes, place: int, sealed: bytes) -> bytes:
    """Open the page at its place. Raises DrawerError."""
    try:
        opened: bytes = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[NONCE:], at(place), sealed[:NONCE], key
        )
    except (CryptoError, ValueError, TypeError) as wrong:
        msg = "this page was changed or moved, or this is not its key"
        raise DrawerError(msg) from wrong
    return opened


def at(place: int) -> bytes:
    """What binds a page to its place."""
    return place.to_bytes(8, "big")


class Filling:
    """Adds content to a drawer: whole pages as they fill, the last one when it is closed."""

    def __init__(self, target: IO[bytes], key: bytes, pages: int = 0) -> None:
        """Go on after so many pages; the stream is at their end and stays open."""
        self._target, self._key, self._place = target, key, pages
        self._held = bytearray()

    def write(self, content: bytes) -> None:
        """Add content."""
        self._held += content
        while len(self._held) >= PAGE:
            self._seal(bytes(self._held[:PAGE]))
            del self._held[:PAGE]

    def finish(self) -> None:
        """Seal what is left as the last page. Without this, what does not fill a page is not kept."""
        if self._held:
            self._seal(bytes(self._held))
            self._held.clear()

    def _seal(self, content: bytes) -> None:
        self._target.write(seal_page(self._key, self._place, content))
        self._place += 1


class Drawer:
    """Reads a drawer as if it were in clear: at any place, one page in memory. As much of a file as readers ask for."""

    def __init__(self, source: IO[bytes], key: bytes) -> None:
        """Read from a seekable stream, which stays open."""
        self._source, self._key = source, key
        self.size = content_size(source.seek(0, 2))
        self._at = 0
        self._page, self._place = b"", -1
        self.closed = False

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read at any place."""
        return True

    def writable(self) -> bool:
        """It cannot be written."""
        return False

    def tell(self) -> int:
        """The place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place: from the start (0), from here (1), from the end (2); gives it."""
        base = (0, self._at, self.size)[whence]
        self._at = max(base + offset, 0)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes; none at the end. Raises DrawerError."""
        left = self.size - self._at if size is None or size < 0 else min(size, self.size - self._at)
        pieces = []
        while left > 0:
            page = self._opened(self._at // PAGE)
            start = self._at % PAGE
            piece = page[start : start + left]
            if not piece:
                msg = "this drawer ends early"
                raise DrawerError(msg)
            pieces.append(piece)
            self._at += len(piece)
            left -= len(piece)
        return b"".join(pieces)

    def readinto(self, target: bytearray | memoryview) -> int:
        """Fill a buffer as far as there is content; gives how far."""
        piece = self.read(len(target))
        target[: len(piece)] = piece
        return len(piece)

    def pages(self) -> Iterator[bytes]:
        """The whole content, page by page. Raises DrawerError."""
        self.seek(0)
        while page := self.read(PAGE):
            yield page

    def close(self) -> None:
        """Forget the page in memory; the stream beneath is its owner's to close."""
        self._page, self._place, self.closed = b"", -1, True

    def _opened(self, place: int) -> bytes:
        if place != self._place:
            self._source.seek(place * SEALED)
            self._page, self._place = open_page(self._key, place, self._source.read(SEALED)), place
        return self._page
