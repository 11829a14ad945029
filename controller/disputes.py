"""Two photos were found to be one picture of the journal: one is wrong. The manager is told until it is seen."""

from dataclasses import dataclass

from controller.imported import Disputed
from controller.notices import TABLETS
from controller.records import Author
from controller.seams import Books, Store


class DisputeError(ValueError):
    """There is nothing to note; says why."""


@dataclass(frozen=True, slots=True)
class SecondPhoto:
    """The photo that came second, with the name of the tablet whose photo was first."""

    disputed: Disputed
    first: str


def see(books: Books, setting: str, most: int) -> tuple[SecondPhoto, ...]:
    """Those that nobody has noted as seen, the latest first."""
    names = {device.id: device.name for device in books.devices.every()}
    return tuple(SecondPhoto(one, names[one.first]) for one in books.claims.disputes(setting, most))


def note(store: Store, setting: str, picture: str, device: str, author: Author) -> None:
    """Note as seen that a second photo was found to be a picture. Raises DisputeError."""

    def job(books: Books) -> None:
        known = books.devices.get(device)
        if known is None or known.setting != setting or not books.claims.note(picture, device, author):
            msg = "this was noted already"
            raise DisputeError(msg)
        books.audit.add(author, f"Noted that a second photo is like a journal picture ({picture[:16]}…)", device)
        books.ring(TABLETS)

    store.write(job)
