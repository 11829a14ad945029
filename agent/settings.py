"""agent.toml: the few things that differ from tablet to tablet. Everything in it has a default.

Looked for in the state folder first, then in /etc/safeuse.
"""

import os
import stat
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

ETC = Path("/etc/safeuse")
SYSTEM_HOME = Path("/var/lib/safeuse-agent")
SYSTEM_RUN = Path("/run/safeuse-agent")
CAMERA_FOLDERS = ("DCIM", "Pictures", "Camera", "Screenshots", "Videos", "Downloads")
"""Where cameras, browsers and screenshot tools put pictures, below a person's home."""


class SettingsError(ValueError):
    """agent.toml cannot be used; says where and why."""


@dataclass(frozen=True, slots=True)
class Photos:
    """Where pictures appear, and when a file counts as finished."""

    folders: tuple[str, ...] = ()  # empty: the usual ones below each person's home
    settle: timedelta = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Device:
    """Parts of the system that can be told to keep their hands off; for trials without risk."""

    enforce_network: bool = True  # False: judge networks, never cut one off
    watch_apps: bool = True
    homes: tuple[str, ...] = ()  # home folders to answer for; empty: everyone's as root, else one's own


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole of agent.toml."""

    photos: Photos = field(default_factory=Photos)
    device: Device = field(default_factory=Device)
    journals: tuple[dict[str, Any], ...] = ()  # read by agent.journals, one table a journal
    look_every: timedelta = timedelta(minutes=1)


def read(home: Path) -> Settings:
    """Read agent.toml, or give the defaults where there is none. Raises SettingsError."""
    for path in (home / "agent.toml", ETC / "agent.toml"):
        if path.is_file():
            return parse(path)
    return Settings()


def parse(path: Path) -> Settings:
    """Read one file. Raises SettingsError with the place and the reason."""
    try:
        settings = msgspec.convert(tomllib.loads(path.read_text()), Settings)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        msg = f"{path} cannot be used: {wrong}. Mend the file, or remove it to go by the defaults."
        raise SettingsError(msg) from wrong
    if settings.photos.settle <= timedelta() or settings.look_every <= timedelta():
        msg = f"{path} cannot be used: settle and look_every must be longer than nothing."
        raise SettingsError(msg)
    return settings


def homes(settings: Settings) -> tuple[Path, ...]:
    """The home folders that this agent answers for: those named, or everyone's as root, or one's own."""
    if settings.device.homes:
        return tuple(Path(name).absolute() for name in settings.device.homes)
    if os.geteuid() != 0:
        return (Path.home(),)
    return tuple(sorted(path for path in Path("/home").glob("*") if is_home(path)))


def is_home(path: Path) -> bool:
    """Tell whether this is a folder and no link; one that cannot be looked at, such as a locked mount, is none."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def folders(settings: Settings) -> tuple[Path, ...]:
    """The folders to watch: those named, or the usual ones below each home. They need not exist yet."""
    if settings.photos.folders:
        return tuple(Path(os.path.expanduser(name)).absolute() for name in settings.photos.folders)  # noqa: PTH111 - Path.expanduser raises for an unknown user
    return tuple(home / name for home in homes(settings) for name in CAMERA_FOLDERS)


def run_folder() -> Path | None:
    """Where systemd lets the service keep what others of this tablet may reach; None outside of it."""
    given = os.environ.get("RUNTIME_DIRECTORY")
    return Path(given.split(":")[0]) if given else None


def doors(home: Path | None) -> tuple[Path, ...]:
    """Where an agent may keep its door: the service's, one's own; or only that of the agent with this state folder."""
    return (home,) if home else (SYSTEM_RUN, state_folder())


def state_folder() -> Path:
    """Where the agent keeps what must survive: systemd's choice, the system's, or one's own."""
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    if os.geteuid() == 0:
        return SYSTEM_HOME
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "safeuse-agent"
