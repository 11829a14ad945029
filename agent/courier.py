"""Carries letters to the controller: signed, over TLS to the pinned certificate, by any address that answers.

The certificate is known by its fingerprint, so it does not matter by which name or address the controller is reached;
when names no longer resolve, the addresses that they last had are tried.
"""

import contextlib
import hashlib
import io
import logging
import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, TypeVar

import requests
from msgspec import Struct
from requests.adapters import HTTPAdapter

from agent.seams.courier import UndeliveredError
from agent.seams.tablet import Clock, Endpoint
from agreement.imports import MAX_LETTER, Claim, ClaimList, ImportList, IndexPage, read_granted, read_list, read_page
from agreement.letters import MAX_BODY, CheckIn, Problem, Receipt, RefusedError, Standing, read, write
from agreement.sealing import Request, sign

CONNECT = 5.0
"""Seconds to wait for a connection: short, since there may be other addresses to try."""
ANSWER = 20.0
"""Seconds to wait for an answer, beyond the patience of a long poll."""

Letter = TypeVar("Letter", bound=Struct)
log = logging.getLogger(__name__)


class StrangerError(UndeliveredError):
    """Someone else answered: the certificate is not the one that this tablet has pinned."""


class PinnedAdapter(HTTPAdapter):
    """Speaks TLS only to a certificate with this SHA-256 fingerprint."""

    def __init__(self, pin: str) -> None:
        self._pin = pin
        super().__init__(pool_maxsize=1)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: object) -> None:  # noqa: FBT001, FBT002 - the signature of the base class
        """Hand the fingerprint down to every connection."""
        super().init_poolmanager(connections, maxsize, block, assert_fingerprint=self._pin, **kwargs)


def line(pin: str) -> requests.Session:
    """A kept connection to whoever owns the pinned certificate; no proxy and no setting of the environment counts."""
    session = requests.Session()
    session.trust_env = False
    session.verify = False  # the fingerprint says more than any authority could
    session.mount("https://", PinnedAdapter(pin))
    return session


