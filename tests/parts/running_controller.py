"""A real controller: its own process, its own home folder, a free port on loopback."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import requests

from controller import certificate, enrol
from controller.enrol import Here
from controller.records import Author
from controller.store.books import SqlStore
from controller.store.database import Database
from controller.wiring import SETTING
from tests.fakes.tablet import PATIENCE, SigningTablet
from tests.parts.waiting import eventually

STARTS_WITHIN = 60.0
STOPS_WITHIN = 20.0
SETTINGS = 'setting = "Larkfield Nursery"\ncheck_in_every = "PT5M"\n'


@dataclass
class RunningController:
    """One controller, for as long as a test needs it. Its books may be opened beside it, as the command line does."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    _database: Database | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Where it listens: host:port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        return f"https://{self.address}"

    @property
    def pin(self) -> str:
        """The SHA-256 of its certificate."""
        folder = self.home
        return certificate.given(folder / "certificate.pem", folder / "certificate.key", now()).fingerprint

    @property
    def here(self) -> Here:
        """What goes into a code."""
        return Here((self.address,), self.pin)

    @property
    def store(self) -> SqlStore:
        """Its books; what is written here rings no bell over there."""
        if self._database is None:
            msg = "the books are not open"
            raise RuntimeError(msg)
        return SqlStore(self._database)

    def open_books(self) -> None:
        """Open them once, so that no test is blamed for the thread that writes."""
        self._database = Database(self.home / "safeuse.sqlite3")

    @property
    def log(self) -> str:
        """Everything that it has logged."""
        return (self.home / "log").read_text()

    @property
    def first_link(self) -> str:
        """The link that makes the first manager, as it was printed."""
        found = re.findall(r"https://\S+/link/\S+", (self.home / "printed").read_text())
        return str(found[-1])

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "controller", "serve"]
        where = ["--home", str(self.home), "--host", "127.0.0.1", "--port", str(self.port)]
        with (self.home / "log").open("ab") as log, (self.home / "printed").open("ab") as printed:
            self.process = subprocess.Popen([*command, *where], stdout=printed, stderr=log)
        eventually(self.answers, within=STARTS_WITHIN, what="the controller did not start")

    def answers(self) -> bool:
        """Tell whether it is there. Raises AssertionError when it has ended."""
        if self.process is None or self.process.poll() is not None:
            msg = f"the controller ended: {self.log}"
            raise RuntimeError(msg)
        if not (self.home / "certificate.pem").exists():
            return False
        with SigningTablet(self.address, self.pin) as caller:
            try:
                return caller.line.get(f"{self.url}/healthz", timeout=PATIENCE).ok
            except requests.RequestException:
                return False

    def stop(self) -> int:
        """Stop it as systemd would; gives its exit code."""
        return self.end(signal.SIGTERM)

    def kill(self) -> None:
        """Cut its power."""
        self.end(signal.SIGKILL)

    def end(self, number: signal.Signals) -> int:
        """End it by a signal."""
        if self.process is None:
            return 0
        self.process.send_signal(number)
        code = self.process.wait(STOPS_WITHIN)
        self.process = None
        return code

    def close(self) -> None:
        """Leave nothing running."""
        if self._database is not None:
            self._database.close()
            self._database = None
        if self.process is not None:
            self.stop()

    def code(self, tablet: str = "Sunflower 1", at: datetime | None = None) -> str:
        """A code for a new tablet, made at that time or now."""
        return enrol.make_code(self.store, SETTING, tablet, self.here, Author("Ada", at or now())).code

    def code_anew(self, device: str) -> str:
        """A code with which a known tablet is enrolled again."""
        return enrol.make_code_anew(self.store, device, self.here, Author("Ada", now())).code

    def hand_in(self, path: Path) -> None:
        """Hand an export of the journal in from the command line, and wait until it is read."""
        command = [sys.executable, "-m", "controller", "import-journal", str(path), "--home", str(self.home)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)

    def tablet(self, name: str = "") -> SigningTablet:
        """A tablet on the line; enrolled under this name when there is one."""
        made = SigningTablet(self.address, self.pin)
        if name:
            made.enrol(self.code(name))
        return made


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_controller(home: Path, settings: str = SETTINGS) -> Iterator[RunningController]:
    """Run a controller on this home folder until the end of the block."""
    home.mkdir(parents=True, exist_ok=True)
    keys = home.with_name(f"{home.name}-keys")  # never among the machine's own
    (home / "controller.toml").write_text(f'{settings}keys = "{keys}"\n')
    running = RunningController(home, free_port())
    try:
        running.start()
        running.open_books()
        yield running
    finally:
        running.close()
