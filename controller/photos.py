"""What tablets tell of photos, and what becomes of it here: held, back, let go, gone, asked for, missed."""

from dataclasses import dataclass
from datetime import datetime

from agreement.letters import (
    NotInExport,
    PhotoDiscarded,
    PhotoHeld,
    PhotoPurged,
    PhotoRestored,
    PhotoSaid,
    Unknown,
    What,
)
from controller import held, keeps, trends
from controller.seams import Books


@dataclass(frozen=True, slots=True)
class Heard:
    """Which tablet told it, when it happened there, and when it was heard here."""

    device: str
    at: datetime
    now: datetime
    today: int  # the same day on the nursery's calendar: controller/trends.py


def take(books: Books, heard: Heard, said: What | Unknown) -> bool:
    """Let one piece of news have its effect; tells whether another standing holds for the tablet now."""
    device, at, now = heard.device, heard.at, heard.now
    match said:
        case PhotoPurged():
            books.reports.add_purge(device, at, now, said)
            trends.gone(books, device, said.taken_at, at, heard.today)
            changed = held.purged(books, device, said)
        case PhotoHeld():
            held.taken(books, device, at, said, now)
            changed = False
        case PhotoDiscarded():
            changed = held.ended(books, device, said.digest)
        case PhotoRestored():
            return held.restored(books, device, at, said)
        case PhotoSaid():
            return keeps.said(books, device, said, at, now)
        case NotInExport():
            changed = held.not_in_export(books, device, said, now)
        case _:
            return False
    return keeps.ended(books, device, said.digest, now) or changed
