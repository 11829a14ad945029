"""Where everything of the service stands, and the steps that put it there or take it away."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from agent.device.linux.commands import SYSTEMCTL
from agent.device.linux.desktop import OURS

UNIT = "safeuse-agent.service"
REMINDER_UNIT = "safeuse-reminder.path"


class ServiceError(Exception):
    """The service cannot be installed or removed; says why, and what to do next."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of the service stand, below `root`; another root than / serves to try things out."""

    home: Path
    root: Path = Path("/")

    @property
    def unit(self) -> Path:
        """What systemd reads."""
        return self.root / "etc/systemd/system" / UNIT

    @property
    def changes(self) -> Path:
        """What an administrator changed with `systemctl edit`."""
        return self.unit.with_name(f"{UNIT}.d")

    @property
    def program(self) -> Path:
        """The agent's own copy, which only root can change."""
        return self.root / "opt/safeuse-agent"

    @property
    def command(self) -> Path:
        """The name that a person at a terminal types."""
        return self.root / "usr/local/bin/safeuse-agent"

    @property
    def menu(self) -> Path:
        """How people at the tablet find their page."""
        return self.root / OURS

    @property
    def reminders(self) -> tuple[Path, Path]:
        """What each person's own systemd reads: the unit that waits, and the one that shows a reminder."""
        folder = self.root / "etc/systemd/user"
        return folder / REMINDER_UNIT, folder / "safeuse-reminder.service"

    @property
    def settings(self) -> Path:
        """Settings and the passwords of journals."""
        return self.root / "etc/safeuse"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done, in words ("write the unit"), and the deed."""

    words: str
    do: Callable[[], None]


def carry_out(steps: Iterable[Step], say: Callable[[str], None], *, dry_run: bool) -> None:
    """Say and do each step, or only say it. Raises ServiceError at the first that fails."""
    for step in steps:
        say(f"would {step.words}" if dry_run else step.words)
        if not dry_run:
            done(step)


def done(step: Step) -> None:
    """Do one step. Raises ServiceError with the step's words."""
    try:
        step.do()
    except OSError as failure:
        msg = f"Could not {step.words}: {failure}. Mend that and run the same command again; it takes up where it was."
        raise ServiceError(msg) from failure


def check_that_it_can(root: Path) -> None:
    """See that this is root on a running systemd. Raises ServiceError."""
    if os.geteuid() != 0:
        msg = "A background service is the system's business: run this again as root, for example with sudo."
        raise ServiceError(msg)
    if not (root / "run/systemd/system").is_dir() or SYSTEMCTL.path() is None:
        msg = "This system was not started by systemd. Have its own service manager start: safeuse-agent run"
        raise ServiceError(msg)


def systemctl(*arguments: str) -> Callable[[], None]:
    """A deed of systemd's."""
    return lambda: void(SYSTEMCTL.run(*arguments))


def void(_: object) -> None:
    """Drop what is of no use."""
