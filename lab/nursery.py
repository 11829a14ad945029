"""A whole nursery of real processes: a controller, a journal, tablets; on loopback, or in networks of our own.

With a `NurseryNetwork` the controller and the journal stand in the world, each tablet lives in a namespace of its own
and really is cut off. Without one (no root) everything is on loopback, and networks are only judged.
"""

import hashlib
import os
import secrets
import ssl
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from lab.browser import Browser
from lab.certificates import SelfSigned, self_signed
from lab.doorway import opened
from lab.nursery_network import CONTROLLER, ELSEWHERE, NurseryNetwork
from lab.processes import BrokenStageError, Processes, free_port, python
from lab.tablet import BoxTablet, Journal

CONTROLLER_PORT = 8443
JOURNAL_PORT = 8080

CONTROLLER_TOML = """\
setting = "Larkfield Nursery"
host = "{host}"
port = {port}
addresses = ["{host}"]
"""


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Nursery:
    """Larkfield Nursery, from entering to leaving. `networks` is entered already, where there is one."""

    def __init__(self, folder: Path, networks: NurseryNetwork | None = None, agreement: str = "") -> None:
        """Take an empty folder, and the TOML of the agreement to begin with."""
        self.folder, self.networks = folder, networks
        self.tablets: list[BoxTablet] = []
        self._agreement = agreement
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        """Start the controller and the journal."""
        with ExitStack() as undo:
            (self.folder / "logs").mkdir()
            self.processes = undo.enter_context(Processes(self.folder / "logs"))
            self.controller_home = self.folder / "controller"
            self.start_controller(undo)
            self.journal = self.start_journal()
            self._ending = undo.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        """End every process."""
        self._ending.close()

    def start_controller(self, undo: ExitStack) -> None:
        """Start the controller, and a way for a browser to it: `dashboard` is its address on this machine."""
        where = Address(CONTROLLER, CONTROLLER_PORT) if self.networks else Address("127.0.0.1", free_port())
        self.controller_home.mkdir(mode=0o700)
        (self.controller_home / "controller.toml").write_text(CONTROLLER_TOML.format(host=where.host, port=where.port))
        if self._agreement:
            (self.controller_home / "agreement.toml").write_text(self._agreement)
        self.dashboard = where
        if self.networks:
            outside = undo.enter_context(opened(self.networks.inside("world"), where.host, where.port))
            self.dashboard = Address("127.0.0.1", outside)
        self.run_controller()

    def run_controller(self) -> None:
        """Start the controller, for the first time or again."""
        line = [*self.inside_world(), *python("controller", "serve", "--home", self.controller_home)]
        self.controller = self.processes.start("controller", line)
        self.controller.ready_when(lambda: b'"serving"' in self.controller.log.read_bytes())

    def start_journal(self) -> Journal:
        """Start the journal's drop, with a certificate and a password of its own."""
        folder = self.folder / "journal"
        folder.mkdir()
        where = Address(ELSEWHERE, JOURNAL_PORT) if self.networks else Address("127.0.0.1", free_port())
        shown: SelfSigned = self_signed(self.folder, "journal.test")
        password = self.folder / "journal-password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(18))
        line = [*self.inside_world(), *python("lab.journal_server", folder, str(where), shown.certificate, shown.key)]
        server = self.processes.start("journal", line, given=password.read_text() + "\n")
        server.ready_when(lambda: server.log.read_bytes().strip())
        return Journal(f"https://{where}/", shown.pin, password, folder)

    def browser(self) -> Browser:
        """A browser for one person, on this machine. Close it after use."""
        pem = (self.controller_home / "certificate.pem").read_text()
        pin = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        return Browser(str(self.dashboard), pin)

    def first_link(self) -> str:
        """The one-time link that the controller printed at its first start."""
        log = self.controller.log.read_text()
        return next(word for word in log.split() if "/link/" in word)

    def inside_world(self) -> list[str]:
        """What to put before a command so that it runs where the controller is."""
        return self.networks.inside("world") if self.networks else []

    def code(self, name: str) -> str:
        """Have the controller make an enrolment code for a tablet."""
        line = [sys.executable, "-m", "controller", "enrol-code", "--tablet", name, "--home", str(self.controller_home)]
        run = subprocess.run(line, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "400"})
        if run.returncode:
            msg = f"no code for {name}: {run.stderr}"
            raise BrokenStageError(msg)
        return run.stdout.splitlines()[0].strip()

    def tablet(self, name: str, code: str = "", *, delivers: bool = False, bus: str = "") -> BoxTablet:
        """Bring in a tablet, enrol it and switch it on; in its own network, where there are networks."""
        inside: Sequence[str] = ()
        if self.networks:
            inside = self.networks.inside(self.networks.tablets[len(self.tablets)])
        environment = {"DBUS_SYSTEM_BUS_ADDRESS": bus} if bus else {}
        folder = self.folder / name.lower().replace(" ", "-")
        tablet = BoxTablet(name, folder, self.journal, delivers, inside, environment)
        self.tablets.append(tablet)
        tablet.enrol(code or self.code(name))
        tablet.switch_on(self.processes)
        return tablet
