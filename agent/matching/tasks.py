"""What a child does with one task. Whatever a hostile file does to it, the answer is about that file alone."""

import hashlib
import zipfile
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from agent.matching.files import opened
from agent.matching.terms import UNKNOWN, Group, Judged, Judging, Named, Place, Read, Reading, Sorting, Task
from agreement.matching.fingerprints import HEAD, Fingerprint, UndecodableError, fingerprint, kind_of
from agreement.matching.shortlist import Index, groups
from agreement.matching.verdicts import Photo, Picture, Wanted, judge, shortlist

PIECE = 1 << 20

_tasks = msgspec.json.Decoder(Task)
_known = msgspec.json.Decoder(Fingerprint)


def answer(line: bytes) -> bytes:
    """Do one task, and give its answer as JSON."""
    task = _tasks.decode(line)
    if isinstance(task, Reading):
        return msgspec.json.encode(read(task))
    if isinstance(task, Sorting):
        return msgspec.json.encode(sort(task))
    return msgspec.json.encode(judged(task))


def read(task: Reading) -> Read:
    """The digest and fingerprint of one file."""
    digest = ""
    try:
        source = opened(task.place)
        if source is None:
            return Read("", why="it is gone")
        with source:
            digest = digest_of(source)
            source.seek(0)
            kind = kind_of(source.read(HEAD))
            if kind is None:
                return Read(digest, why=UNKNOWN)
            known = fingerprint(source, kind, parts=task.parts)
    except UndecodableError as reason:
        return Read(digest, why=str(reason))
    except (OSError, zipfile.BadZipFile, NotImplementedError, MemoryError, EOFError) as failure:
        return Read(digest, why=f"it cannot be read: {failure}")
    return Read(digest, msgspec.Raw(msgspec.json.encode(known)), known.kind.value, known.moment)


def digest_of(source: BinaryIO) -> str:
    """The SHA-256 of a file, in hex."""
    found = hashlib.sha256()
    while piece := source.read(PIECE):
        found.update(piece)
    return found.hexdigest()


def sort(task: Sorting) -> list[Group]:
    """Groups of photos and pictures that may have to do with each other; the rest is in none."""
    pictures = [(named.id, known(named)) for named in task.pictures]
    wanted = shortlist(((named.id, known(named)) for named in task.photos), Index(pictures))
    found = []
    for photos, others in groups({name: want.all for name, want in wanted.items()}):
        near = {name: list(wanted[name].near) for name in photos}
        found.append(Group(photos, others, near, {name: list(wanted[name].parts) for name in photos}))
    return found


def judged(task: Judging) -> list[Judged]:
    """The verdicts on one group."""
    photos = [Photo(named.id, known(named), opener(named.place), named.digest) for named in task.photos]
    pictures = [Picture(named.id, known(named), opener(named.place)) for named in task.pictures]
    wanted = {name: Wanted(tuple(near), tuple(task.parts.get(name, ()))) for name, near in task.near.items()}
    return [
        Judged(one.photo, one.verdict.value, one.picture, one.why, one.score, list(one.pictures))
        for one in judge(photos, pictures, task.claims, wanted)
    ]


def known(named: Named) -> Fingerprint:
    """Unpack a fingerprint."""
    return _known.decode(named.known)


def opener(place: Place | None) -> Callable[[], BinaryIO | None]:
    """Opens a file anew; gives None where it is gone or cannot be read."""

    def open_it() -> BinaryIO | None:
        try:
            return None if place is None else opened(place)
        except (OSError, zipfile.BadZipFile, NotImplementedError, EOFError):
            return None

    return open_it
