"""The words of the systemd unit: the template in configs/systemd, filled in for this tablet."""

import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from agent.service.places import UNIT, ServiceError

STEPS_SINCE = 254
"""The systemd that can wait longer after each failure (RestartSteps); an older one waits a fixed while."""

GROWING = "RestartSec=2s\nRestartSteps=8\nRestartMaxDelaySec=5min"
FIXED = "RestartSec=15s"
SIMPLE = re.compile(r"/[0-9A-Za-z/._+-]+")
"""Paths that mean the same, unquoted, in a unit and in a menu entry."""

SYSTEM_STATE = Path("/var/lib/safeuse-agent")
HOMES = Path("/home")


def unit(program: Path, home: Path, writable: Iterable[Path], systemd: int) -> str:
    """The whole unit. Raises ServiceError for a path that systemd cannot be told."""
    command = [quoted(program), "run"]
    if home != SYSTEM_STATE:
        command += ["--home", quoted(home)]
    places = sorted({HOMES, *(path for path in writable if not path.is_relative_to(HOMES))})
    holes = {
        "@COMMAND@": " ".join(command),
        "@DOCUMENTATION@": quoted(program.parent.parent / "README.txt"),
        "@RESTART@": GROWING if systemd >= STEPS_SINCE else FIXED,
        "@STATE@": state(home),
        "@WRITABLE@": "\n".join(f"ReadWritePaths=-{quoted(path)}" for path in places),
    }
    return filled((files("configs") / "systemd" / UNIT).read_text(encoding="utf-8"), holes)


def menu_entry(program: Path) -> str:
    """What puts the page into people's menus. Raises ServiceError for a path that a menu cannot be told."""
    return filled((files("configs") / "desktop/safeuse-photos.desktop").read_text(encoding="utf-8"), command(program))


def reminder_units(program: Path, bell: Path) -> tuple[str, str]:
    """What waits in each person's session for a reminder, and what shows it. Raises ServiceError."""
    holes = command(program) | {"@REMINDER@": quoted(bell)}
    names = ("safeuse-reminder.path", "safeuse-reminder.service")
    waiting, showing = ((files("configs") / "systemd" / name).read_text(encoding="utf-8") for name in names)
    return filled(waiting, holes), filled(showing, holes)


def command(program: Path) -> dict[str, str]:
    """The program, as units and menus are told. Raises ServiceError for a path that the two would read differently."""
    if not SIMPLE.fullmatch(str(program)):
        msg = f"Menus cannot be told of the path {str(program)!r}: install the agent where no name holds such signs."
        raise ServiceError(msg)
    return {"@COMMAND@": str(program)}


def filled(text: str, holes: dict[str, str]) -> str:
    """The template with its holes filled."""
    for hole, filling in holes.items():
        text = text.replace(hole, filling)
    return text


def state(home: Path) -> str:
    """How the service may write its own state: systemd makes the usual folder itself."""
    if home == SYSTEM_STATE:
        return "StateDirectory=safeuse-agent\nStateDirectoryMode=0700"
    return f"ReadWritePaths={quoted(home)}"


def quoted(path: Path) -> str:
    """A path as systemd reads it (man 5 systemd.syntax, systemd.unit: specifiers). Raises ServiceError."""
    text = str(path)
    if not path.is_absolute() or not text.isprintable():
        msg = f"systemd cannot be told of the path {text!r}: give an absolute one without control characters."
        raise ServiceError(msg)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return escaped if escaped == text and " " not in text else f'"{escaped}"'
