"""The only place that builds real parts."""

import logging
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct

from agent.acting import Acting
from agent.clock import SteadyClock
from agent.courier import PinnedCourier
from agent.device import Terms, changes, package_files, this_device, tidy
from agent.identity import Folder, Identity, NotEnrolledError
from agent.imports import Imports
from agent.journals import Journals, JournalSettingsError, parse
from agent.ledger import Ledger
from agent.looking import Looking
from agent.media import Boxes, Media
from agent.removing import Removing
from agent.round import Round
from agent.running import Line, Service
from agent.seams.tablet import Hands, Senses
from agent.service.notifier import Notifier
from agent.settings import SYSTEM_RUN, Settings, SettingsError, folders, homes, read, run_folder, state_folder
from agent.tablet_page.desk import Desk
from agent.tablet_page.door import Door
from agent.tablet_page.people import People
from agent.telling import Telling
from agent.wake import Listening, Wake, Watches
from agreement.agreement import Agreement
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.facts import Evidence, Lost
from agreement.letters import Enrolled, PhotoCounts

LEDGER = "ledger.sqlite3"
DOUBTS = "doubts"  # where the journal's pictures lie that photos may be
BOXES = "held"
"""Below the state folder: the boxes of held photos."""
log = logging.getLogger("agent")


def serve(arguments: Sequence[str]) -> int:
    """Run the service until it is told to stop; 1 when it cannot begin."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    home = Path(arguments[1]) if arguments[:1] == ["--home"] and arguments[1:] else state_folder()
    notifier = Notifier()
    try:
        with ExitStack() as closing:
            running = service(home, notifier, closing)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: running.stop())
            notifier.ready()
            running.run()
            notifier.stopping()
    except (NotEnrolledError, SettingsError, JournalSettingsError, OSError) as reason:
        log.error("the agent cannot begin: %s", reason)  # noqa: TRY400 - the reason is for a person, not the stack
        return 1
    return 0


def service(home: Path, notifier: Notifier, closing: ExitStack) -> Service:
    """Build the whole agent. Raises NotEnrolledError, SettingsError, JournalSettingsError, OSError."""
    folder, settings = Folder(home), read(home)
    identity = folder.identity()
    ledger = Ledger(home / LEDGER)
    closing.callback(ledger.close)
    clock, wake = SteadyClock(), Wake()
    courier = courier_of(identity, folder, clock)
    closing.callback(courier.close)
    senses, hands = this_device(terms(settings))
    journal_settings = parse(settings.journals, folders(settings))
    media = Media(folders(settings), homes(settings), ledger.digests(), settings.photos.settle)
    media.heed(spared=[home, *(Path(journal.path) for journal in journal_settings if journal.kind == "folder")])
    journals = Journals(journal_settings, Believing(ledger, wake), clock.now, home)
    closing.callback(journals.stop)
    imports = Imports(ledger, courier, clock.now, home, lambda: wake.ask("export"), opened=media.opened)
    closing.callback(imports.stop)
    telling = Telling(identity.device, clock, senses, hands, ledger, courier)
    removing = Removing(clock, media, Boxes(home / BOXES, folders(settings)), ledger)
    removing.sweep()
    acting = Acting(clock, senses, hands, removing, ledger, courier, settings.device.enforce_network)
    looking = Looking(identity.device, clock, senses, media, ledger, settings.device.watch_apps)
    watches = watch(settings, wake, closing)
    open_door(home, settings, Desk(ledger, clock, home / DOUBTS, lambda: wake.ask("word")), closing)
    return Service(
        Round(ledger, journals, imports, looking, acting, telling),
        telling,
        media,
        ledger,
        clock,
        wake,
        Line(courier, ledger, wake),
        watches.refresh,
        notifier.alive,
        clock.jumped,
        tidy,
    )


def open_door(home: Path, settings: Settings, desk: Desk, closing: ExitStack) -> None:
    """Keep a door for people's pages. An agent without one does all else."""
    folder = run_folder()
    people = People(lambda: homes(settings), os.geteuid())
    door = Door(folder or home, desk, people, public=folder is not None and os.geteuid() == 0)
    closing.callback(door.stop)
    try:
        door.start()
    except OSError as failure:
        log.warning("nobody can open the page on this tablet: %s", failure)


