"""What the page “Journal” shows: the imports, the newest first, and how far the tablets are. No file is named."""

from dataclasses import dataclass

from agreement.drawers import content_size
from controller.imported import UNDER_WAY, Import, ImportState
from controller.journal.keeping import listens, unanswered
from controller.records import Device, DeviceState
from controller.seams import Books
from controller.shelves import Shelves

MOST = 50
"""Imports that the page looks back on."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An import that is being handed in or read."""

    held: Import
    done: int
    total: int

    @property
    def is_upload(self) -> bool:
        """Tell whether it is still arriving."""
        return self.held.state is ImportState.RECEIVING

    @property
    def percent(self) -> int:
        """How far it is."""
        return 100 * self.done // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class Past:
    """An import that has come to its end, and which tablets have worked through it."""

    held: Import
    answered: tuple[Device, ...]
    waiting: tuple[Device, ...]
    unasked: tuple[Device, ...] = ()  # lost or held: they are given no picture, and nobody waits for them

    @property
    def is_ready(self) -> bool:
        """Tell whether tablets can ask for it."""
        return self.held.state is ImportState.READY


@dataclass(frozen=True, slots=True)
class Journal:
    """The whole page."""

    under_way: tuple[UnderWay, ...]
    past: tuple[Past, ...]

    @property
    def newest(self) -> Import | None:
        """The newest import that tablets can ask for."""
        return next((one.held for one in self.past if one.is_ready), None)


def view(books: Books, shelves: Shelves) -> Journal:
    """Look at every import."""
    every = books.imports.every(MOST)
    devices = books.devices.every()
    return Journal(
        tuple(under_way(one, shelves) for one in every if one.state in UNDER_WAY),
        tuple(past(books, one, devices) for one in every if one.state not in UNDER_WAY),
    )


def under_way(one: Import, shelves: Shelves) -> UnderWay:
    """How far it is: bytes of an upload, files of an export that is read."""
    if one.state is ImportState.READING:
        return UnderWay(one, one.done, one.entries)
    upload = shelves.upload(one.id)
    return UnderWay(one, content_size(upload.stat().st_size) if upload.exists() else 0, one.size)


def past(books: Books, one: Import, devices: tuple[Device, ...]) -> Past:
    """Which tablets have answered, and which have not yet."""
    if one.state is not ImportState.READY:
        return Past(one, (), ())
    given = {answer.device for answer in books.imports.answers(one.id)}
    answered = tuple(device for device in devices if device.id in given)
    unasked = tuple(device for device in devices if device.id not in given and is_shut_out(device))
    return Past(one, answered, unanswered(books, one, devices), unasked)


def is_shut_out(device: Device) -> bool:
    """Tell whether a tablet that takes part is lost or held."""
    return device.state is not DeviceState.RETIRED and not listens(device)
