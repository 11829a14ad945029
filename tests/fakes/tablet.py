"""A tablet without an agent: it signs and sends letters over real HTTPS, good ones and bad ones."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.poolmanager import PoolManager

from agreement.enrolment import parse
from agreement.facts import Medium, Security
from agreement.letters import (
    GENESIS,
    CheckIn,
    Enrol,
    Enrolled,
    Level,
    Machine,
    Mark,
    News,
    PhotoCounts,
    Posture,
    Problem,
    Receipt,
    RefusedError,
    SeenNetwork,
    Standing,
    What,
    news,
    read,
    write,
)
from agreement.sealing import Request, new_key, sign

PATIENCE = 20.0
LARKFIELD = SeenNetwork(
    "wlan0",
    Medium.WIFI,
    "Larkfield",
    Security.WPA2,
    "02:aa:aa:aa:aa:01",
    "10.77.0.1",
    "02:aa:aa:aa:aa:02",
    None,
)
FREE_CAFE = SeenNetwork(
    "wlan0", Medium.WIFI, "FreeCafe", Security.NONE, "02:cc:cc:cc:cc:01", "10.9.0.1", "02:cc:cc:cc:cc:02", None
)
REGISTER = (
    Mark(1, Level.ENFORCED),
    Mark(8, Level.ENFORCED),
    Mark(9, Level.CHECKED, "the package system says what is installed"),
    Mark(10, Level.ENFORCED),
    Mark(12, Level.CHECKED, "no login service was asked"),
)
PIXEL = Machine("Pine64", "PineTab 2", "PT2-0007", "Debian GNU/Linux 12", ("02:00:00:00:00:07",))

Letter = TypeVar("Letter")


class PinnedAdapter(HTTPAdapter):
    """Accepts one certificate: the one that the code promised."""

    def __init__(self, pin: str) -> None:
        self.pin = pin
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **_: object) -> None:  # noqa: FBT001, FBT002 - as requests calls it
        self.poolmanager = PoolManager(
            connections, maxsize=maxsize, block=block, assert_fingerprint=self.pin, cert_reqs="CERT_NONE"
        )


def posture(**changes: object) -> Posture:
    """A tablet at ease on Larkfield's network, three photos waiting."""
    given: dict[str, object] = {
        "photos": PhotoCounts(waiting=3, waiting_bytes=12_000_000, taken=10, in_journal=7, purged=7),
        "networks": (LARKFIELD,),
        "register": REGISTER,
        "encrypted": True,
        "screen_lock": True,
        "battery": 80,
        "sessions": 1,
        "apps": 120,
        "machine": PIXEL,
    }
    return Posture(**(given | changes))  # type: ignore[arg-type]  # the tests name real fields


@dataclass
class SigningTablet:
    """One tablet, or whoever pretends to be one."""

    address: str
    pin: str  # the whole SHA-256 of the controller's certificate
    device: str = ""
    seed: bytes = b""
    sequence: int = 0
    standing: Standing | None = None
    written: list[News] = field(default_factory=list)
    confirmed: int = 0
    clock_ahead: float = 0.0

    def __post_init__(self) -> None:
        """Open a line that trusts the pinned certificate alone."""
        self.line = requests.Session()
        self.line.verify = False
        self.line.trust_env = False
        self.line.mount("https://", PinnedAdapter(self.pin))

    def close(self) -> None:
        """Hang up."""
        self.line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def enrol(self, code: str) -> Enrolled:
        """Register a fresh key by a code. Raises RefusedError."""
        seed, public = new_key()
        enrolled = self.read(self.post("/v1/enrol", write(Enrol(parse(code).secret, public, "0.1.0", PIXEL))), Enrolled)
        self.device, self.seed, self.standing = enrolled.device, seed, enrolled.standing
        return enrolled

    def tell(self, *what: What, at: datetime | None = None) -> None:
        """Put news into the outbox."""
        for one in what:
            last = self.written[-1] if self.written else None
            number, chain = (last.number + 1, last.chain) if last else (1, GENESIS)
            self.written.append(news(chain, number, at or now(), one))

    def letter(self, **changes: object) -> CheckIn:
        """The next check-in, with all news that is not confirmed."""
        self.sequence += 1
        held = self.standing.sequence if self.standing else 0
        given: dict[str, object] = {
            "device": self.device,
            "sequence": self.sequence,
            "at": now(),
            "agent": "0.1.0",
            "standing_seen": held,
            "standing_applied": held,
            "posture": posture(),
            "news": tuple(piece for piece in self.written if piece.number > self.confirmed),
        }
        return CheckIn(**(given | changes))  # type: ignore[arg-type]  # the tests name real fields

    def check_in(self, *what: What, **changes: object) -> Receipt:
        """Tell news and send a check-in. Raises RefusedError."""
        self.tell(*what)
        receipt = self.read(self.send(write(self.letter(**changes))), Receipt)
        self.confirmed = max(self.confirmed, receipt.number)
        self.standing = receipt.standing or self.standing
        return receipt

    def wait(self, seen: int, seconds: int) -> Standing | None:
        """Hold the line for a newer standing. Raises RefusedError."""
        query = f"seen={seen}&wait={seconds}"
        answer = self.get("/v1/standing", query)
        return None if answer.status_code == requests.codes.no_content else self.read(answer, Standing)

    def send(self, body: bytes, **headers: str) -> requests.Response:
        """Send a check-in's bytes, signed; headers that are named replace the true ones, with - for _."""
        request = Request("POST", "/v1/check-in", "", body)
        return self.post(request.path, body, self.signed(request) | renamed(headers))

    def get(self, path: str, query: str = "", **headers: str) -> requests.Response:
        """Ask for something, signed."""
        signed = self.signed(Request("GET", path, query)) | renamed(headers)
        url = f"https://{self.address}{path}" + (f"?{query}" if query else "")
        return self.line.get(url, headers=signed, timeout=PATIENCE + 60)

    def signed(self, request: Request, nonce: str = "") -> dict[str, str]:
        """The signature headers of a request."""
        created = int(time.time() + self.clock_ahead)
        return sign(request, self.seed, self.device, created, nonce or secrets.token_urlsafe(18))

    def post(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> requests.Response:
        """Send bytes as they are."""
        given = {"Content-Type": "application/json"} | (headers or {})
        return self.line.post(f"https://{self.address}{path}", data=body, headers=given, timeout=PATIENCE)

    def read(self, answer: requests.Response, letter: type[Letter]) -> Letter:
        """Read an answer. Raises RefusedError with the controller's code and words."""
        if answer.ok:
            return read(answer.content, letter)
        problem = read(answer.content, Problem)
        raise RefusedError(problem.code, f"{problem.title} {problem.detail}", problem)


def renamed(headers: dict[str, str]) -> dict[str, str]:
    """Header names as HTTP spells them."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def now() -> datetime:
    """The present, as an agent would say it."""
    return datetime.now(UTC)
