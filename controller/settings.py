"""controller.toml: the few things that differ from nursery to nursery. Everything in it has a default.

Looked for in the home folder first, then in /etc/safeuse.
"""

import contextlib
import fcntl
import hashlib
import os
import socket
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

ETC = Path("/etc/safeuse")
LONGEST_KEPT = timedelta(days=90)
SYSTEM_HOME = Path("/var/lib/safeuse")
SERVING = "serving.json"
FOLDER = 0o700
PORTS = range(1, 65536)


class SettingsError(ValueError):
    """The settings cannot be used; says where and why."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of controller.toml."""

    setting: str = "Our nursery"  # the nursery's name, as staff know it
    host: str = "0.0.0.0"  # noqa: S104 - tablets come from the nursery's own network; TLS and signatures guard it
    port: int = 8443
    addresses: tuple[str, ...] = ()  # names or IP addresses that tablets reach it by; empty: found out at start
    certificate: str = ""  # a PEM file; empty: one of our own is made at the first start
    key: str = ""
    check_in_every: timedelta = timedelta(minutes=5)
    time_zone: str = "Europe/London"  # of the dashboard's times
    keep_pictures_for: timedelta = timedelta(days=7)  # the journal's, while tablets have not answered
    keys: str = ""  # the folder of the keys that they are sealed with; empty: apart from the home folder


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds the database, the certificate and the settings; for its owner only."""

    path: Path

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.path / "safeuse.sqlite3"

    @property
    def journal(self) -> Path:
        """The folder of the journal's pictures, sealed."""
        return self.path / "journal"

    def make(self) -> None:
        """Make the folder, for its owner only. Raises SettingsError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=FOLDER)
            self.path.chmod(FOLDER)
        except OSError as failure:
            msg = f"the home folder {self.path} cannot be made: {failure.strerror}. Choose another with --home."
            raise SettingsError(msg) from failure

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only controller on this home for as long as this lasts. Raises SettingsError."""
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as taken:
                msg = f"another controller is running with the home folder {self.path}; stop it first"
                raise SettingsError(msg) from taken
            yield


class Serving(Struct, frozen=True):
    """What `serve` tells the other commands: where the controller is reached."""

    addresses: tuple[str, ...]  # host:port


def home_folder() -> Path:
    """Where the controller keeps what must survive: systemd's choice, the system's, or one's own."""
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    if os.geteuid() == 0:
        return SYSTEM_HOME
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "safeuse"


def read(home: Home) -> Settings:
    """Read controller.toml, or give the defaults where there is none. Raises SettingsError."""
    for path in (home.path / "controller.toml", ETC / "controller.toml"):
        if path.is_file():
            return parse(path)
    return Settings()


def parse(path: Path) -> Settings:
    """Read one file. Raises SettingsError with the place and the reason."""
    try:
        settings = msgspec.convert(tomllib.loads(path.read_text()), Settings)
        check(settings)
    except (OSError, ValueError) as wrong:
        msg = f"{path} cannot be used: {wrong}. Mend the file, or remove it to go by the defaults."
        raise SettingsError(msg) from wrong
    return settings


def check(settings: Settings) -> None:
    """Refuse what has the right shape and still cannot work. Raises SettingsError."""
    if settings.port not in PORTS:
        msg = f"port must be from 1 to {PORTS[-1]}, not {settings.port}"
        raise SettingsError(msg)
    if not settings.setting.strip():
        msg = "setting must be the nursery’s name"
        raise SettingsError(msg)
    if bool(settings.certificate) != bool(settings.key):
        msg = "certificate and key belong together: give both, or neither"
        raise SettingsError(msg)
    if settings.check_in_every < timedelta(seconds=1):
        msg = "check_in_every must be a second or longer"
        raise SettingsError(msg)
    if not timedelta(hours=1) <= settings.keep_pictures_for <= LONGEST_KEPT:
        msg = f"keep_pictures_for must be from an hour to {LONGEST_KEPT.days} days"
        raise SettingsError(msg)
    if settings.keys and not Path(settings.keys).is_absolute():
        msg = "keys must be the whole path of a folder"
        raise SettingsError(msg)


def keys_folder(home: Home, settings: Settings) -> Path:
    """Where the keys of the journal's pictures lie: outside the home folder, so that no copy of it can open them."""
    if settings.keys:
        return Path(settings.keys)
    own = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "safeuse"
    base = ETC if os.geteuid() == 0 else own
    return base / "keys" / hashlib.sha256(str(home.path.resolve()).encode()).hexdigest()[:16]


def hosts(settings: Settings) -> tuple[str, ...]:
    """The names and addresses by which tablets can reach this machine, the best first."""
    if settings.addresses:
        return settings.addresses
    if settings.host not in {"0.0.0.0", "::"}:  # noqa: S104 - compared with, not bound to
        return (settings.host,)
    return tuple(dict.fromkeys([*own_addresses(), socket.gethostname()]))


def own_addresses() -> list[str]:
    """The address that this machine has towards other networks. Asking the routing table sends nothing."""
    found = []
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            found.append(str(probe.getsockname()[0]))
    return found


def with_port(host: str, port: int) -> str:
    """Write a host and a port as one; a host that has a port of its own keeps it."""
    if host.count(":") > 1 and not host.startswith("["):
        return f"[{host}]:{port}"
    return host if ":" in host.rpartition("]")[2] else f"{host}:{port}"


def tell_serving(home: Home, addresses: tuple[str, ...]) -> None:
    """Leave word of where the controller is reached."""
    path = home.path / SERVING
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(Serving(addresses)))


def serving(home: Home) -> Serving:
    """Where the controller was last reached. Raises SettingsError when it never was."""
    try:
        return msgspec.json.decode((home.path / SERVING).read_bytes(), type=Serving)
    except (OSError, msgspec.DecodeError) as missing:
        msg = f"no controller has been started with the home {home.path} yet; run: safeuse serve --home {home.path}"
        raise SettingsError(msg) from missing
