"""The directory at the end of a ZIP, looked at before anything believes it: how long it is, and how much it lists.

A library that reads ZIPs loads the whole directory first. So its size and the number of its lines are bounded here, by
the fixed layout of the records alone (PKWARE's APPNOTE 6.3.10, sections 4.3.12 to 4.3.16).
"""

import struct
from dataclasses import dataclass
from typing import IO, Final

from agreement.exports.refusals import ExportError

MAX_FILES: Final = 250_000
MAX_DIRECTORY: Final = 64 * 1024 * 1024  # bytes; about 256 for each file
END: Final = struct.Struct("<4s4H2LH")
END_MARK: Final = b"PK\x05\x06"
LOCATOR: Final = struct.Struct("<4sLQL")
LOCATOR_MARK: Final = b"PK\x06\x07"
END64: Final = struct.Struct("<4sQ2H2L4Q")
END64_MARK: Final = b"PK\x06\x06"
LINE: Final = 46  # bytes of a directory line before its name
LINE_MARK: Final = b"PK\x01\x02"
LENGTHS: Final = struct.Struct("<3H")  # of name, extra field and comment
LENGTHS_AT: Final = 28
COMMENT: Final = 0xFFFF  # the longest comment at the end of an archive


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the directory ends, and how long it is."""

    end: int
    size: int


def check_directory(stream: IO[bytes]) -> None:
    """See that the directory is one, and bounded. Raises ExportError("corrupt" | "too_many")."""
    found = locate(stream)
    if found.size > MAX_DIRECTORY:
        raise ExportError("too_many")
    start = found.end - found.size
    if start < 0:
        raise ExportError("corrupt")
    stream.seek(start)
    check_lines(stream.read(found.size))


def locate(stream: IO[bytes]) -> Directory:
    """Find the end record, and the ZIP64 one before it. Raises ExportError("corrupt")."""
    whole = stream.seek(0, 2)
    first = max(whole - COMMENT - END.size, 0)
    stream.seek(first)
    tail = stream.read(COMMENT + END.size)
    at = tail.rfind(END_MARK)
    if at < 0 or len(tail) - at < END.size:
        raise ExportError("corrupt")
    size = END.unpack_from(tail, at)[5]
    large = tail[at - LOCATOR.size : at] if at >= LOCATOR.size else b""
    if large.startswith(LOCATOR_MARK):
        return locate_large(stream, first + at, size)
    return Directory(first + at, size)


def locate_large(stream: IO[bytes], end: int, size: int) -> Directory:
    """Read the ZIP64 end record, right before its locator; where none is, the plain one counts."""
    at = end - LOCATOR.size - END64.size
    stream.seek(max(at, 0))
    record = stream.read(END64.size)
    if at < 0 or not record.startswith(END64_MARK) or len(record) < END64.size:
        return Directory(end, size)
    return Directory(at, END64.unpack(record)[8])


def check_lines(directory: bytes) -> None:
    """Walk the directory line by line. Raises ExportError("corrupt" | "too_many")."""
    at = count = 0
    while at < len(directory):
        if directory[at : at + 4] != LINE_MARK or at + LINE > len(directory):
            raise ExportError("corrupt")
        at += LINE + sum(LENGTHS.unpack_from(directory, at + LENGTHS_AT))
        count += 1
        if count > MAX_FILES:
            raise ExportError("too_many")
    if at != len(directory):
        raise ExportError("corrupt")
