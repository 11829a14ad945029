"""What tablets are offered: which imports are ready, the fingerprints in each, and one picture at a time."""

from dataclasses import dataclass
from typing import Final

import msgspec

from agreement.facts import Publication
from agreement.imports import MAX_LIST, MAX_PAGE, MAX_PAGE_BYTES, ImportList, ImportReady, Indexed, IndexPage
from controller import standings
from controller.imported import Import, Picture
from controller.records import DeviceState
from controller.refusals import RefusalError
from controller.seams import Books

STEP: Final = 100
"""Pictures that are looked up at once while a page fills."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """A picture that may be fetched: of which import, and how long it is."""

    held: Import
    size: int


def check_tablet(books: Books, device: str) -> str:
    """See that a tablet may ask for pictures; gives its setting. Raises RefusalError: retired, lost, why it is held."""
    known = books.devices.get(device)
    if known is None or known.state is DeviceState.RETIRED:
        raise RefusalError("retired")
    if known.state is DeviceState.HELD:
        raise RefusalError(known.held_code, standing=standings.if_lost(books, device))
    if known.incident is not None:
        raise RefusalError("lost", standing=standings.if_lost(books, device))
    return known.setting


def ready(books: Books, device: str, after: int) -> ImportList:
    """The imports above this number. Raises RefusalError."""
    check_tablet(books, device)
    return ImportList(tuple(as_ready(one) for one in books.imports.ready_after(after, MAX_LIST)))


def as_ready(one: Import) -> ImportReady:
    """An import as tablets are told of it."""
    kept = one.kept_until if one.has_pictures else None
    return ImportReady(
        number=one.number or 0,
        as_of=one.began_at,
        ready_at=one.ready_at or one.changed_at,
        source=one.source,
        pictures=one.tally.pictures,
        videos=one.tally.videos,
        kept_until=kept,
    )


def page(books: Books, device: str, number: int, after: str) -> IndexPage:
    """A page of an import's index, from the picture after this on. Raises RefusalError: no_such_import."""
    counted = counted_by(books, check_tablet(books, device))
    held = books.imports.numbered(number)
    if held is None:
        raise RefusalError("no_such_import")
    found: list[Indexed] = []
    size = 0
    while len(found) < MAX_PAGE and size < MAX_PAGE_BYTES:
        step = min(STEP, MAX_PAGE - len(found))
        rows = books.imports.index(held.id, after, step, counted)
        found += [as_indexed(one) for one in rows]
        size += sum(len(one.fingerprint) for one in rows)
        if len(rows) < step:
            return IndexPage(number, tuple(found))
        after = rows[-1].digest
    return IndexPage(number, tuple(found), after)


def as_indexed(one: Picture) -> Indexed:
    """A picture as tablets are told of it."""
    return Indexed(one.digest, one.size, one.publication, msgspec.Raw(one.fingerprint))


def picture(books: Books, device: str, digest: str) -> Shelved:
    """Where a picture can be fetched from. Raises RefusalError: no_such_picture, picture_gone."""
    counted = counted_by(books, check_tablet(books, device))
    holding = books.imports.holding(digest, counted)
    if holding:
        return Shelved(*holding[0])
    raise RefusalError("no_such_picture" if books.imports.known(digest) is None else "picture_gone")


def counted_by(books: Books, setting: str) -> frozenset[Publication]:
    """What counts as added by the terms that hold now."""
    return standings.terms(books, setting).uploaded_photos.counts_as_added
