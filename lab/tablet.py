"""One tablet in a box: a home with a camera folder, and a real agent process with its own key and ledger."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.processes import BrokenStageError, Processes, Running

SETTINGS = """\
look_every = "PT2S"

[photos]
settle = "PT0.5S"

[device]
homes = ["{home}"]
enforce_network = {enforce}

[[journals]]
name = "journal drop"
kind = "webdav"
url = "{url}"
pin = "{pin}"
username = "tablet"
password_file = "{password}"
deliver = {deliver}
look_every = "PT2S"
"""

DESKTOP = """\
[Desktop Entry]
Type=Application
Name={name}
Exec=/usr/bin/true
"""


@dataclass(frozen=True, slots=True)
class Journal:
    """Where the journal is, and how to know it."""

    url: str
    pin: str
    password: Path
    folder: Path

    def add(self, picture: Path, name: str) -> None:
        """A key worker adds a picture by hand, from a computer that has nothing to do with us."""
        shutil.copyfile(picture, self.folder / name)


@dataclass
class BoxTablet:
    """A tablet with a name. `inside` is what to put before a command so that it runs in the tablet's own network."""

    name: str
    folder: Path
    journal: Journal
    delivers: bool = False
    inside: Sequence[str] = ()
    environment: dict[str, str] = field(default_factory=dict)
    agent: Running | None = None

    def __post_init__(self) -> None:
        """Make its home and write its settings."""
        self.camera.mkdir(parents=True)
        self.state.mkdir(mode=0o700)
        text = SETTINGS.format(
            home=self.home,
            enforce=str(bool(self.inside)).lower(),
            url=self.journal.url,
            pin=self.journal.pin,
            password=self.journal.password,
            deliver=str(self.delivers).lower(),
        )
        (self.state / "agent.toml").write_text(text)

    @property
    def home(self) -> Path:
        """The key worker's home folder."""
        return self.folder / "home"

    @property
    def camera(self) -> Path:
        """Where the camera puts pictures."""
        return self.home / "DCIM"

    @property
    def state(self) -> Path:
        """The agent's own folder."""
        return self.folder / "agent"

    def command(self, *words: str) -> list[str]:
        """A command line of the agent, inside the tablet's network."""
        return [*self.inside, sys.executable, "-m", "agent", *words, "--home", str(self.state)]

    def enrol(self, code: str) -> None:
        """Type the code. Raises BrokenStageError when it is refused."""
        run = subprocess.run(
            self.command("enrol", code), capture_output=True, text=True, check=False, env=os.environ | self.environment
        )
        if run.returncode:
            msg = f"{self.name} could not be enrolled: {run.stderr}"
            raise BrokenStageError(msg)

    def switch_on(self, processes: Processes) -> None:
        """Start the agent as the service would."""
        self.agent = processes.start(f"agent {self.name}", self.command("run"), environment=self.environment)

    def take(self, picture: Path, name: str, difference: bytes = b"") -> Path:
        """Take a photo: the camera writes a file; a few bytes more make it another picture of the same scene."""
        path = self.camera / name
        path.write_bytes(picture.read_bytes() + difference)
        return path

    def install_app(self, name: str) -> None:
        """A member of staff puts a program into the menu."""
        menu = self.home / ".local/share/applications"
        menu.mkdir(parents=True, exist_ok=True)
        (menu / f"{name.lower().replace(' ', '-')}.desktop").write_text(DESKTOP.format(name=name))

    def status(self) -> dict[str, Any]:
        """What the tablet's own ledger says."""
        run = subprocess.run(self.command("status", "--json"), capture_output=True, text=True, check=True)
        status: dict[str, Any] = json.loads(run.stdout)
        return status
