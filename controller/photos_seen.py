"""What the manager has to see of photos: missed by an export, found twice, asked to be kept, held; one view."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from controller import disputes
from controller.disputes import SecondPhoto
from controller.photo_records import KeepAsked, MissingPhoto
from controller.seams import Books

MOST = 200
"""Photos of one kind that a page lists."""


class Fate(StrEnum):
    """What has become of a photo that an export should have held."""

    BACK = "back"
    COMING = "coming"  # the tablet is told to put it back
    STUCK = "stuck"  # it is held, and no key here opens it
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Missed:
    """One photo that an export lacks."""

    photo: MissingPhoto
    fate: Fate
    export_at: datetime | None  # when the export was handed in, where that is known


@dataclass(frozen=True, slots=True)
class PhotosSeen:
    """All of it."""

    missed: tuple[Missed, ...] = ()
    asks: tuple[KeepAsked, ...] = ()
    held: Mapping[str, int] = field(default_factory=dict)  # photos that are held, by tablet
    trouble: str = ""  # why there is no recovery key
    seconds: tuple[SecondPhoto, ...] = ()  # found to be a picture that is another photo already


def see(books: Books, setting: str) -> PhotosSeen:
    """Look at a setting's photos."""
    exports = {one.number: one.ready_at for one in books.imports.every(MOST)}
    return PhotosSeen(
        tuple(
            Missed(photo, fate(books, photo), exports.get(photo.number)) for photo in books.missing.every(setting, MOST)
        ),
        books.keeps.open(setting, MOST),
        books.held.counts(setting),
        "" if books.recovery.public else books.recovery.trouble,
        disputes.see(books, setting, MOST),
    )


def fate(books: Books, photo: MissingPhoto) -> Fate:
    """What has become of it, as far as the tablet has told."""
    if photo.back_at is not None:
        return Fate.BACK
    held = books.held.get(photo.device, photo.digest)
    if held is None:
        return Fate.GONE
    return Fate.COMING if held.given_at else Fate.STUCK
