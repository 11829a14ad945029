"""What is remembered of photos that are still on tablets, and the key that gives held ones back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from controller.photo_records import (
    Bucket,
    DayWaiting,
    HeldPhoto,
    KeepAsked,
    MissingPhoto,
    PublishedKey,
    TabletGone,
)
from controller.records import Author


class Recovery(Protocol):
    """The recovery key, as the controller holds it in memory."""

    @property
    def public(self) -> str:
        """The public half, 64 hex digits; empty while there is no key."""
        ...

    @property
    def trouble(self) -> str:
        """Why there is no key, in words."""
        ...

    def opens(self, sealed: str) -> bool:
        """Tell whether this key opens a sealed one."""
        ...

    def open(self, sealed: str) -> str | None:
        """The key of one box, hex; None when it was sealed for another recovery key, or there is none."""
        ...


class RecoveryKeys(Protocol):
    """Which recovery key the tablets were told of."""

    def known(self, setting: str) -> PublishedKey | None:
        """The latest; None before the first."""
        ...

    def publish(self, setting: str, public: str, shown: str, at: datetime) -> None:
        """Tablets are told this one from now on."""
        ...


class Held(Protocol):
    """The photos that are held, until the tablet tells their end."""

    def put(self, photo: HeldPhoto) -> bool:
        """Remember one; False when another tablet told of the same sealed key before, and nothing was kept."""
        ...

    def get(self, device: str, digest: str) -> HeldPhoto | None:
        """One of them."""
        ...

    def of(self, device: str, most: int) -> tuple[HeldPhoto, ...]:
        """Those of one tablet, the one whose time ends first at the beginning."""
        ...

    def count(self, device: str) -> int:
        """How many are held on one tablet."""
        ...

    def counts(self, setting: str) -> dict[str, int]:
        """How many are held, for each tablet of a setting that takes part and holds any."""
        ...

    def sealed(self, device: str) -> Sequence[tuple[str, str]]:
        """Digest and sealed key of those of one tablet that nobody asked back yet."""
        ...

    def give_back(self, device: str, digests: Sequence[str], author: Author) -> int:
        """Ask these back; gives how many of them nobody had asked back before."""
        ...

    def keep_sealed(self, device: str, digests: Sequence[str]) -> None:
        """Do not ask these back any more."""
        ...

    def asked_back(self, device: str, most: int) -> tuple[HeldPhoto, ...]:
        """Those of one tablet that are to be put back, asked first first."""
        ...

    def end(self, device: str, digest: str) -> HeldPhoto | None:
        """Forget one; gives what was known of it."""
        ...


class Missing(Protocol):
    """The photos that an export should have held."""

    def put(self, photo: MissingPhoto) -> None:
        """Remember one; a later export speaks for an earlier one."""
        ...

    def every(self, setting: str, most: int) -> tuple[MissingPhoto, ...]:
        """Those that nobody has noted as seen, on tablets that take part, the latest first."""
        ...

    def back(self, device: str, digest: str, at: datetime) -> None:
        """It is back on the tablet."""
        ...

    def note(self, device: str, digest: str, author: Author) -> bool:
        """Note one as seen; False when there was nothing to note."""
        ...

    def end(self, device: str, digest: str) -> None:
        """Forget one: it is in the journal after all."""
        ...


class Keeps(Protocol):
    """Who asked to keep what, and what the manager said."""

    def put(self, asked: KeepAsked) -> None:
        """Remember one that was asked, in place of an earlier one about the same photo."""
        ...

    def get(self, device: str, digest: str) -> KeepAsked | None:
        """One of them."""
        ...

    def open(self, setting: str, most: int) -> tuple[KeepAsked, ...]:
        """Those that wait for the manager, on tablets that take part, the earliest first."""
        ...

    def decide(self, device: str, digest: str, author: Author, until: datetime | None) -> bool:
        """Allow it until then, or not at all; False when it does not wait for anybody any more."""
        ...

    def allowed(self, device: str, most: int) -> tuple[KeepAsked, ...]:
        """Those of one tablet that are allowed, the one that ends last at the beginning."""
        ...

    def running(self, setting: str, now: datetime, most: int) -> tuple[KeepAsked, ...]:
        """Those that are allowed now, on tablets that take part, the one that ends first at the beginning."""
        ...

    def withdraw(self, device: str, digest: str, author: Author) -> bool:
        """Allow one no longer; False when it is not allowed at that moment."""
        ...

    def end(self, device: str, digest: str) -> KeepAsked | None:
        """Forget one; gives what was known of it."""
        ...

    def forget(self, before: datetime) -> int:
        """Forget what was allowed until an earlier time than this; gives how many."""
        ...


class Trends(Protocol):
    """Counts of photos by day and week; small, and kept for a year and a little."""

    def waiting(self, device: str, day: int, waiting: int) -> None:
        """So many wait on this tablet now."""
        ...

    def gone(self, device: str, week: int, bucket: int, seconds: int) -> None:
        """One photo left this tablet, so many seconds after it was taken."""
        ...

    def latest(self) -> int | None:
        """The last day that was added up."""
        ...

    def carry(self, day: int) -> None:
        """Give each tablet that takes part and has no count of this day the one of the day it had last; add them up."""
        ...

    def days_of(self, device: str, since: int) -> tuple[DayWaiting, ...]:
        """One tablet by day, the earliest first."""
        ...

    def days(self, setting: str, since: int, today: int) -> tuple[DayWaiting, ...]:
        """All tablets of a setting by day, the earliest first; today as it is at this moment."""
        ...

    def weeks_of(self, device: str, since: int) -> tuple[Bucket, ...]:
        """One tablet by week and by how long it took, the earliest and the fastest first."""
        ...

    def weeks(self, setting: str, since: int) -> tuple[Bucket, ...]:
        """All tablets of a setting by week and by how long it took, the earliest and the fastest first."""
        ...

    def slowest(self, setting: str, since: int, most: int) -> tuple[TabletGone, ...]:
        """The tablets on which a photo took longest."""
        ...

    def forget(self, day: int, week: int) -> None:
        """Forget what is before this day, and before this week."""
        ...
