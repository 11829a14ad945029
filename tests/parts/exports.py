"""Journal exports for tests: honest ones, and hostile ones made byte by byte."""

import io
import stat
import struct
import zipfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from agreement.exports.entries import Export, Given
from agreement.exports.reading import of_folder, of_stream

PICTURE = b"\xff\xd8\xff\xe0 a picture of paint"
PDF = b"%PDF-1.7 a journal as a book"


def zipped(files: Mapping[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP with these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def export_of(files: Mapping[str, bytes]) -> Export:
    """What a ZIP with these files is read as."""
    return of_stream(io.BytesIO(zipped(files)))


def folder_of(files: Mapping[str, bytes]) -> Export:
    """What a folder with these files is read as."""

    def given(name: str, content: bytes) -> Given:
        def opened() -> AbstractContextManager[io.BytesIO]:
            return io.BytesIO(content)

        return Given(name, len(content), opened)

    return of_folder(given(name, content) for name, content in files.items())


def named(name: str, content: bytes = PICTURE) -> bytes:
    """A ZIP whose one file has a name that no honest program writes."""
    plain = "x" * len(name.encode())
    return zipped({plain: content}).replace(plain.encode(), name.encode())


def link() -> bytes:
    """A ZIP with a symbolic link."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("holiday.jpg")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return made.getvalue()


def encrypted() -> bytes:
    """A ZIP whose one file says that it is locked with a password."""
    whole = bytearray(zipped({"a.jpg": PICTURE}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.find(mark) + at] |= 1
    return bytes(whole)


def corrupt() -> bytes:
    """A ZIP with one byte of one file changed on the way."""
    return zipped({"a.jpg": PICTURE, "b.jpg": b"\xff\xd8 whole"}).replace(b"paint", b"PAINT", 1)


def bomb() -> bytes:
    """A small ZIP that unpacks to 64 MiB of nothing."""
    return zipped({"a.jpg": bytes(64 * 1024 * 1024)}, zipfile.ZIP_DEFLATED)


def overlapping() -> bytes:
    """Two lines of the directory that stand for the same bytes, under the same name."""
    made = zipped({"a.jpg": PICTURE, "b.jpg": PICTURE})
    start = made.find(b"PK\x01\x02")
    second = made.find(b"PK\x01\x02", start + 4)
    line = made[start:second]
    return made[:second] + line + made[second + len(line) :]


def lying(size: int) -> bytes:
    """A ZIP whose directory declares another size than the file has."""
    made = bytearray(zipped({"a.jpg": PICTURE}))
    struct.pack_into("<L", made, made.find(b"PK\x01\x02") + 24, size)
    return bytes(made)


PHOTOS = Path(__file__).parents[1] / "data" / "photos"


def photo(name: str) -> bytes:
    """One of the real photos that tests may use: roses, snow, tractor, trees, valley, frog."""
    return (PHOTOS / f"{name}.jpg").read_bytes()


def journal() -> dict[str, bytes]:
    """A small export of a journal as Tapestry might write it, with real pictures."""
    return {
        "In journal/Daisy/roses.jpg": photo("roses"),
        "In journal/Tom/tractor.jpg": photo("tractor"),
        "Not in journal/trees.jpg": photo("trees"),
        "Staff only/snow.jpg": photo("snow"),
        "In journal/torn.jpg": photo("valley")[:40],
        "observations.csv": b"File,Status\nroses.jpg,In journal\n",
    }
