"""Letters that must be refused: each with its own code, a line in the log, nothing stored, and never a 500."""

import contextlib
import secrets
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
import pytest
import requests

from agreement.letters import MAX_BODY, MAX_NEWS, AgentNote, News, Problem, link, read, write
from agreement.sealing import Request, new_key, sign
from tests.fakes.tablet import SigningTablet, now
from tests.parts.running_controller import RunningController

NOTE = AgentNote("started")
FORGER, _ = new_key()


@pytest.fixture(scope="module")
def sunflower(controller: RunningController) -> Iterator[SigningTablet]:
    with controller.tablet("Sunflower 1") as tablet:
        tablet.check_in(NOTE)
        yield tablet


@pytest.fixture(scope="module")
def retired(controller: RunningController) -> Iterator[SigningTablet]:
    """A tablet that was enrolled anew since: this one still has its old key."""
    with controller.tablet("Sunflower 2") as old, controller.tablet() as new:
        new.enrol(controller.code_anew(old.device))
        yield old


def stored(controller: RunningController, device: str) -> tuple[object, ...]:
    """Everything that a letter could have changed."""
    with controller.store.read() as books:
        return (books.letters.card(device), books.reports.of(device, 100), books.findings.open(device))


def body_of(tablet: SigningTablet, **changes: object) -> bytes:
    """The next letter's bytes; its number is not used up."""
    body = write(tablet.letter(**changes))
    tablet.sequence -= 1
    return body


def with_words(tablet: SigningTablet, **words: object) -> bytes:
    """The next letter with some of its words replaced by anything."""
    return msgspec.json.encode(msgspec.json.decode(body_of(tablet)) | words)


def signed_by(tablet: SigningTablet, body: bytes, seed: bytes, device: str) -> requests.Response:
    """A letter signed by another key, or under another name."""
    created, nonce = int(time.time()), secrets.token_urlsafe(18)
    headers = sign(Request("POST", "/v1/check-in", "", body), seed, device, created, nonce)
    return tablet.post("/v1/check-in", body, headers)


def ahead(tablet: SigningTablet, seconds: float) -> requests.Response:
    """A letter from a tablet whose clock is wrong."""
    tablet.clock_ahead = seconds
    try:
        return tablet.send(body_of(tablet))
    finally:
        tablet.clock_ahead = 0


def replayed(tablet: SigningTablet) -> requests.Response:
    """A letter that an eavesdropper sends again, byte for byte."""
    body = write(tablet.letter())
    headers = tablet.signed(Request("POST", "/v1/check-in", "", body))
    assert tablet.post("/v1/check-in", body, headers).ok
    return tablet.post("/v1/check-in", body, headers)


def elsewhere(tablet: SigningTablet) -> requests.Response:
    """A good signature, for another path."""
    headers = tablet.signed(Request("POST", "/v1/enrol", "", body := body_of(tablet)))
    return tablet.post("/v1/check-in", body, headers)


def by_another_way(tablet: SigningTablet) -> requests.Response:
    """A good signature, for another method."""
    headers = tablet.signed(Request("GET", "/v1/check-in", "", body := body_of(tablet)))
    return tablet.post("/v1/check-in", body, headers)


def swapped(tablet: SigningTablet) -> requests.Response:
    """A good signature over another body."""
    headers = tablet.signed(Request("POST", "/v1/check-in", "", body_of(tablet)))
    return tablet.post("/v1/check-in", body_of(tablet, agent="9.9.9"), headers)


def uncovered(tablet: SigningTablet) -> requests.Response:
    """A signature that leaves the body out."""
    headers = tablet.signed(Request("POST", "/v1/check-in", "", body := body_of(tablet)))
    headers["Signature-Input"] = headers["Signature-Input"].replace(' "content-digest"', "")
    return tablet.post("/v1/check-in", body, headers)


@dataclass(frozen=True)
class Attack:
    """One row: what is sent, and what must come back."""

    name: str
    status: int
    code: str
    send: Callable[[SigningTablet], requests.Response]


