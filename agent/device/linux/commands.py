"""Every program that the agent may run on Linux, by absolute path, never through a shell.

What is not in this file is not run. Each call has a time limit, the C locale and nothing of the agent's own
environment, so that neither a hung program nor a foreign PATH can hold the agent up or send it astray.
"""

import os
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
PATIENCE = 10.0
"""Seconds after which a program counts as hung."""

MOST_SHOWN = 300
"""Characters of a program's own complaint that are passed on."""


@dataclass(frozen=True, slots=True)
class Command:
    """One program, where it may stand, and what its absence means for a person."""

    name: str
    places: tuple[Path, ...]
    without: str
    patience: float = PATIENCE

    def path(self) -> Path | None:
        """Where it is installed; None where it is not."""
        return next((place for place in self.places if os.access(place, os.X_OK)), None)

    def run(self, *arguments: str, given: str = "") -> str:
        """Run it to its end and give what it printed. Raises OSError when it is missing, fails or hangs."""
        path = self.path()
        if path is None:
            msg = f"{self.name} is not installed: {self.without}"
            raise FileNotFoundError(msg)
        return self.finished([str(path), *arguments], given)

    def start_in_session(self, *arguments: str) -> None:
        """Start it for the person who runs this, with their session's own environment, and do not wait for its end.

        Raises OSError when it is missing or cannot be started. Whatever it says goes nowhere.
        """
        path = self.path()
        if path is None:
            msg = f"{self.name} is not installed: {self.without}"
            raise FileNotFoundError(msg)
        nowhere = subprocess.DEVNULL
        started = subprocess.Popen(
            [str(path), *arguments], stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
        )
        threading.Thread(target=started.wait, name=self.name, daemon=True).start()

    def finished(self, call: Sequence[str], given: str) -> str:
        """Wait for one call. Raises OSError with the program's own words."""
        try:
            ended = subprocess.run(
                call, input=given.encode(), capture_output=True, timeout=self.patience, check=False, env=ENVIRONMENT
            )
        except subprocess.TimeoutExpired as hung:
            msg = f"{self.name} did not answer within {self.patience:.0f} seconds"
            raise TimeoutError(msg) from hung
        if ended.returncode:
            said = ended.stderr.decode(errors="replace").strip()[:MOST_SHOWN]
            msg = f"{self.name} failed with status {ended.returncode}: {said or 'it gave no reason'}"
            raise OSError(msg)
        return ended.stdout.decode(errors="replace")


def in_sbin(name: str) -> tuple[Path, ...]:
    """The places where a distribution keeps an administrator's program."""
    return Path("/usr/sbin") / name, Path("/sbin") / name, Path("/usr/bin") / name


NFT = Command("nft", in_sbin("nft"), "no network can be cut off; install the package nftables.")
IW = Command(
    "iw", in_sbin("iw"), "the Wi-Fi network cannot be told apart without NetworkManager; install the package iw."
)
SYSTEMCTL = Command(
    "systemctl",
    (Path("/usr/bin/systemctl"), Path("/bin/systemctl")),
    "the agent cannot be made a background service on a system without systemd.",
    patience=330.0,  # longer than the unit's own limit for starting
)
XDG_OPEN = Command(
    "xdg-open",
    (Path("/usr/bin/xdg-open"),),
    "the page cannot be shown in this person's own browser; install the package xdg-utils.",
)
