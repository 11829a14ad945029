"""What the use cases need of the outside world, as the smallest interfaces that will do.

The store is the one real implementation of the books; it is SQLite in a file, in the tests too.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from controller.seams.house import Agreements, Apps, Audit, Incidents, People
from controller.seams.journal import Claims, Fingerprinter, FingerprinterError, Imports
from controller.seams.photos import Held, Keeps, Missing, Recovery, RecoveryKeys, Trends
from controller.seams.tablets import Codes, Devices, Findings, Hours, Letters, Networks, Reports

__all__ = ["Books", "Clock", "Fingerprinter", "FingerprinterError", "Store"]

T = TypeVar("T")


class Clock(Protocol):
    """The time."""

    def __call__(self) -> datetime:
        """The present, aware UTC."""
        ...


class Books(Protocol):
    """All that is remembered: within one transaction, or one consistent view."""

    def ring(self, topic: str) -> None:
        """Once this is committed, whoever waits for this topic is to be told; see controller.notices."""
        ...

    @property
    def agreements(self) -> Agreements:
        """Settings and agreements."""
        ...

    @property
    def apps(self) -> Apps:
        """Decisions on apps."""
        ...

    @property
    def audit(self) -> Audit:
        """Who changed what."""
        ...

    @property
    def claims(self) -> Claims:
        """Which photo each picture of the journal was found to be."""
        ...

    @property
    def codes(self) -> Codes:
        """Enrolment codes."""
        ...

    @property
    def devices(self) -> Devices:
        """Tablets."""
        ...

    @property
    def findings(self) -> Findings:
        """What is not as agreed."""
        ...

    @property
    def held(self) -> Held:
        """Photos that a person's word removed."""
        ...

    @property
    def hours(self) -> Hours:
        """When tablets were heard."""
        ...

    @property
    def imports(self) -> Imports:
        """The journal's exports."""
        ...

    @property
    def incidents(self) -> Incidents:
        """Lost tablets."""
        ...

    @property
    def keeps(self) -> Keeps:
        """Photos that someone asks to keep for a while."""
        ...

    @property
    def letters(self) -> Letters:
        """Check-ins."""
        ...

    @property
    def missing(self) -> Missing:
        """Photos that an export should have held."""
        ...

    @property
    def networks(self) -> Networks:
        """Networks seen."""
        ...

    @property
    def people(self) -> People:
        """Who may sign in."""
        ...

    @property
    def recovery(self) -> Recovery:
        """The key that gives held photos back."""
        ...

    @property
    def recovery_keys(self) -> RecoveryKeys:
        """Which recovery key the tablets were told of."""
        ...

    @property
    def reports(self) -> Reports:
        """News."""
        ...

    @property
    def trends(self) -> Trends:
        """Counts by day and week."""
        ...


class Store(Protocol):
    """Where the books are kept."""

    def read(self) -> AbstractContextManager[Books]:
        """One consistent view; writing in it fails."""
        ...

    def write(self, job: Callable[[Books], T]) -> T:
        """Run a job in one transaction; gives its result once it is durable. Raises what the job raises."""
        ...

    async def ask(self, job: Callable[[Books], T]) -> T:
        """The same, from an event loop."""
        ...
