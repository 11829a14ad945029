"""What a tablet can see of itself. Facts hold no opinion.

Times are aware UTC. Sizes are bytes. A path never leaves the tablet: a file name may hold a child's name.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Strength(StrEnum):
    """How sure it is that a photo is in the journal, strongest first."""

    DELIVERED = "delivered"  # the agent put it there and read it back, byte for byte
    PUBLISHED = "published"  # found in the journal, by digest or by matching
    ATTESTED = "attested"  # a person said so


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why the tablet may believe that the file with this digest is in the journal."""

    digest: str  # SHA-256, 64 lower-case hex digits
    strength: Strength
    source: str  # where it was found, in words a manager knows: "journal drop (webdav)"
    at: datetime


@dataclass(frozen=True, slots=True)
class Photo:
    """One settled picture or video in a watched folder."""

    path: str  # as os.fsdecode gives it; may hold surrogates
    digest: str
    size: int
    taken_at: datetime
    evidence: Evidence | None = None


class Medium(StrEnum):
    """How a network reaches the tablet."""

    WIFI = "wifi"
    WIRED = "wired"
    OTHER = "other"  # tethering, VPN, mobile data


class Security(StrEnum):
    """How a Wi-Fi network protects what is sent over the air, weakest first."""

    NONE = "none"
    WEP = "wep"
    WPA = "wpa"
    WPA2 = "wpa2"
    WPA3 = "wpa3"
    ENTERPRISE = "enterprise"
    UNKNOWN = "unknown"
    WIRED = "wired"


@dataclass(frozen=True, slots=True)
class Network:
    """One way out of the tablet: an interface with a default route, and who stands at its other end."""

    interface: str
    medium: Medium
    name: str = ""  # SSID; bytes that are not UTF-8 are shown as \\xNN
    security: Security = Security.UNKNOWN
    bssid: str = ""  # lower-case, colons
    gateway: str = ""  # IP address
    gateway_mac: str = ""  # lower-case, colons; empty while the gateway has not answered


@dataclass(frozen=True, slots=True)
class App:
    """One installed application."""

    source: str  # dpkg, flatpak, snap, desktop
    package: str
    version: str
    name: str = ""  # as a person knows it, where the system says
    automatic: bool = False  # came along with another package

    @property
    def key(self) -> str:
        """The identity that a decision is kept by: source and package, never the version."""
        return f"{self.source}:{self.package}"


@dataclass(frozen=True, slots=True)
class Session:
    """One login session on the tablet."""

    id: str
    user: str
    locked: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """The tablet was reported lost or damaged, and the report stands."""

    incident: str
    kind: str  # lost, stolen, damaged
    message: str  # for the locked screen: whom to call
    since: datetime


@dataclass(frozen=True, slots=True)
class Tablet:
    """One look at a whole tablet, at one instant."""

    device: str
    at: datetime
    photos: tuple[Photo, ...] = ()
    networks: tuple[Network, ...] = ()
    apps: tuple[App, ...] = ()
    baseline: frozenset[str] = frozenset()  # App.key of what was there at enrolment
    sessions: tuple[Session, ...] = ()
    lost: Lost | None = None
