"""A ZIP, walked safely: everything that it declares is checked before a single file of it is read.

A file is read as a stream; it ends in ExportError("corrupt") when its bytes do not fit their checksum, or are more or
fewer than declared.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Final

from agreement.exports.directory import check_directory
from agreement.exports.entries import Given, Source
from agreement.exports.names import is_left_behind, plain_name
from agreement.exports.refusals import ExportError

MAX_UNPACKED: Final = 40 * 10**9
"""Bytes of everything in one export, unpacked: twice the largest archive that is taken."""
RATIO: Final = 200
"""How many times its packed size a file may have. Deflate can do 1,032; pictures do 1 to 3, lists about 20."""
SLACK: Final = 16 * 1024 * 1024
"""Bytes up to which the ratio of a file does not matter: a blank picture may well pack to nothing."""
TOTAL_RATIO: Final = 20
TOTAL_SLACK: Final = 256 * 1024 * 1024
PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
LOCKED: Final = 0x1 | 0x40 | 0x2000  # encrypted, strongly encrypted, the directory masked
HEADER: Final = 30  # bytes before a file's name in its local header
BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError)
KINDS: Final = frozenset({0, stat.S_IFREG, stat.S_IFDIR})


class Archive:
    """A ZIP on a seekable stream, which stays open for as long as this is used."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Check everything that is declared. Raises ExportError."""
        check_directory(stream)
        try:
            self._zip = zipfile.ZipFile(stream)
        except BROKEN as broken:
            raise ExportError("corrupt") from broken
        infos = self._zip.infolist()
        names = [checked(info) for info in infos]
        check_sizes(infos)
        check_apart(infos)
        self._files = tuple(
            self.given(info, name)
            for info, name in zip(infos, names, strict=True)
            if not info.is_dir() and name and not is_left_behind(name)
        )

    @property
    def files(self) -> Sequence[Given]:
        """Every file in it, in the order of its directory."""
        return self._files

    def given(self, info: zipfile.ZipInfo, name: str) -> Given:
        """One file, with the way to open it."""

        @contextmanager
        def opened() -> Iterator[Source]:
            try:
                with self._zip.open(info) as file:
                    yield Whole(file, info.file_size)
            except BROKEN as broken:
                raise broken if isinstance(broken, ExportError) else ExportError("corrupt") from broken

        return Given(name, info.file_size, opened)


class Whole:
    """A file of an archive that insists on its declared size: what ends early is corrupt."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises ExportError("corrupt")."""
        try:
            piece = self._file.read(size)
        except BROKEN as broken:
            raise ExportError("corrupt") from broken
        self._left -= len(piece)
        if self._left < 0 or (not piece and size and self._left):
            raise ExportError("corrupt")
        return piece


def checked(info: zipfile.ZipInfo) -> str:
    """The plain name of a file that may be read. Raises ExportError: climbs, link, encrypted, compression."""
    name = plain_name(info.orig_filename)
    if stat.S_IFMT(info.external_attr >> 16) not in KINDS:
        raise ExportError("link")
    if info.flag_bits & LOCKED:
        raise ExportError("encrypted")
    if info.compress_type not in PACKINGS:
        raise ExportError("compression")
    return name


def check_sizes(infos: Sequence[zipfile.ZipInfo]) -> None:
    """See that what is declared is no bomb. Raises ExportError("bomb" | "too_large")."""
    packed = sum(info.compress_size for info in infos)
    unpacked = sum(info.file_size for info in infos)
    if any(info.file_size > max(info.compress_size * RATIO, SLACK) for info in infos):
        raise ExportError("bomb")
    if unpacked > packed * TOTAL_RATIO + TOTAL_SLACK:
        raise ExportError("bomb")
    if unpacked > MAX_UNPACKED:
        raise ExportError("too_large")


def check_apart(infos: Sequence[zipfile.ZipInfo]) -> None:
    """See that no two files share bytes, as in a bomb without nesting. Raises ExportError("overlap")."""
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            raise ExportError("overlap")
        end = (
            info.header_offset + HEADER + len(info.orig_filename) + info.compress_size
        )  # a name has a byte a letter, or more
