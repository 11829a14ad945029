"""The words of the systemd unit: the template in configs/systemd, filled in for this tablet."""

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from agent.service.places import UNIT, ServiceError

STEPS_SINCE = 254
"""The systemd that can wait longer after each failure (RestartSteps); an older one waits a fixed while."""

GROWING = "RestartSec=2s\nRestartSteps=8\nRestartMaxDelaySec=5min"
FIXED = "RestartSec=15s"
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
