"""Where each person's programs keep thumbnails, caches and trash.

Sources: the freedesktop.org Thumbnail Managing Standard 0.9.0 (older systems: ~/.thumbnails), the Trash Specification
1.0, the XDG Base Directory Specification 0.8. A person may have moved the folders: their programs' environment tells.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from agent.media.holders import listed, processes
from agent.media.kinds import BINS
from agent.media.mounts import SYSTEM, Mounts, is_below
from agent.media.places import Place, descend, names, place

CACHE, DATA = b"XDG_CACHE_HOME=", b"XDG_DATA_HOME="
WHOLE = 1024 * 1024
"""Bytes of an environment that are read; the system allows no more by default than that for one word."""


@dataclass(frozen=True, slots=True)
class Desktops:
    """What is known of it now."""

    thumbnails: tuple[Place, ...]  # folders that hold normal, large, fail …
    elsewhere: tuple[str, ...]  # caches and trash that are not in a home
    bins: tuple[str, ...]  # trash at the top of the disks


def desktops(homes: Sequence[str], roots: Sequence[str], mounts: Mounts, proc: str = "/proc") -> Desktops:
    """Find them out."""
    moved = frozenset(chain.from_iterable(environments(homes, proc)))
    caches = sorted(path for word, path in moved if word == CACHE)
    data = sorted(os.path.join(path, "Trash") for word, path in moved if word == DATA)  # noqa: PTH118 - a string
    found = [where for home in homes for where in thumbnails(home)]
    found += [where.beside("") for path in caches if (where := place(os.path.join(path, "thumbnails", "_"), ("/",)))]  # noqa: PTH118
    elsewhere = [path for path in (*caches, *data) if not any(is_below(path, home) for home in homes)]
    tops = sorted({mounts.top(folder) for folder in (*homes, *roots)})
    return Desktops(tuple(found), tuple(elsewhere), tuple(bin_ for top in tops for bin_ in bins(top)))


def thumbnails(home: str) -> Iterator[Place]:
    """The folders of thumbnails in one home: the usual ones, and those of programs in boxes (Flatpak, Snap)."""
    yield Place(home, (".cache", "thumbnails"), "")
    yield Place(home, (".thumbnails",), "")
    for program in names(Place(home, (".var", "app"), "")):
        yield Place(home, (".var", "app", program, "cache", "thumbnails"), "")
    for program in names(Place(home, ("snap",), "")):
        yield Place(home, ("snap", program, "common", ".cache", "thumbnails"), "")


def bins(top: str) -> Iterator[str]:
    """Every trash at the top of a disk: Linux's, Windows' and macOS'."""
    for name in names(Place(top, (), "")):
        low = name.lower()
        if low in BINS or low == ".trash" or low.startswith(".trash-"):
            yield os.path.join(top, name)  # noqa: PTH118 - a string


def environments(homes: Iterable[str], proc: str) -> Iterator[Iterator[tuple[bytes, str]]]:
    """What the programs of these homes' owners go by, as far as it may be read."""
    owners = {owner(home) for home in homes} - {None}
    for process in processes(proc) if owners else ():
        folder = f"{proc}/{process}"
        uid = owner(folder)
        if uid in owners and "environ" in listed(folder):
            yield moved(f"{folder}/environ", uid)


def moved(environment: str, uid: int | None) -> Iterator[tuple[bytes, str]]:
    """The folders that one program goes by, when they are its user's own and no part of the system."""
    try:
        with open(environment, "rb") as file:  # noqa: PTH123 - /proc
            words = file.read(WHOLE).split(b"\0")
    except OSError:
        return
    for word in words:
        for name in (CACHE, DATA):
            path = os.fsdecode(word.removeprefix(name)) if word.startswith(name) else ""
            if path.startswith("/") and os.path.normpath(path) == path and is_own(path, uid):
                yield name, path


def is_own(path: str, uid: int | None) -> bool:
    """Tell whether a folder belongs to this person, and no link leads there."""
    if path == "/" or any(is_below(path, system) for system in SYSTEM):
        return False
    where = place(path, ("/",))
    try:
        descriptor = descend("/", (*where.folders, where.name)) if where else -1
    except OSError:
        return False
    try:
        return os.fstat(descriptor).st_uid == uid
    finally:
        os.close(descriptor)


def owner(path: str) -> int | None:
    """Whose folder this is; None where it is none."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_uid if stat.S_ISDIR(status.st_mode) else None
