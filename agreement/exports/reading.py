"""A whole export: which files are in it, and what it tells of each, by its lists and by the names of its folders."""

from collections.abc import Iterable
from typing import IO, Final

from agreement.exports.archive import Archive
from agreement.exports.entries import Container, Entry, Export, Given, is_archive, is_pdf
from agreement.exports.manifests import MAX_LIST, List, is_list, told_by
from agreement.exports.names import is_left_behind, plain_name
from agreement.exports.publications import careful, of_folders
from agreement.exports.refusals import ExportError
from agreement.exports.told import Directory
from agreement.facts import Publication

HEAD: Final = 16
ALL_LISTS: Final = 64 * 1024 * 1024
"""Bytes of all lists together; those beyond are passed over."""


def of_stream(stream: IO[bytes]) -> Export:
    """Read what was handed in as one file. The stream is seekable and stays open. Raises ExportError."""
    stream.seek(0)
    check_head(stream.read(HEAD))
    return of_container(Archive(stream))


def check_head(head: bytes) -> None:
    """See by its first bytes that a file may be a ZIP. Raises ExportError: pdf, empty, not_a_zip, compression."""
    if is_pdf(head):
        raise ExportError("pdf")
    if not head:
        raise ExportError("empty")
    if not head.startswith(b"PK"):
        raise ExportError("compression" if is_archive(head, "") else "not_a_zip")


def of_folder(files: Iterable[Given]) -> Export:
    """Read what was handed in as a folder, already listed. Raises ExportError."""
    kept = [Given(plain_name(one.name), one.size, one.open) for one in files if not is_left_behind(one.name)]
    return of_container(Folder(tuple(sorted(kept, key=lambda one: one.name))))


class Folder:
    """A folder, as the names, sizes and openers of its files."""

    def __init__(self, files: tuple[Given, ...]) -> None:
        self.files = files


def of_container(container: Container) -> Export:
    """Ask every list and every folder's name what it says of the files. Raises ExportError."""
    files = container.files
    if not files:
        raise ExportError("empty")
    if all(one.name.casefold().endswith(".pdf") for one in files):
        raise ExportError("only_pdfs")
    directory = told_by_lists(files)
    entries = tuple(
        Entry(one.name, one.size, careful((directory.of(one.name), of_folders(one.name))), one.open) for one in files
    )
    return Export(entries, tells=any(one.publication is not Publication.UNKNOWN for one in entries))


def told_by_lists(files: Iterable[Given]) -> Directory:
    """Read the lists of an export, one after the other, as long as they stay within bounds. Raises ExportError."""
    known = list(files)
    directory = Directory(one.name for one in known)
    left = ALL_LISTS
    for one in known:
        if is_list(one.name) and one.size <= min(MAX_LIST, left):
            left -= one.size
            folder = one.name.rpartition("/")[0]
            for told in told_by(List(one.name, text_of(one))):
                directory.tell(folder, told)
    return directory


def text_of(given: Given) -> str:
    """The text of a list: UTF-8, else as Windows writes it. Raises ExportError."""
    pieces = bytearray()
    with given.open() as source:
        while piece := source.read(1024 * 1024):
            pieces += piece
            if len(pieces) > MAX_LIST:
                return ""
    try:
        return pieces.decode("utf-8-sig")
    except UnicodeDecodeError:
        return pieces.decode("cp1252", errors="replace")
