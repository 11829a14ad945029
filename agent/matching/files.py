"""The files of a folder or a ZIP: listed by the parent, opened by a child. Nothing is ever unpacked to a name."""

import contextlib
import io
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from agent.matching.terms import Place

IN_MEMORY = 32 * 1024 * 1024
"""Bytes of a ZIP's member that are held in memory; what is larger goes to a file without a name."""

LARGEST = 8 * 1024**3
MOST_SQUEEZED = 100
"""Pictures and videos are packed already; what a ZIP packs far tighter is a bomb."""

ENCRYPTED = 0x1


class SourceError(Exception):
    """A folder or ZIP cannot be read; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file: its name for people, and where it lies."""

    name: str
    place: Place


def files_of(path: Path) -> list[Found]:
    """Every file of a folder or a ZIP, in the order of their names. Raises SourceError."""
    if path.is_dir():
        found = list(in_folder(path))
    elif path.is_file():
        found = list(in_zip(path))
    else:
        msg = f"{path} is not there. Give a folder or a ZIP file."
        raise SourceError(msg)
    return sorted(found, key=lambda file: file.name)


def in_folder(root: Path) -> Iterator[Found]:
    """Every file below a folder; no link is followed. Raises SourceError where the folder is closed."""
    try:
        os.scandir(root).close()
    except OSError as closed:
        msg = f"{root} cannot be read: {closed.strerror}."
        raise SourceError(msg) from closed
    for folder, _, names in os.walk(os.fsencode(root)):
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118 - bytes, which Path does not take
            if stat.S_ISREG(os.lstat(path).st_mode):
                shown = os.path.relpath(path, os.fsencode(root)).decode("utf-8", "backslashreplace")
                yield Found(shown, Place(path))


def in_zip(path: Path) -> Iterator[Found]:
    """Every file in a ZIP. Raises SourceError."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as broken:
        msg = f"{path} is no ZIP file, or is damaged. Export the journal again, or unpack it and give the folder."
        raise SourceError(msg) from broken
    except OSError as closed:
        msg = f"{path} cannot be read: {closed.strerror}."
        raise SourceError(msg) from closed
    check(path, members)
    where = os.fsencode(path)
    yield from (Found(one.filename, Place(where, at)) for at, one in enumerate(members) if not one.is_dir())


def check(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a ZIP that is encrypted. Raises SourceError."""
    if any(member.flag_bits & ENCRYPTED for member in members):
        msg = f"{path} is encrypted. Export the journal without a password, or unpack it and give the folder."
        raise SourceError(msg)


def opened(place: Place) -> BinaryIO | None:
    """Open a file, seekable, without following a link; None where it is gone. Raises OSError, zipfile.BadZipFile."""
    if place.member >= 0:
        return opened_member(place)
    try:
        return os.fdopen(os.open(place.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK), "rb")
    except FileNotFoundError:
        return None


def opened_member(place: Place) -> BinaryIO:
    """A member of a ZIP, whole: in memory where it is small. Raises OSError, zipfile.BadZipFile."""
    archive = archive_at(place.path)
    member = archive.infolist()[place.member]
    if member.file_size > min(LARGEST, member.compress_size * MOST_SQUEEZED + IN_MEMORY):
        msg = "it claims to be far larger than it is stored"
        raise OSError(msg)
    with contextlib.ExitStack() as undo:
        whole: BinaryIO = io.BytesIO()
        if member.file_size > IN_MEMORY:
            whole = undo.enter_context(tempfile.TemporaryFile())
        with archive.open(member) as source:
            shutil.copyfileobj(source, whole)
        undo.pop_all()
    whole.seek(0)
    return whole


@lru_cache(maxsize=2)
def archive_at(path: bytes) -> zipfile.ZipFile:
    """A ZIP with its table of contents, which is long, read once a child. Raises OSError, zipfile.BadZipFile."""
    return zipfile.ZipFile(os.fsdecode(path))