@dataclass
class PinnedCourier:
    """The courier of one tablet. Check-ins, the long poll and the journal's exports each have their own connection."""

    device: str
    seed: bytes
    pin: str
    addresses: tuple[str, ...]
    clock: Clock
    known: dict[str, list[str]] = field(default_factory=dict)
    remember: Callable[[dict[str, list[str]]], None] = lambda _known: None

    def __post_init__(self) -> None:
        """Open nothing yet."""
        self._letters, self._polls, self._exports = (line(self.pin) for _ in range(3))
        self._good: str | None = None
        self._lock = threading.Lock()

    def exchange(self, letter: CheckIn) -> Receipt:
        """Deliver a check-in. Raises UndeliveredError or RefusedError."""
        answer = self.send(self._letters, Request("POST", "/v1/check-in", "", write(letter)), ANSWER)
        return read_answer(answer, Receipt)

    def wait(self, seen: int, patience: timedelta) -> Standing | None:
        """Hold the line until the standing is newer than `seen`, or patience ends. Raises as exchange."""
        seconds = int(patience.total_seconds())
        request = Request("GET", "/v1/standing", f"seen={seen}&wait={seconds}")
        answer = self.send(self._polls, request, seconds + ANSWER)
        return None if answer.status_code == requests.codes.no_content else read_answer(answer, Standing)

    def imports(self, after: int) -> ImportList:
        """The imports after this number that are ready. Raises as exchange."""
        answer = self.send(self._exports, Request("GET", "/v1/imports", f"after={after}"), ANSWER, MAX_LETTER)
        return read_list(content_of(answer))

    def index(self, number: int, after: str) -> IndexPage:
        """One page of an import's pictures, those after this id. Raises as exchange."""
        query = f"after={after}" if after else ""
        answer = self.send(self._exports, Request("GET", f"/v1/imports/{number}/index", query), ANSWER, MAX_LETTER)
        return read_page(content_of(answer))

    def picture(self, name: str, target: IO[bytes], most: int) -> None:
        """Write one picture of the journal into a file, at most so many bytes. Raises as exchange, and OSError."""
        answer = self.send(self._exports, Request("GET", f"/v1/pictures/{name}"), ANSWER, most, target)
        content_of(answer)

    def claim(self, number: int, claims: Sequence[Claim]) -> frozenset[str]:
        """Claim pictures of an import for photos; gives those that are granted, durably. Raises as exchange."""
        request = Request("POST", f"/v1/imports/{number}/claims", "", write(ClaimList(tuple(claims))))
        return frozenset(read_granted(content_of(self.send(self._exports, request, ANSWER))).pictures)

    def send(
        self,
        session: requests.Session,
        request: Request,
        patience: float,
        most: int = MAX_BODY,
        target: IO[bytes] | None = None,
    ) -> requests.Response:
        """Send a signed request; once more with the controller's time when ours was wrong.

        At most so many bytes are taken in answer; they go into the target, if there is one and the answer is good.
        """
        wanted = Wanted(most, target)
        answer = self.carry(session, request, patience, wanted)
        if answer.status_code == requests.codes.unauthorized:
            problem = read(answer.content, Problem)
            if problem.code == "stale" and problem.now:
                self.clock.correct(problem.now)
                return self.carry(session, request, patience, wanted)
        return answer

    def carry(
        self, session: requests.Session, request: Request, patience: float, wanted: "Wanted"
    ) -> requests.Response:
        """Try each address until one answers with the pinned certificate. Raises UndeliveredError."""
        failures = []
        for address in self.candidates():
            try:
                answer, ip = self.ask(session, address, request, patience, wanted)
            except (requests.RequestException, ValueError) as failure:  # ValueError: a name that no network can look up
                failures.append(said(address, failure))
                continue
            self.reached(address, ip)
            return answer
        if failures and all("fingerprint" in failure for failure in failures):
            msg = f"someone else answers in place of the controller: {'; '.join(failures)}"
            raise StrangerError(msg)
        msg = f"the controller cannot be reached: {'; '.join(failures) or 'no address is known'}"
        raise UndeliveredError(msg)

    def ask(
        self, session: requests.Session, address: str, request: Request, patience: float, wanted: "Wanted"
    ) -> tuple[requests.Response, str]:
        """One signed request to one address; the whole answer to it, as far as it is wanted, and who gave it."""
        created = int(self.clock.now().timestamp())
        headers = sign(request, self.seed, self.device, created, secrets.token_urlsafe(18))
        if request.body:
            headers["Content-Type"] = "application/json"
        url = f"https://{address}{request.path}" + (f"?{request.query}" if request.query else "")
        answer = session.request(
            request.method,
            url,
            data=request.body or None,
            headers=headers,
            timeout=(CONNECT, patience),
            allow_redirects=False,
            stream=True,
        )
        with answer:
            ip = peer(answer)
            bounded(answer, wanted)
        return answer, ip

    def candidates(self) -> Iterator[str]:
        """The address that worked last, then the others, then what their names last stood for."""
        order = dict.fromkeys([*([self._good] if self._good else []), *self.addresses])
        yield from order
        for address in self.addresses:
            host, port = split(address)
            for ip in self.known.get(host, []):
                if ip != host and joined(ip, port) not in order:
                    yield joined(ip, port)

    def reached(self, address: str, ip: str) -> None:
        """Note that this address works, and what its name stands for, as soon as that is another than before."""
        host, port = split(address)
        with self._lock:
            if address == self._good and (not ip or ip in self.known.get(host, [])):
                return
            self._good = address
            self.learn(host, sorted({*resolved(host, port), *filter(None, [ip])}))

    def learn(self, host: str, ips: list[str]) -> None:
        """Remember what a name stands for. An answer that has come counts, though a full disk forgets where from."""
        if not ips or self.known.get(host) == ips:
            return
        self.known[host] = ips
        try:
            self.remember(self.known)
        except OSError as failure:
            log.warning("the controller's addresses cannot be written down: %s", failure)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Where the controller was last known to be; names are not looked up, since that needs a network."""
        found: dict[Endpoint, None] = {}
        for address in self.addresses:
            host, port = split(address)
            for ip in self.known.get(host, []) or ([host] if is_ip(host) else []):
                found[Endpoint(ip, port)] = None
        return tuple(found)

    def close(self) -> None:
        """Hang up."""
        for session in (self._letters, self._polls, self._exports):
            session.close()


def peer(answer: requests.Response) -> str:
    """The IP address that an answer comes from; empty when the connection is closed already."""
    connection = getattr(answer.raw.connection, "sock", None)
    return str(connection.getpeername()[0]) if connection else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of an answer is taken, and where a good one goes; into memory where no file is given."""

    most: int = MAX_BODY
    target: IO[bytes] | None = None


