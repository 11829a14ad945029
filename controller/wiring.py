"""The only place that builds the controller's real parts."""

import logging
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from agreement.agreement import Agreement, AgreementError, from_toml
from controller import certificate, keeps, key_file, recovery, settings, standings, trends
from controller.certificate import Certificate
from controller.doorkeeper import OLDEST, Doorkeeper
from controller.enrol import Here
from controller.journal.fetched import Fetched
from controller.journal.fingerprints import ChildFingerprints
from controller.journal.housekeeping import JournalKeeping
from controller.journal.reading import Reading
from controller.journal.running import Readers
from controller.key_file import RecoveryKey
from controller.notices import Notices
from controller.people import first_manager_link
from controller.presence import Presence
from controller.records import Author, Setting
from controller.seams import Books
from controller.settings import Home, Settings
from controller.shelves import Shelves
from controller.store.books import SqlStore
from controller.store.database import Database
from controller.store.migrate import check, migrate
from controller.web.parts import Parts
from controller.web.server import Server
from controller.web.site import site

SETTING = "main"
"""The id of the one setting that a controller serves now."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Controller:
    """A controller, ready to serve."""

    parts: Parts
    certificate: Certificate
    settings: Settings
    database: Database
    journal: JournalKeeping

    def serve(self) -> None:
        """Serve until told to stop. Raises ListenError."""
        Server(
            parts=self.parts,
            certificate=self.certificate,
            host=self.settings.host,
            port=self.settings.port,
            housekeeping=Housekeeping(self.parts, self.journal),
            site=site(self.parts),
            started=self.say_where,
        ).run()

    def say_where(self) -> None:
        """Leave a line of where the controller is reached."""
        log.info("serving", addresses=self.parts.here.addresses, fingerprint=self.certificate.fingerprint)

    def first_link(self) -> str | None:
        """The link that makes the first manager; None when there is one already."""
        token = first_manager_link(self.parts.store, self.parts.clock())
        return token and link_to(self.parts.here, token)


@dataclass
class Housekeeping:
    """What is done every few seconds, in a thread: little, and nothing when nothing happened."""

    parts: Parts
    journal: JournalKeeping
    _swept: datetime | None = None

    def __call__(self) -> None:
        """Write down who held the line; now and then, forget what no longer counts, and count the days."""
        self.parts.presence.flush(self.parts.store)
        self.parts.fetched.tell()
        present = self.parts.clock()
        self.journal(present)
        if self._swept is None or present - self._swept >= OLDEST:
            stale = int((present - 2 * OLDEST).timestamp())
            zone = ZoneInfo(self.parts.time_zone)
            self.parts.store.write(lambda books: books.letters.forget_nonces(stale))
            self.parts.store.write(lambda books: keeps.forget(books, present))
            self.parts.store.write(lambda books: trends.keep_up(books, present, zone))
            self._swept = present


def link_to(here: Here, token: str) -> str:
    """The address at which a one-time link is opened."""
    return f"https://{here.addresses[0]}/link/{token}"


def now() -> datetime:
    """The present, aware UTC."""
    return datetime.now(UTC)


@contextmanager
def controller(home: Home, chosen: Settings) -> Iterator[Controller]:
    """Build a controller on its home folder; everything is closed at the end.

    Raises SettingsError, CertificateError, MigrationError, OSError, each with what to do.
    """
    home.make()
    with home.alone(), opened(home, chosen) as built:
        yield built


@contextmanager
def opened(home: Home, chosen: Settings) -> Iterator[Controller]:
    """Build a controller on a home folder that is ours alone. Raises as controller."""
    hosts = settings.hosts(chosen)
    shown = certificate_of(home, chosen, hosts)
    if copy := migrate(home.database):
        log.info("the database was brought up to date", copy=str(copy))
    addresses = tuple(settings.with_port(host, chosen.port) for host in hosts)
    settings.tell_serving(home, addresses)
    database, notices = Database(home.database), Notices()
    try:
        store = SqlStore(database, notices.ring)
        first = first_agreement(home)
        store.write(lambda books: found(books, chosen, first))
        store = with_recovery_key(home, store)
        doorkeeper = Doorkeeper(store)
        doorkeeper.remember(now())
        here = Here(addresses, shown.fingerprint)
        shelves = Shelves(home.journal, settings.keys_folder(home, chosen))
        parts = Parts(store, notices, Presence(), doorkeeper, now, SETTING, here, chosen.time_zone, Fetched(), shelves)
        readers = Readers(store, shelves, home.path)
        with closing(JournalKeeping(store, shelves, notices, readers, SETTING)) as journal:
            yield Controller(parts, shown, chosen, database, journal)
    finally:
        database.close()


def certificate_of(home: Home, chosen: Settings, hosts: tuple[str, ...]) -> Certificate:
    """The certificate that is named in the settings, or our own. Raises CertificateError, OSError."""
    if chosen.certificate:
        return certificate.given(Path(chosen.certificate), Path(chosen.key), now())
    return certificate.own(home.path, hosts, now())


def first_agreement(home: Home) -> Agreement:
    """What the setting starts with: its own agreement.toml, else the one that ships. Raises SettingsError."""
    own = home.path / "agreement.toml"
    try:
        return from_toml(own.read_text() if own.exists() else (files("configs") / "agreement.toml").read_text())
    except (AgreementError, UnicodeDecodeError) as wrong:
        msg = f"{own} cannot be used: {wrong}. Mend the file, or remove it to start with the one that ships."
        raise settings.SettingsError(msg) from wrong


def found(books: Books, chosen: Settings, first: Agreement) -> None:
    """See that the setting is there, with a first agreement and the name that the settings give it."""
    wanted = Setting(SETTING, chosen.setting.strip(), chosen.check_in_every)
    if wanted not in books.agreements.settings():
        books.agreements.found(wanted)
        standings.renew_all(books, SETTING)
    if books.agreements.current(SETTING) is None:
        books.agreements.put(SETTING, first, Author("Safeuse", now()), "The agreement that every setting starts with")


def with_recovery_key(home: Home, store: SqlStore) -> SqlStore:
    """The store with the recovery key; the first start makes it, no other does. Tablets are told what changed."""
    with store.read() as books:
        known = books.recovery_keys.known(SETTING)
    key = key_file.read(home.path)
    if key.is_missing and known is None:
        key = key_file.make(home.path)
    if key.trouble:
        log.warning("no recovery key", why=key.trouble, mend=f"put {key_file.NAME} back from its copy, then restart")
    keyed = SqlStore(store.database, store.ring, key)
    keyed.write(lambda books: recovery.adopt(books, SETTING, key, now()))
    return keyed


def new_recovery_key(home: Home) -> RecoveryKey:
    """Make a recovery key in place of one that is gone; the next start tells the tablets. The controller must rest.

    Raises SettingsError, MigrationError, KeyFileError, OSError.
    """
    check(home.database)
    with home.alone():
        return key_file.make(home.path)


@contextmanager
def at_the_desk(home: Home) -> Iterator[tuple[SqlStore, Here]]:
    """The books and the way here, for a command that works beside a running controller.

    Raises SettingsError, CertificateError, MigrationError.
    """
    chosen = settings.read(home)
    serving = settings.serving(home)
    check(home.database)
    shown = certificate_of(home, chosen, serving.addresses)
    database = Database(home.database)
    try:
        yield SqlStore(database, recovery=key_file.read(home.path)), Here(serving.addresses, shown.fingerprint)
    finally:
        database.close()


@contextmanager
def at_the_journal(home: Home) -> Iterator[Reading]:
    """What reads the journal's exports, beside a running controller or without one. Raises as at_the_desk."""
    chosen = settings.read(home)
    check(home.database)
    database = Database(home.database)
    shelves = Shelves(home.journal, settings.keys_folder(home, chosen))
    zone, keep_for = ZoneInfo(chosen.time_zone), chosen.keep_pictures_for
    try:
        yield Reading(SqlStore(database), shelves, ChildFingerprints, now, SETTING, zone, keep_for)
    finally:
        database.close()


def log_to_stderr() -> None:
    """One JSON object a line on standard error. What is logged is chosen word by word; no secret is among it."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
