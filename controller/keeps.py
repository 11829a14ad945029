"""Someone at a tablet asks that a photo may stay on it for a while: the manager allows it until a time, or does not.

What was allowed can be withdrawn. The tablet goes by its next standing: the photo waits for the journal as any other.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from agreement.deadlines import Closing
from agreement.facts import Word
from agreement.letters import PhotoSaid
from controller import standings
from controller.notices import TABLETS
from controller.photo_records import KeepAsked
from controller.records import Author, Device, DeviceState
from controller.seams import Books, Store


class KeepError(ValueError):
    """There is nothing to decide; says why."""


class Until(StrEnum):
    """What the manager can answer."""

    CLOSING = "closing"
    DAY = "day"
    WEEK = "week"
    NO = "no"


SPANS = {Until.DAY: timedelta(days=1), Until.WEEK: timedelta(weeks=1)}


def said(books: Books, device: str, word: PhotoSaid, at: datetime, now: datetime) -> bool:
    """A person at a tablet said something of a photo; tells whether the standing changes."""
    if word.word is not Word.KEEP:
        return ended(books, device, word.digest, now)
    known = books.keeps.get(device, word.digest)
    if known is None or not (known.is_open or (known.until is not None and known.until > now)):
        books.keeps.put(KeepAsked(device, word.digest, word.taken_at, at, now))
    return False


def ended(books: Books, device: str, digest: str, now: datetime) -> bool:
    """A photo is gone, or the word was taken back; tells whether something was allowed until now."""
    known = books.keeps.end(device, digest)
    return known is not None and known.until is not None and known.until > now


def until(answer: Until, closing: Closing, now: datetime) -> datetime | None:
    """Until when a photo may stay, in UTC; None: it may not."""
    if answer is Until.CLOSING:
        return closing.next_after(now)
    return now + SPANS[answer] if answer in SPANS else None


def decide(store: Store, setting: str, photo: tuple[str, str], answer: str, author: Author) -> None:
    """Answer about a photo (its tablet and digest). Raises KeepError."""
    if answer not in set(Until):
        msg = "choose until when the photo may stay, or that it may not"
        raise KeepError(msg)
    store.write(lambda books: decided(books, setting, photo, Until(answer), author))


def decided(books: Books, setting: str, photo: tuple[str, str], answer: Until, author: Author) -> None:
    """Keep the answer, and tell the tablet if the photo may stay. Raises KeepError."""
    device, digest = photo
    known = asking(books, setting, device)
    stays = until(answer, standings.terms(books, setting).uploaded_photos.closing, author.at)
    if not books.keeps.decide(device, digest, author, stays):
        msg = "nobody asks for this photo any more: it was answered, taken back, or the photo is gone"
        raise KeepError(msg)
    allowed = f"Allowed a photo (digest {digest[:16]}…) on {known.name} to stay until"
    refused = f"Did not allow a photo (digest {digest[:16]}…) to stay on {known.name}"
    books.audit.add(author, f"{allowed} {stays:%d %B %Y %H:%M} UTC" if stays else refused, device)
    if stays:
        standings.renew(books, device)
    books.ring(TABLETS)


def withdraw(store: Store, setting: str, photo: tuple[str, str], author: Author) -> None:
    """End at once that a photo (its tablet and digest) may stay. Raises KeepError."""

    def job(books: Books) -> None:
        device, digest = photo
        name = asking(books, setting, device).name
        if not books.keeps.withdraw(device, digest, author):
            msg = "this photo is not kept any more: that was ended, it ended by itself, or the photo is gone"
            raise KeepError(msg)
        books.audit.add(author, f"Ended that a photo (digest {digest[:16]}…) may stay on {name}", device)
        standings.renew(books, device)

    store.write(job)


def asking(books: Books, setting: str, device: str) -> Device:
    """The tablet that asks. Raises KeepError."""
    known = books.devices.get(device)
    if known is None or known.setting != setting or known.state is DeviceState.RETIRED:
        msg = "this tablet does not take part any more"
        raise KeepError(msg)
    return known


def forget(books: Books, now: datetime) -> None:
    """Forget what has ended by itself; the tablets judge by the time that they were told."""
    if books.keeps.forget(now):
        books.ring(TABLETS)
