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


class Publication(StrEnum):
    """What the journal's export says of a picture: only what parents can see may count as added."""

    IN_JOURNAL = "in_journal"  # in an observation that was approved
    NOT_IN_JOURNAL = "not_in_journal"  # in a draft
    STAFF_ONLY = "staff_only"  # in an observation that parents never see
    UNKNOWN = "unknown"  # the export does not tell


class Word(StrEnum):
    """What a person at the tablet says of a photo. A word is no evidence: what it removes is held first."""

    ADDED = "added"  # it is in the journal
    UNWANTED = "unwanted"  # it is not for the journal, and may go
    KEEP = "keep"  # it should stay here for a while: the manager is asked


@dataclass(frozen=True, slots=True)
class Said:
    """A person's word, and when it was given. It stands for what is of the same exposure too."""

    word: Word
    at: datetime
    of: str = ""  # digest of the photo of the same exposure; empty: it was said of this one itself


@dataclass(frozen=True, slots=True)
class Photo:
    """One settled picture or video in a watched folder."""

    path: str  # as os.fsdecode gives it; may hold surrogates
    digest: str
    size: int
    taken_at: datetime
    evidence: Evidence | None = None
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A photo that a person's word removed: sealed on the tablet, until it is given back or its time is over."""

    digest: str
    size: int
    taken_at: datetime
    said: Said
    held_at: datetime
    missing_from: int | None = None  # the number of the export that it should have been in, and is not


@dataclass(frozen=True, slots=True)
class GiveBack:
    """A held photo is to be put back where it was: the key that opens its box, hex."""

    digest: str
    key: str


@dataclass(frozen=True, slots=True)
class Keep:
    """The manager lets a photo stay on the tablet until then."""

    digest: str
    until: datetime


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
    held: tuple[Held, ...] = ()
    give_back: tuple[GiveBack, ...] = ()
    keeps: tuple[Keep, ...] = ()
