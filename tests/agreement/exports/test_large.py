"""An archive beyond 4 GB, with the 64-bit fields that browsers and journals write: read at its far end alone."""

import struct
import zlib
from pathlib import Path
from typing import IO

import pytest

from agreement.exports.reading import of_stream
from agreement.exports.refusals import ExportError
from tests.parts.exports import PICTURE

GIGA = 1024**3
FAR = 0xFFFFFFFF  # the true number stands in the 64-bit field


def head(name: bytes, size: int, checksum: int) -> bytes:
    plain = struct.pack("<4s5H3L2H", b"PK\x03\x04", 45, 0, 0, 0, 0x21, checksum, FAR, FAR, len(name), 20)
    return plain + name + struct.pack("<2H2Q", 1, 16, size, size)


def line(name: bytes, size: int, checksum: int, place: int) -> bytes:
    plain = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 45, 45, 0, 0, 0, 0x21, checksum, FAR, FAR, len(name), 28, 0, 0, 0, 0, FAR
    )
    return plain + name + struct.pack("<2H3Q", 1, 24, size, size, place)


def end(count: int, length: int, place: int) -> bytes:
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, length, place)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, place + length, 1)
    return record + locator + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, FAR, FAR, 0)


def archive(file: IO[bytes], size: int) -> None:
    """A video of so many bytes, which is a hole in the file, and a picture behind it."""
    file.write(head(b"video.mp4", size, 0))
    file.seek(size, 1)
    place = file.tell()
    file.write(head(b"a.jpg", len(PICTURE), zlib.crc32(PICTURE)) + PICTURE)
    start = file.tell()
    lines = line(b"video.mp4", size, 0, 0) + line(b"a.jpg", len(PICTURE), zlib.crc32(PICTURE), place)
    file.write(lines + end(2, len(lines), start))


def test_what_lies_beyond_four_gigabytes_is_found(tmp_path: Path) -> None:
    path = tmp_path / "media.zip"
    with path.open("w+b") as file:
        archive(file, 18 * GIGA)
        export = of_stream(file)
        assert [(one.name, one.size) for one in export.entries] == [("video.mp4", 18 * GIGA), ("a.jpg", len(PICTURE))]
        with export.entries[1].open() as source:
            assert source.read() == PICTURE


def test_more_than_is_read_at_once_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "media.zip").open("w+b") as file:
        archive(file, 40 * GIGA)
        with pytest.raises(ExportError) as refused:
            of_stream(file)
    assert refused.value.code == "too_large"
