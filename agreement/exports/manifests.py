"""Lists within an export that name files with their state: CSV, JSON and HTML pages. Each word found is one `Told`.

Nothing is demanded of a list. What cannot be read as one tells nothing.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from agreement.exports.names import LONGEST
from agreement.exports.pages import told_by_page
from agreement.exports.publications import GAPS, careful, said
from agreement.exports.told import Told
from agreement.facts import Publication

LISTS: Final = (".csv", ".tsv", ".json", ".html", ".htm")
MAX_LIST: Final = 16 * 1024 * 1024
"""Bytes of one list; a longer one is passed over, and then tells nothing."""
DEPTH: Final = 50
STATUS: Final = frozenset(
    {
        "status",
        "state",
        "journal status",
        "observation status",
        "publication",
        "publication status",
        "visibility",
        "journal state",
        "approval",
    }
)
"""Columns and keys whose value is a word of publications.WORDS."""
YES: Final = frozenset({"yes", "y", "true", "1"})
NO: Final = frozenset({"no", "n", "false", "0"})
DENIED: Final = {
    Publication.IN_JOURNAL: Publication.NOT_IN_JOURNAL,
    Publication.NOT_IN_JOURNAL: Publication.IN_JOURNAL,
}
"""What “no” under a heading such as “In journal” says; under “Staff only” it says nothing."""


@dataclass(frozen=True, slots=True)
class List:
    """One list of an export: its plain name and its text."""

    name: str
    text: str


def is_list(name: str) -> bool:
    """Tell by its name whether a file may be a list."""
    return name.casefold().endswith(LISTS)


def told_by(given: List) -> Iterator[Told]:
    """Every file that a list names with a state, however it is written."""
    name = given.name.casefold()
    if name.endswith((".html", ".htm")):
        yield from told_by_page(given.text)
    elif name.endswith(".json"):
        yield from told_by_json(given.text)
    else:
        yield from told_by_table(given.text, "\t" if name.endswith(".tsv") else "")


def told_by_table(text: str, separator: str = "") -> Iterator[Told]:
    """A table whose first line names its columns; every cell may name a file."""
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines:
        return
    comma = separator or max(",;\t", key=lines[0].count)
    try:
        for row in csv.DictReader(lines, delimiter=comma):
            state = of_fields(row)
            yield from (Told(cell, state) for cell in row.values() if isinstance(cell, str) and is_reference(cell))
    except csv.Error:
        return  # it is no table after all: what was read of it counts, the rest tells nothing


def told_by_json(text: str) -> Iterator[Told]:
    """Objects with a state, and every file that is named within them."""
    try:
        tree = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return
    yield from walk(tree, Publication.UNKNOWN, DEPTH)


def walk(node: object, state: Publication, depth: int) -> Iterator[Told]:
    """Every file named at or below a node; an object's own state stands before that of what it is in."""
    if depth == 0:
        return
    if isinstance(node, dict):
        own = of_fields(node)
        inner = own if own is not Publication.UNKNOWN else state
        for value in node.values():
            yield from walk(value, inner, depth - 1)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value, state, depth - 1)
    elif isinstance(node, str) and is_reference(node):
        yield Told(node, state)


def of_fields(fields: Mapping[Any, Any]) -> Publication:
    """What the columns of a row, or the keys of an object, say: the most careful of it."""
    return careful(of_field(GAPS.sub(" ", str(name)).strip().casefold(), value) for name, value in fields.items())


def of_field(name: str, value: object) -> Publication:
    """What one column says: a word under “status”, or yes or no under “in journal”, “draft”, “staff only”."""
    if not isinstance(value, str | bool | int):
        return Publication.UNKNOWN
    word = str(value).strip().casefold()
    if name in STATUS:
        return said(word)
    if word in YES:
        return said(name)
    return DENIED.get(said(name), Publication.UNKNOWN) if word in NO else Publication.UNKNOWN


def is_reference(text: str) -> bool:
    """Tell whether a text may be the name of a file, or its address: one line, not long, with a dot near its end."""
    return len(text) <= LONGEST and "\n" not in text and "." in text.partition("?")[0][-6:]
