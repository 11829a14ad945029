"""What has become of Larkfield's photos: some held, one missed, one asked for, and a month of counts."""

import io
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from agreement.boxes import seal, sealed_key
from agreement.facts import Word
from agreement.letters import NotInExport, PhotoHeld, PhotoSaid, What
from controller.seams import Books
from controller.trends import bucket_of, week_of

HOURS = (2, 3, 3, 5, 26)
"""Hours from taken to gone, of the photos of one week."""


def digest(number: int) -> str:
    """The digest of one photo."""
    return sha256(str(number).encode()).hexdigest()


def held(number: int, recovery: str, word: Word = Word.ADDED) -> PhotoHeld:
    """A photo was sealed for this recovery key."""
    box, now = io.BytesIO(), datetime.now(UTC)
    seal(io.BytesIO(b"a photo"), box, recovery)
    box.seek(0)
    key = sealed_key(box).hex()
    return PhotoHeld(digest(number), 3_000_000, now - timedelta(hours=5), word, now - timedelta(hours=1), key)


def told(recovery: str) -> tuple[What, ...]:
    """Two are held, one is not in the export and gone, one is asked for."""
    taken = datetime.now(UTC) - timedelta(hours=5)
    return (
        held(1, recovery),
        held(2, recovery, Word.UNWANTED),
        NotInExport(digest(3), taken - timedelta(days=5), taken - timedelta(days=4), 3, held=False),
        PhotoSaid(digest(4), taken, Word.KEEP),
    )


def a_month(books: Books, devices: list[str]) -> None:
    """Counts of the last thirty days, by tablet."""
    today = datetime.now(UTC).toordinal()
    for place, device in enumerate(devices):
        for ago in range(1, 31):
            books.trends.waiting(device, today - ago, 9 + place + ago % 7)
            books.trends.waiting(device, today - ago, (ago + place) % 4)
            books.trends.carry(today - ago)
        for week in range(5):
            for hours in HOURS:
                seconds = hours * 3600 + week * 900 + place * 60
                books.trends.gone(device, week_of(today) - week, bucket_of(seconds), seconds)
