"""Photos that a person's word removed: held on their tablet, sealed; and how the manager, or an export, gets them back.

A key is opened only while a letter to that one tablet is written, is in no table and in no log, and leaves the letter
once the tablet says that the photo is back. A lost tablet is sent none: whoever has it must not read what is sealed.
"""

from collections.abc import Callable
from datetime import datetime

from agreement.letters import NotInExport, PhotoHeld, PhotoPurged, PhotoRestored
from controller import standings
from controller.notices import TABLETS
from controller.photo_records import HeldPhoto, MissingPhoto
from controller.records import Author, Device, DeviceState
from controller.seams import Books, Store

ITSELF = "Safeuse, by itself"
ALL = "all"
"""In place of a digest: every photo that is held on the tablet."""


class HeldError(ValueError):
    """Nothing can be put back, or noted; says why."""


def taken(books: Books, device: str, at: datetime, said: PhotoHeld, now: datetime) -> None:
    """A photo was sealed on a tablet. A sealed key that another tablet told of is no tablet's to ask for twice."""
    photo = HeldPhoto(device, said.digest, said.size, said.taken_at, said.word, said.said_at, at, now, said.sealed_key)
    if not books.held.put(photo):
        what = f"Did not keep the key of a held photo ({short(said.digest)}): another tablet told of the same one"
        books.audit.add(Author("Safeuse", now), what, device)


def ended(books: Books, device: str, digest: str) -> bool:
    """A photo is held no more; tells whether its key was on the way to the tablet."""
    photo = books.held.end(device, digest)
    return photo is not None and photo.given_at is not None


def restored(books: Books, device: str, at: datetime, said: PhotoRestored) -> bool:
    """A photo is back on its tablet; tells whether the standing changes."""
    books.missing.back(device, said.digest, at)
    return ended(books, device, said.digest)


def purged(books: Books, device: str, said: PhotoPurged) -> bool:
    """A photo is in the journal after all, and gone; tells whether the standing changes."""
    books.missing.end(device, said.digest)
    return ended(books, device, said.digest)


def not_in_export(books: Books, device: str, said: NotInExport, now: datetime) -> bool:
    """A word turned out wrong: what is held is put back without asking; tells whether the standing changes."""
    books.missing.put(MissingPhoto(device, said.digest, said.number, said.taken_at, said.said_at, now, said.held))
    return said.held and put_back_by_itself(books, device, said.digest, said.number, now)


def put_back_by_itself(books: Books, device: str, digest: str, number: int, now: datetime) -> bool:
    """Ask a photo back that an export does not hold; tells whether the standing changes."""
    photo, author = books.held.get(device, digest), Author(ITSELF, now)
    if photo is None or not books.recovery.opens(photo.sealed_key):
        what = f"Could not put back a photo ({short(digest)}) that is not in export {number}: no key here opens it"
        books.audit.add(author, what, device)
        return False
    if not books.held.give_back(device, [digest], author):
        return False
    what = f"Puts back a photo ({short(digest)}): someone said it is in the journal, and export {number} lacks it"
    books.audit.add(author, what, device)
    return True


def give_back(store: Store, setting: str, device: str, digest: str, author: Author) -> int:
    """Ask one photo back, or ALL of a tablet; gives how many nobody had asked for before. Raises HeldError."""
    with store.read() as books:
        check(books, setting, device)
        sealed = books.held.sealed(device) if digest == ALL else one_of(books, device, digest)
        opening = [one for one, key in sealed if books.recovery.opens(key)]
    if sealed and not opening:
        msg = "this photo cannot be put back: it was sealed for a recovery key that is not here any more"
        raise HeldError(msg)
    return store.write(asking(setting, device, opening, author)) if opening else 0


def one_of(books: Books, device: str, digest: str) -> list[tuple[str, str]]:
    """One photo with its sealed key; none when someone asked for it already. Raises HeldError."""
    photo = books.held.get(device, digest)
    if photo is None:
        msg = "this photo is not held any more, so there is nothing to put back"
        raise HeldError(msg)
    return [] if photo.given_at else [(photo.digest, photo.sealed_key)]


def asking(setting: str, device: str, digests: list[str], author: Author) -> Callable[[Books], int]:
    """The job that asks these back, and tells the tablet; what another manager did first counts once."""

    def job(books: Books) -> int:
        name = check(books, setting, device).name
        fresh = books.held.give_back(device, digests, author)
        if fresh:
            which = f"a photo ({short(digests[0])})" if fresh == len(digests) == 1 else f"{fresh} photos"
            books.audit.add(author, f"Asked that {which} be put back on {name}", device)
            standings.renew(books, device)
        return fresh

    return job


def check(books: Books, setting: str, device: str) -> Device:
    """The tablet, if what it holds can be given back now. Raises HeldError."""
    known = books.devices.get(device)
    if known is None or known.setting != setting:
        msg = "there is no such tablet"
        raise HeldError(msg)
    if known.state is DeviceState.RETIRED:
        msg = f"{known.name} does not take part any more, so nothing can be put back on it"
        raise HeldError(msg)
    if known.incident:
        msg = f"{known.name} is reported lost: what is sealed on it stays sealed until it is found"
        raise HeldError(msg)
    return known


def note(store: Store, setting: str, device: str, digest: str, author: Author) -> None:
    """Note as seen that a photo is not in an export. Raises HeldError."""

    def job(books: Books) -> None:
        known = books.devices.get(device)
        if known is None or known.setting != setting or not books.missing.note(device, digest, author):
            msg = "this was noted already, or the photo is in the journal by now"
            raise HeldError(msg)
        books.audit.add(author, f"Noted that a photo ({short(digest)}) is not in the journal’s export", device)
        books.ring(TABLETS)

    store.write(job)


def short(digest: str) -> str:
    """What a photo is known by in the audit log: never its name."""
    return f"digest {digest[:16]}…"