ATTACKS = [
    Attack("no signature", 401, "unsigned", lambda t: t.post("/v1/check-in", body_of(t))),
    Attack("half a signature", 401, "unsigned", lambda t: t.send(body_of(t), Signature="")),
    Attack("nonsense for a signature", 401, "unsigned", lambda t: t.send(body_of(t), Signature="safeuse=:AAAA:")),
    Attack("another label", 401, "unsigned", lambda t: t.send(body_of(t), Signature_Input='sig1=("@method")')),
    Attack("the body not covered", 401, "unsigned", uncovered),
    Attack("the body swapped", 401, "unsigned", swapped),
    Attack("the digest of another body", 401, "unsigned", lambda t: t.send(body_of(t), Content_Digest="sha-256=:AA=:")),
    Attack("signed for another path", 401, "forged", elsewhere),
    Attack("signed for another method", 401, "forged", by_another_way),
    Attack("another key", 401, "forged", lambda t: signed_by(t, body_of(t), FORGER, t.device)),
    Attack("an unknown tablet", 401, "unknown_tablet", lambda t: signed_by(t, body_of(t), FORGER, "bluebell-9")),
    Attack("an old signature", 401, "stale", lambda t: ahead(t, -301)),
    Attack("a signature from the future", 401, "stale", lambda t: ahead(t, 63)),
    Attack("a replay", 401, "replay", replayed),
    Attack("nothing", 400, "malformed", lambda t: t.send(b"")),
    Attack("no JSON", 400, "malformed", lambda t: t.send(b"\x00\xff")),
    Attack("a list", 400, "malformed", lambda t: t.send(b"[]")),
    Attack("truncated", 400, "malformed", lambda t: t.send(body_of(t)[:-20])),
    Attack("two letters", 400, "malformed", lambda t: t.send(body_of(t) * 2)),
    Attack("a field missing", 400, "malformed", lambda t: t.send(b'{"device": "x"}')),
    Attack("deep nesting", 400, "malformed", lambda t: t.send(b"[" * 200_000)),
    Attack("deep nesting where nothing is read", 400, "malformed", lambda t: t.send(b'{"x":' * 100_000)),
    Attack("NaN", 400, "malformed", lambda t: t.send(with_words(t).replace(b'"battery":80', b'"battery":NaN'))),
    Attack("half a surrogate", 400, "malformed", lambda t: t.send(body_of(t).replace(b'"0.1.0"', b'"\\ud800"'))),
    Attack("no UTF-8", 400, "malformed", lambda t: t.send(body_of(t).replace(b'"0.1.0"', b'"\xff"'))),
    Attack("a number below 1", 400, "malformed", lambda t: t.send(with_words(t, sequence=0))),
    Attack("a number too large", 400, "malformed", lambda t: t.send(with_words(t, sequence=2**63))),
    Attack("a number with a fraction", 400, "malformed", lambda t: t.send(with_words(t, sequence=1.5))),
    Attack("a time without a zone", 400, "malformed", lambda t: t.send(with_words(t, at="2026-01-05T12:00:00"))),
    Attack("a time before time", 400, "malformed", lambda t: t.send(with_words(t, at="0001-01-01T00:00:00+23:59"))),
    Attack("no posture", 400, "malformed", lambda t: t.send(with_words(t, posture=None))),
    Attack("a name too long", 400, "malformed", lambda t: t.send(with_words(t, agent="x" * 201))),
    Attack("news of the wrong shape", 400, "malformed", lambda t: t.send(with_words(t, news=[{"number": 1}]))),
    Attack("too much news", 400, "malformed", lambda t: t.send(body_of(t, news=t.written * (MAX_NEWS + 1)))),
    Attack("in another's name", 403, "other_tablet", lambda t: t.send(body_of(t, device="sunflower-2"))),
    Attack("GET", 405, "wrong_method", lambda t: t.get("/v1/check-in")),
    Attack("a path that is not there", 404, "not_found", lambda t: t.get("/v1/check-out")),
    Attack("waiting without saying for what", 400, "malformed", lambda t: t.get("/v1/standing")),
    Attack("waiting for minus one", 400, "malformed", lambda t: t.get("/v1/standing", "seen=-1&wait=5")),
    Attack("waiting unsigned", 401, "unsigned", lambda t: t.get("/v1/standing", "seen=1&wait=5", Signature="")),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_it_is_refused_and_nothing_is_stored(
    controller: RunningController, sunflower: SigningTablet, attack: Attack
) -> None:
    lines = controller.log.count('"refused"')
    before = None if attack.code == "replay" else stored(controller, sunflower.device)
    answer = attack.send(sunflower)
    problem = read(answer.content, Problem)
    assert (answer.status_code, problem.code) == (attack.status, attack.code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem.title
    assert problem.now is not None
    if before is not None:
        assert stored(controller, sunflower.device) == before
    assert controller.log.count('"refused"') == lines + 1
    assert sunflower.check_in().number == len(sunflower.written)


@contextlib.contextmanager
def line(controller: RunningController) -> Iterator[ssl.SSLSocket]:
    """A bare TLS line to the controller."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", controller.port), 10) as plain, context.wrap_socket(plain) as secured:
        yield secured


PIECE = b"10000\r\n" + b" " * 65536 + b"\r\n"


@pytest.mark.parametrize(
    "request_",
    [b"Content-Length: 1048577\r\n\r\n", b"Content-Length: 99999999999999999\r\n\r\n"],
    ids=["one byte too long", "endless"],
)
@pytest.mark.parametrize("path", [b"/v1/check-in", b"/v1/imports/1/claims"])
def test_a_letter_that_is_said_to_be_too_long_is_refused_before_it_is_read(
    controller: RunningController, request_: bytes, path: bytes
) -> None:
    with line(controller) as secured:
        secured.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\n" % path + request_)
        assert secured.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_a_letter_that_does_not_end_is_cut_off_at_its_limit(controller: RunningController) -> None:
    with line(controller) as secured:
        secured.sendall(b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(MAX_BODY // 65536):
            secured.sendall(PIECE)
        secured.sendall(b"1\r\n \r\n")
        assert secured.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_a_line_that_breaks_in_the_middle_of_a_letter_leaves_nothing(
    controller: RunningController, sunflower: SigningTablet
) -> None:
    before = stored(controller, sunflower.device)
    body = body_of(sunflower)
    headers = sunflower.signed(Request("POST", "/v1/check-in", "", body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with line(controller) as secured:
        head = f"POST /v1/check-in HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        secured.sendall(head.encode() + body[:100])
    assert stored(controller, sunflower.device) == before
    assert sunflower.check_in().number == len(sunflower.written)


def test_the_reply_to_a_stale_letter_carries_the_time(sunflower: SigningTablet) -> None:
    problem = read(ahead(sunflower, -86400).content, Problem)
    assert problem.now is not None
    assert abs((problem.now - now()).total_seconds()) < 60


def test_an_old_key_is_told_that_it_was_retired(retired: SigningTablet) -> None:
    answer = retired.send(body_of(retired))
    assert (answer.status_code, read(answer.content, Problem).code) == (403, "retired")


def test_news_of_a_kind_that_is_not_known_is_kept_as_it_came(
    controller: RunningController, sunflower: SigningTablet
) -> None:
    body = b'{"type":"from-the-future","x":[1,2]}'
    at, last = now(), sunflower.written[-1]
    piece = News(last.number + 1, at, msgspec.Raw(body), link(last.chain, last.number + 1, at, body))
    sunflower.written.append(piece)
    assert sunflower.check_in().number == piece.number
    with controller.store.read() as books:
        kept = books.reports.of(sunflower.device, 1)[0]
    assert (kept.kind, kept.body) == ("from-the-future", body)


def test_no_key_and_no_secret_is_in_the_log(controller: RunningController, sunflower: SigningTablet) -> None:
    assert sunflower.seed.hex() not in controller.log
    assert "PRIVATE KEY" not in controller.log
