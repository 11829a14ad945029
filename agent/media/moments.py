"""What two files say about the moment they were made in, read without decoding either.

Sources: Exif 3.0, 4.6.5 (DateTimeOriginal is text, "2026:11:24 09:30:00"); ISO/IEC 14496-12 (boxes, mvhd); Apple's
QuickTime key com.apple.quicktime.content.identifier, which a live photo carries in its maker note as well.
"""

import os
import re
import struct
from collections.abc import Iterator

HEAD = 256 * 1024
"""Bytes from the beginning in which cameras write what they say about a picture."""

MOST = 4 * 1024 * 1024
"""Bytes of a video's index that are read."""

BOXES = 64
TIME = re.compile(rb"(?:19|20)\d\d:[01]\d:[0-3]\d [0-2]\d:[0-5]\d:[0-6]\d")
IDENTIFIER = re.compile(rb"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}")
LIVE = b"com.apple.quicktime.content.identifier"


def head(descriptor: int) -> bytes:
    """The beginning of an open file. Raises OSError."""
    return os.pread(descriptor, HEAD, 0)


def moment(head: bytes) -> bytes | None:
    """When a picture was taken, to the second, as its camera wrote it: the earliest time in it; None without one."""
    return min(TIME.findall(head), default=None)


def is_named_in(index: bytes, head: bytes) -> bool:
    """Tell whether a video's index bears the identifier of the live photo with this beginning."""
    return LIVE in index and not set(IDENTIFIER.findall(index)).isdisjoint(IDENTIFIER.findall(head))


def index(descriptor: int) -> bytes:
    """What an open video says about itself (its moov box); empty where there is none. Raises OSError."""
    for kind, start, size in boxes(descriptor):
        if kind == b"moov":
            return os.pread(descriptor, min(size, MOST), start)
    return b""


def boxes(descriptor: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes of an open file, one after the other: kind, where its content starts, and how long that is."""
    at, end = 0, os.fstat(descriptor).st_size
    for _ in range(BOXES):
        header = os.pread(descriptor, 16, at)
        if len(header) < 8:  # noqa: PLR2004 - the shortest header
            return
        size, kind = struct.unpack_from(">I4s", header)
        length = 8
        if size == 1 and len(header) == 16:  # noqa: PLR2004 - the longer header
            (size,), length = struct.unpack_from(">Q", header, 8), 16
        size = size or end - at
        if size < length:
            return
        yield kind, at + length, size - length
        at += size


def seconds(index: bytes) -> float | None:
    """How long a video is, by its index; None when that does not say."""
    at = index.find(b"mvhd")
    if at < 0:
        return None
    version = index[at + 4 : at + 5]
    layout, skipped = (">IQ", 24) if version == b"\1" else (">II", 16)
    if len(index) < at + skipped + struct.calcsize(layout):
        return None
    scale, duration = struct.unpack_from(layout, index, at + skipped)
    return duration / scale if scale else None
