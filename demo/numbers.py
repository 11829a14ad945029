"""What happened, in numbers: read from the tablets' ledgers and the controller's store, never from the story."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from agreement.clauses.secure_network import subject_of
from agreement.facts import Network
from controller.seams import Books
from controller.store.books import SqlStore
from controller.store.database import Database
from lab.tablet import BoxTablet


class TabletNumbers(Struct):
    """One tablet, by its own ledger; its findings by the store."""

    taken: int
    in_journal: int
    purged: int
    kept: int
    overdue: int
    findings: list[str]


class Spread(Struct):
    """Seconds: the middle one and the worst, of so many."""

    median: float
    worst: float
    of: int


class Numbers(Struct):
    """Everything that `--json` writes."""

    tablets: dict[str, TabletNumbers]
    seconds_from_evidence_to_gone: Spread | None
    seconds_from_lost_to_locked: float | None
    lock_detail: str
    networks_are_really_cut_off: bool


class Record:
    """Reads the store of a running controller."""

    def __init__(self, database: Path) -> None:
        self._path = database

    @contextmanager
    def books(self) -> Iterator[Books]:
        """One consistent view."""
        database = Database(self._path)
        try:
            with SqlStore(database).read() as books:
                yield books
        finally:
            database.close()

    def device(self, name: str) -> str:
        """The id of a tablet; empty before it is enrolled."""
        with self.books() as books:
            return next((device.id for device in books.devices.every() if device.name == name), "")

    def network_of(self, device: str) -> str:
        """The key of the network that a tablet was on last; empty before it was heard."""
        with self.books() as books:
            known = books.devices.get(device)
        if known is None or known.posture is None or not known.posture.networks:
            return ""
        seen = known.posture.networks[0]
        network = Network(
            seen.interface, seen.medium, seen.name, seen.security, seen.bssid, seen.gateway, seen.gateway_mac
        )
        return subject_of(network)

    def open_findings(self, device: str, clause: int | None = None) -> list[str]:
        """What is open on a tablet, in words."""
        with self.books() as books:
            return [finding.what for finding in books.findings.open(device, clause)]

    def all_findings(self, device: str) -> list[str]:
        """What was ever found on a tablet, in words."""
        with self.books() as books:
            found = (*books.findings.open(device), *books.findings.cleared(device, 100))
        return list(dict.fromkeys(finding.what for finding in found))

    def locked(self, device: str) -> tuple[float | None, str]:
        """Seconds from the report of a loss to the tablet's own word that it locked, and that word."""
        with self.books() as books:
            incident = next((one for one in books.incidents.every(100) if one.device == device), None)
        if incident is None or incident.locked_at is None:
            return None, incident.locked_detail if incident else ""
        return (incident.locked_at - incident.opened_at).total_seconds(), incident.locked_detail

    def from_evidence_to_gone(self) -> Spread | None:
        """Over every photo that was purged, by the deletion records."""
        with self.books() as books:
            purges = [purge for device in books.devices.every() for purge in books.reports.purges(device.id, 1000)]
        seconds = [(purge.at - purge.evidence_at).total_seconds() for purge in purges]
        return Spread(statistics.median(seconds), max(seconds), len(seconds)) if seconds else None

    def numbers(self, tablets: list[BoxTablet], lost: BoxTablet, *, cut_off: bool) -> Numbers:
        """Everything, as it is now."""
        seconds, detail = self.locked(self.device(lost.name))
        every = {tablet.name: self.of(tablet) for tablet in tablets}
        return Numbers(every, self.from_evidence_to_gone(), seconds, detail, cut_off)

    def of(self, tablet: BoxTablet) -> TabletNumbers:
        """One tablet."""
        photos = tablet.status()["photos"]
        return TabletNumbers(
            photos["taken"],
            photos["in_journal"],
            photos["purged"],
            photos["waiting"],
            photos["overdue"],
            self.all_findings(self.device(tablet.name)),
        )