def bounded(answer: requests.Response, wanted: Wanted = Wanted()) -> None:
    """Read an answer, up to so many bytes. Raises requests.RequestException beyond that, or when it was cut short."""
    target = wanted.target if wanted.target and answer.ok else io.BytesIO()
    target.seek(0)
    target.truncate()
    most = wanted.most if answer.ok else MAX_BODY
    for piece in answer.iter_content(65536):
        target.write(piece)
        if target.tell() > most:
            msg = f"the answer is longer than {most} bytes"
            raise requests.exceptions.ContentDecodingError(msg)
    content = target.getvalue() if isinstance(target, io.BytesIO) else b""
    answer._content = content  # noqa: SLF001 - requests offers no other way to keep what was streamed


def read_answer(answer: requests.Response, letter: type[Letter]) -> Letter:
    """Read the controller's answer. Raises RefusedError with its own words when it refuses, UndeliveredError on 5xx."""
    return read(content_of(answer), letter)


def content_of(answer: requests.Response) -> bytes:
    """What the controller answered. Raises as read_answer."""
    if answer.ok:
        return answer.content
    try:
        problem = read(answer.content, Problem)
    except RefusedError as not_ours:
        msg = f"something that is not the controller answered with {answer.status_code}"
        raise UndeliveredError(msg) from not_ours
    if answer.status_code >= requests.codes.server_error or answer.status_code == requests.codes.too_many_requests:
        raise UndeliveredError(problem.title)
    raise RefusedError(problem.code, f"{problem.title} {problem.detail}".strip(), problem)


def fingerprint(address: str, beginning: str) -> str:
    """Fetch the SHA-256 of the certificate at an address, if it begins as promised.

    Raises UndeliveredError, or StrangerError when it does not.
    """
    host, port = split(address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is sent before the comparison below
    try:
        with (
            contextlib.closing(socket.create_connection((host, port), CONNECT)) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            digest = hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()
    except OSError as failure:
        msg = f"{address} does not answer ({failure})"
        raise UndeliveredError(msg) from failure
    if not digest.startswith(beginning):
        msg = f"{address} shows another certificate than the code promises: it is not the controller that made the code"
        raise StrangerError(msg)
    return digest


def said(address: str, failure: Exception) -> str:
    """One short reason for a failure, without the stack of libraries that it came through."""
    text = str(failure)
    if "Fingerprints did not match" in text:
        return f"{address} has another fingerprint"
    reason = next((word for word in ("timed out", "refused", "unreachable", "resolve") if word in text), "")
    return f"{address} {reason or type(failure).__name__}"


def resolved(host: str, port: int) -> list[str]:
    """The IP addresses that a name stands for; none when it cannot be resolved."""
    try:
        return sorted({str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError):
        return []


def split(address: str) -> tuple[str, int]:
    """Take host and port of "host:port" or "[v6]:port" apart."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def joined(ip: str, port: int) -> str:
    """Write an IP address and a port as one."""
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"


def is_ip(host: str) -> bool:
    """Tell an IP address from a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):
            socket.inet_pton(family, host)
            return True
    return False