def watch(settings: Settings, wake: Wake, closing: ExitStack) -> Watches:
    """Start everything that wakes the agent by itself."""
    watches = Watches(wake, folders(settings), package_files(terms(settings)), settings.look_every)
    watches.start()
    closing.callback(watches.stop)
    monitor = changes()
    closing.callback(monitor.close)
    listening = Listening(wake, monitor, "network")
    listening.start()
    closing.callback(listening.stop)
    return watches


def courier_of(identity: Identity, folder: Folder, clock: SteadyClock) -> PinnedCourier:
    """The courier of this tablet."""
    seed = bytes.fromhex(identity.seed)
    known = folder.known_ips()
    return PinnedCourier(identity.device, seed, identity.pin, identity.addresses, clock, known, folder.keep_ips)


@dataclass(frozen=True, slots=True)
class Believing:
    """Writes evidence down, and asks for a round when it is new."""

    ledger: Ledger
    wake: Wake

    def __call__(self, evidence: Evidence) -> None:
        """Believe it. Raises OSError when it cannot be written down."""
        if self.ledger.believe(evidence):
            self.wake.ask("evidence")


def terms(settings: Settings) -> Terms:
    """What the device is told about this tablet."""
    return Terms(
        homes=lambda: homes(settings),
        watched=lambda: folders(settings),
        journals=tuple(str(journal.get("name", journal.get("kind", ""))) for journal in settings.journals),
        enforce_network=settings.device.enforce_network,
        watch_apps=settings.device.watch_apps,
        bells=run_folder() or (SYSTEM_RUN if SYSTEM_RUN.is_dir() else None),
    )


# for a person at the terminal


def device_for(home: Path) -> tuple[Senses, Hands]:
    """The senses and hands of this tablet. Raises SettingsError, OSError."""
    return this_device(terms(read(home)))


def begin(home: Path, enrolled: Enrolled) -> None:
    """Keep the first standing and take the baseline of apps. A ledger of another identity is put aside first."""
    ledger = Ledger(home / LEDGER)
    held = ledger.standing()
    if held and held.device != enrolled.device:
        ledger.close()
        put_aside(home)
        ledger = Ledger(home / LEDGER)
    try:
        ledger.keep(enrolled.standing)
        senses, _ = device_for(home)
        ledger.inventory(senses.apps(), senses.history(), enrolled.now)
    finally:
        ledger.close()


def put_aside(home: Path) -> None:
    """Rename a ledger that belongs to another identity; its photos are found again by looking."""
    for path in home.glob(f"{LEDGER}*"):
        path.rename(path.with_name(f"before-{path.name}"))


def agreement_of(home: Path) -> Agreement:
    """The terms that hold on this tablet, or the defaults before it is enrolled."""
    if not (home / LEDGER).exists():
        return Agreement()
    ledger = Ledger(home / LEDGER)
    try:
        standing = ledger.standing()
    finally:
        ledger.close()
    return standing.agreement if standing else Agreement()


class Status(Struct, frozen=True):
    """How this tablet stands, by its own ledger."""

    device: str
    tablet: str
    setting: str
    standing: int
    controller: tuple[str, ...]
    lost: Lost | None
    photos: PhotoCounts  # overdue as of the last round

    def lines(self) -> Iterator[str]:
        """The same in words."""
        yield f"{self.tablet}, of {self.setting}; standing {self.standing}."
        yield f"Reported {self.lost.kind}: {self.lost.message}" if self.lost else "Not reported lost."
        yield f"Controller: {', '.join(self.controller)}."
        yield (
            f"Photos: {self.photos.waiting} not known to be in the journal; {self.photos.purged} removed because they"
            f" were, of {self.photos.taken} ever seen."
        )


def status(home: Path) -> Status:
    """Read how this tablet stands. Raises NotEnrolledError, OSError."""
    identity = Folder(home).identity()
    ledger = Ledger(home / LEDGER)
    try:
        standing = ledger.standing()
        overdue = sum(f.count for f in ledger.open_findings() if f.clause == UploadedPhotos.number)
        counts = ledger.counts(SteadyClock().now(), overdue)
    finally:
        ledger.close()
    return Status(
        identity.device,
        standing.tablet if standing else "",
        standing.setting if standing else "",
        standing.sequence if standing else 0,
        identity.addresses,
        standing.lost if standing else None,
        counts,
    )
