"""The manager's side of the lab: the real controller on this machine's loopback, and what Ada does with it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from controller import lost, networks
from controller.records import Author, Device
from controller.settings import Home
from controller.wiring import SETTING, at_the_desk
from tests.lab.machine import GATE, GATE_PORT
from tests.parts.waiting import eventually

STOP_LIMIT = 30.0


@dataclass(frozen=True, slots=True)
class Desk:
    """Where Ada sits: the home folder of a running controller, and the port that it listens on."""

    home: Path
    port: int

    def code(self, tablet: str) -> str:
        """Ada makes an enrolment code."""
        safeuse = [sys.executable, "-m", "controller", "enrol-code", "--home", str(self.home), "--tablet", tablet]
        made = subprocess.run(safeuse, capture_output=True, text=True, check=True)
        return made.stdout.splitlines()[0]

    def tablet(self, name: str) -> Device | None:
        """What the controller holds of a tablet."""
        with at_the_desk(Home(self.home)) as (store, _), store.read() as books:
            return books.devices.named(SETTING, name)

    def networks(self) -> tuple[networks.NetworkView, ...]:
        """The networks that tablets were seen on."""
        with at_the_desk(Home(self.home)) as (store, _), store.read() as books:
            return networks.every(books, SETTING)

    def trust(self, network: str) -> None:
        """Ada trusts a network."""
        with at_the_desk(Home(self.home)) as (store, _):
            networks.trust(store, SETTING, network, ada())

    def report_lost(self, name: str) -> str:
        """Cleo reports a tablet lost; gives the incident."""
        tablet = self.tablet(name)
        assert tablet is not None
        with at_the_desk(Home(self.home)) as (store, _):
            return lost.report(store, tablet.id, lost.Told("lost", "Larkfield park"), ada())

    def found_again(self, incident: str) -> None:
        """Ada closes the incident."""
        with at_the_desk(Home(self.home)) as (store, _):
            lost.found(store, incident, ada())


def ada() -> Author:
    """The manager, now."""
    return Author("Ada", datetime.now(UTC))


@contextmanager
def serving(home: Path) -> Iterator[Desk]:
    """Run the real controller in a process of its own; enrolment codes name the guest's one way out."""
    desk = Desk(home, free_port())
    home.mkdir(mode=0o700)
    words = (
        f'setting = "Larkfield Nursery"\nhost = "127.0.0.1"\nport = {desk.port}\naddresses = ["{GATE}:{GATE_PORT}"]\n'
    )
    (home / "controller.toml").write_text(words)
    with (home / "log").open("wb") as log:
        command = [sys.executable, "-m", "controller", "serve", "--home", str(home)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            eventually(lambda: answers(desk.port, process), within=60, what="the controller did not begin to serve")
            yield desk
        finally:
            process.terminate()
            process.wait(STOP_LIMIT)


def answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Tell whether somebody listens on a loopback port; fails when the process that should has ended."""
    if process.poll() is not None:
        msg = f"the controller ended with {process.returncode}"
        raise RuntimeError(msg)
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])
