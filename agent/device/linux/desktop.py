"""Desktop entries: how a program shows itself in the menu, whoever brought it.

Format: freedesktop.org Desktop Entry Specification. An entry in a menu that no package brought is a program that
someone put there: a web app, an unpacked download, an AppImage that was "integrated".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.device.linux import files

MOST: Final = 256 * 1024
"""Bytes read of one entry; translations make some long."""

SYSTEM = ("usr/share/applications", "usr/local/share/applications")
PERSONAL = ".local/share/applications"
OURS = "usr/local/share/applications/safeuse-photos.desktop"
"""The agent's own entry, which its installation puts into the menu; only root can write there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its file, the name that people see, and the program it starts."""

    path: Path
    name: str
    program: str
    shown: bool


def read(path: Path) -> Entry | None:
    """Read one entry; None when it starts nothing."""
    group = re.search(r"^\[Desktop Entry\]\s*$(.*?)(?=^\[|\Z)", files.text(path, MOST), re.MULTILINE | re.DOTALL)
    if group is None:
        return None
    pairs = dict(pair(line) for line in group[1].split("\n"))
    if pairs.get("Type") != "Application" or pairs.get("Hidden") == "true":
        return None
    started = re.match(r'"([^"]*)"|(\S*)', pairs.get("Exec", ""))
    program = (started[1] or started[2] or "") if started else ""
    return Entry(path, pairs.get("Name", "")[:200], program, pairs.get("NoDisplay") != "true")


def pair(line: str) -> tuple[str, str]:
    """Key and value of one line; without a regular expression, which a hostile line could keep busy for minutes."""
    key, _, value = line.partition("=")
    return key.rstrip(), value.strip()


def entries(folder: Path) -> tuple[Entry, ...]:
    """Every entry in a folder."""
    found = (read(path) for path in files.children(folder) if path.suffix == ".desktop")
    return tuple(entry for entry in found if entry is not None)


def strangers(found: Iterable[Entry], packaged: Mapping[str, Entry]) -> tuple[Entry, ...]:
    """The entries that are in the menu and that no package brought, one for each file name.

    A copy of a package's entry that still starts the package's program is that package's.
    """
    strange: dict[str, Entry] = {}
    for entry in found:
        original = packaged.get(entry.path.name)
        if entry.shown and (original is None or original.program != entry.program):
            strange.setdefault(entry.path.name, entry)
    return tuple(strange.values())
