"""Whole pictures inside a browser's cache, where other words stand before or behind them.

Sources: Chromium, net/disk_cache/simple/simple_entry_format.h (header, key, body, end); Firefox, netwerk/cache2 (body,
what is known of it, and in the last four bytes where that begins). Only an entry that holds the photo's very bytes is
the photo's own.
"""

import os
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.media.digests import digest
from agent.media.places import Place
from agent.seams.photos import FoundFile

AROUND = 64 * 1024
"""Bytes that a browser writes before and behind a body: the address, what the server said of it."""

CHROMIUM = re.compile(r"[0-9a-f]{16}_0")
FIREFOX = re.compile(r"[0-9A-F]{40}")
HEADER = struct.Struct("<QIII4x")
BEGINS, ENDS = 0xFCFB6D1BA7725C30, 0xF4FA6F45970D41D8


def is_entry(name: str) -> bool:
    """Tell whether this is how a browser calls an entry of its cache."""
    return bool(CHROMIUM.fullmatch(name) or FIREFOX.fullmatch(name))


@dataclass
class Entries:
    """The entries of every browser's cache that one walk found, by size."""

    found: list[tuple[int, Place]] = field(default_factory=list)

    def that_hold(self, file: FoundFile) -> Iterator[Place]:
        """Those that hold the very bytes of a photo."""
        for size, place in self.found:
            if file.size < size <= file.size + AROUND and is_around(place, file):
                yield place


def is_around(place: Place, file: FoundFile) -> bool:
    """Tell whether an entry's body is this photo."""
    try:
        with place.opened() as (_, descriptor):
            return holds(descriptor, file)
    except OSError:
        return False


def holds(descriptor: int, file: FoundFile) -> bool:
    """Tell whether an open entry's body is this photo. Raises OSError."""
    start = body(descriptor, file.size)
    return start is not None and digest(descriptor, start, file.size) == file.digest


def body(descriptor: int, length: int) -> int | None:
    """Where the body of an open entry begins, if it is this long; None otherwise. Raises OSError."""
    header, size = os.pread(descriptor, HEADER.size, 0), os.fstat(descriptor).st_size
    if len(header) == HEADER.size and (words := HEADER.unpack(header))[0] == BEGINS:
        start = HEADER.size + words[2]
        return start if os.pread(descriptor, 8, start + length) == ENDS.to_bytes(8, "little") else None
    return 0 if os.pread(descriptor, 4, size - 4) == length.to_bytes(4, "big") else None
