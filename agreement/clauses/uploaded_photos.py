"""Clause 10: “Delete photos stored on devices as soon as they have been added to online Learning Journey's”.

As soon as, and never before: without evidence that is strong enough a photo stays, however old it is. A photo that is
late is a finding, never a purge.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from agreement.facts import Photo, Strength, Tablet
from agreement.rulings import Finding, Purge, Ruling


@dataclass(frozen=True, slots=True)
class UploadedPhotos:
    """Photos leave the tablet once they are in the journal; not there in time is told."""

    purge_on: frozenset[Strength] = frozenset({Strength.DELIVERED, Strength.PUBLISHED})
    due_within: timedelta = timedelta(hours=24)

    number: ClassVar[int] = 10
    title: ClassVar[str] = "Photos leave once they are in the journal"

    def __post_init__(self) -> None:
        """Refuse a deadline that no photo could meet."""
        if self.due_within <= timedelta():
            msg = "due_within must be longer than nothing: a photo needs time to be added"
            raise ValueError(msg)

    def judge(self, tablet: Tablet) -> Iterator[Ruling]:
        """Purge what is proved to be in the journal; tell what is overdue."""
        overdue = []
        for photo in tablet.photos:
            if self.is_in_journal(photo):
                yield Purge(photo)
            elif tablet.at - photo.taken_at >= self.due_within:
                overdue.append(photo)
        if overdue:
            yield self.late(overdue)

    def is_in_journal(self, photo: Photo) -> bool:
        """Tell whether the evidence is about this very file, and strong enough under these terms (law 2)."""
        evidence = photo.evidence
        return evidence is not None and evidence.digest == photo.digest and evidence.strength in self.purge_on

    def late(self, overdue: list[Photo]) -> Finding:
        """One finding for all photos that are overdue, with their number and since when the oldest is."""
        oldest = min(photo.taken_at for photo in overdue)
        one = len(overdue) == 1
        what = "1 photo is not in the journal yet." if one else f"{len(overdue)} photos are not in the journal yet."
        mend = (
            "Add it to the journal; it leaves by itself."
            if one
            else "Add them to the journal; they leave by themselves."
        )
        return Finding(self.number, "overdue", what, mend, oldest + self.due_within, len(overdue))
