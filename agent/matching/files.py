"""The files of a tablet's folder, and of a journal's export: listed by the parent, opened by a child.

Nothing is ever unpacked to a name. An export is read by the same rules as on the controller, so what it tells to be a
draft, or for staff only, is not the journal.
"""

import contextlib
import io
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import BinaryIO

from agent.matching.terms import Place
from agreement.exports.entries import Entry, Export, Given, Source
from agreement.exports.names import plain_name
from agreement.exports.reading import of_folder, of_stream
from agreement.exports.refusals import ExportError
from agreement.facts import Publication

IN_MEMORY = 32 * 1024 * 1024
"""Bytes of a ZIP's member that are held in memory; what is larger goes to a file without a name."""

LARGEST = 8 * 1024**3
MOST_SQUEEZED = 100
"""Pictures and videos are packed already; what a ZIP packs far tighter is a bomb."""

NOT_THE_JOURNAL = {Publication.NOT_IN_JOURNAL: "it is a draft", Publication.STAFF_ONLY: "it is for staff only"}


class SourceError(Exception):
    """A folder or ZIP cannot be read; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file: its name for people, where it lies, and why it does not count, if it does not."""

    name: str
    place: Place
    left_out: str = ""


def on_tablet(path: Path) -> list[Found]:
    """Every file of a folder, in the order of their names. Raises SourceError where there is none."""
    if not path.is_dir():
        msg = f"{path} is not a folder. Give the folder that holds the tablet's photos."
        raise SourceError(msg)
    found = sorted(in_folder(path), key=lambda file: file.name)
    if not found:
        msg = f"{path} holds no files, so there is nothing to match."
        raise SourceError(msg)
    return found


def in_journal(path: Path) -> list[Found]:
    """Every file of an export, a folder or a ZIP. Raises SourceError where it cannot be used."""
    try:
        if path.is_dir():
            return list(of_journal_folder(path))
        if path.is_file():
            return list(of_journal_zip(path))
    except ExportError as refusal:
        msg = f"{path}: {refusal}"
        raise SourceError(msg) from refusal
    except OSError as closed:
        msg = f"{path} cannot be read: {closed.strerror}."
        raise SourceError(msg) from closed
    msg = f"{path} is not there. Give a folder or a ZIP file."
    raise SourceError(msg)


def of_journal_folder(path: Path) -> Iterator[Found]:
    """The files of an export that lies in a folder. Raises ExportError, SourceError."""
    places = {file.name.replace("\\", "/"): file.place for file in in_folder(path)}
    export = of_folder(Given(name, size_of(place), partial(reading, place)) for name, place in places.items())
    yield from (told(entry, places[entry.name]) for entry in export.entries)


def of_journal_zip(path: Path) -> Iterator[Found]:
    """The files of an export that is a ZIP. Raises ExportError, OSError."""
    with path.open("rb") as stream:
        export: Export = of_stream(stream)
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            numbers = {plain_name(info.orig_filename): at for at, info in enumerate(archive.infolist())}
    where = os.fsencode(path.absolute())
    yield from (told(entry, Place(where, numbers[entry.name])) for entry in export.entries)


def told(entry: Entry, place: Place) -> Found:
    """A file of an export, with what the export tells of it."""
    return Found(entry.name, place, NOT_THE_JOURNAL.get(entry.publication, ""))


def size_of(place: Place) -> int:
    """Bytes of a file in a folder."""
    return os.stat(place.path, follow_symlinks=False).st_size  # noqa: PTH116 - a path in bytes


def reading(place: Place) -> AbstractContextManager[Source]:
    """Open a file of a folder to be read once. Raises OSError."""
    source = opened(place)
    return io.BytesIO() if source is None else source


def in_folder(root: Path) -> Iterator[Found]:
    """Every file below a folder; no link is followed. Raises SourceError where the folder is closed."""
    try:
        os.scandir(root).close()
    except OSError as closed:
        msg = f"{root} cannot be read: {closed.strerror}."
        raise SourceError(msg) from closed
    top = os.fsencode(root.absolute())
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118 - bytes, which Path does not take
            if stat.S_ISREG(os.lstat(path).st_mode):
                yield Found(os.path.relpath(path, top).decode("utf-8", "backslashreplace"), Place(path))


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
