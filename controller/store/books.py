"""All that is remembered, behind the seams: the books on one connection, and the store that opens them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection

from controller.key_file import NO_KEY
from controller.seams.photos import Recovery
from controller.store.agreements import Agreements
from controller.store.apps import Apps
from controller.store.audit import Audit
from controller.store.claims import Claims
from controller.store.codes import Codes
from controller.store.database import Database
from controller.store.devices import Devices
from controller.store.findings import Findings
from controller.store.heard import Hours
from controller.store.held import Held, Missing
from controller.store.imports import Imports
from controller.store.incidents import Incidents
from controller.store.keeps import Keeps
from controller.store.letters import Letters
from controller.store.networks import Networks
from controller.store.news import Reports
from controller.store.people import People
from controller.store.recovery import RecoveryKeys
from controller.store.trends import Trends

T = TypeVar("T")
Ring = Callable[[frozenset[str]], None]


class SqlBooks:
    """The books on one connection: within one transaction, or one consistent view."""

    def __init__(self, connection: Connection, rung: set[str], recovery: Recovery = NO_KEY) -> None:
        self.connection = connection
        self.recovery = recovery
        self._rung = rung
        self._letters: Letters | None = None

    def ring(self, topic: str) -> None:
        """Once this is committed, whoever waits for this topic is to be told."""
        self._rung.add(topic)

    @property
    def agreements(self) -> Agreements:
        """Settings and agreements."""
        return Agreements(self.connection)

    @property
    def apps(self) -> Apps:
        """Decisions on apps."""
        return Apps(self.connection)

    @property
    def audit(self) -> Audit:
        """Who changed what."""
        return Audit(self.connection)

    @property
    def claims(self) -> Claims:
        """Which photo each picture of the journal was found to be."""
        return Claims(self.connection)

    @property
    def codes(self) -> Codes:
        """Enrolment codes."""
        return Codes(self.connection)

    @property
    def devices(self) -> Devices:
        """Tablets."""
        return Devices(self.connection)

    @property
    def findings(self) -> Findings:
        """What is not as agreed."""
        return Findings(self.connection)

    @property
    def held(self) -> Held:
        """Photos that a person's word removed."""
        return Held(self.connection)

    @property
    def hours(self) -> Hours:
        """When tablets were heard."""
        return Hours(self.connection)

    @property
    def imports(self) -> Imports:
        """The journal's exports."""
        return Imports(self.connection)

    @property
    def incidents(self) -> Incidents:
        """Lost tablets."""
        return Incidents(self.connection)

    @property
    def keeps(self) -> Keeps:
        """Photos that someone asks to keep for a while."""
        return Keeps(self.connection)

    @property
    def letters(self) -> Letters:
        """Check-ins."""
        if self._letters is None:
            self._letters = Letters(self.connection)
        return self._letters

    @property
    def missing(self) -> Missing:
        """Photos that an export should have held."""
        return Missing(self.connection)

    @property
    def networks(self) -> Networks:
        """Networks seen."""
        return Networks(self.connection)

    @property
    def people(self) -> People:
        """Who may sign in."""
        return People(self.connection)

    @property
    def recovery_keys(self) -> RecoveryKeys:
        """Which recovery key the tablets were told of."""
        return RecoveryKeys(self.connection)

    @property
    def reports(self) -> Reports:
        """News."""
        return Reports(self.connection)

    @property
    def trends(self) -> Trends:
        """Counts by day and week."""
        return Trends(self.connection)


class SqlStore:
    """The store: opens the books, and rings once what was written is durable."""

    def __init__(self, database: Database, ring: Ring = lambda _topics: None, recovery: Recovery = NO_KEY) -> None:
        self.database = database
        self.recovery = recovery
        self.ring = ring

    @contextmanager
    def read(self) -> Iterator[SqlBooks]:
        """One consistent view of the books; writing in it fails."""
        with self.database.read() as connection:
            yield SqlBooks(connection, set(), self.recovery)

    def write(self, job: Callable[[SqlBooks], T]) -> T:
        """Run a job in one transaction; gives its result once it is durable. Raises what the job raises."""
        rung: set[str] = set()
        result = self.database.write(lambda connection: job(SqlBooks(connection, rung, self.recovery)))
        if rung:
            self.ring(frozenset(rung))
        return result

    async def ask(self, job: Callable[[SqlBooks], T]) -> T:
        """The same, from an event loop."""
        rung: set[str] = set()
        result = await self.database.ask(lambda connection: job(SqlBooks(connection, rung, self.recovery)))
        if rung:
            self.ring(frozenset(rung))
        return result
