"""The courier against a controller that behaves, and against everyone else."""

import base64
import errno
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.courier import PinnedCourier, StrangerError, fingerprint
from agent.seams.courier import UndeliveredError
from agent.seams.tablet import Endpoint
from agreement.agreement import Agreement
from agreement.letters import (
    MAX_BODY,
    CheckIn,
    PhotoCounts,
    Posture,
    Problem,
    Receipt,
    RefusedError,
    Standing,
    read,
    write,
)
from agreement.sealing import Request, new_key, opened, verify
from lab.certificates import SelfSigned, self_signed
from tests.fakes.clock import NOON, StillClock
from tests.parts.strange_server import Answer, Asked, StrangeServer, strange_server

SEED, PUBLIC = new_key()
Hire = Callable[..., PinnedCourier]
LETTER = CheckIn("sunflower-1", 1, NOON, "0.1.0", 0, 0, Posture(PhotoCounts()))
STANDING = Standing(2, "sunflower-1", "Sunflower 1", "Larkfield Nursery", Agreement())


def taken(_asked: Asked) -> Answer:
    return Answer(200, write(Receipt(0, NOON, STANDING)))


@pytest.fixture
def certificate(tmp_path: Path) -> SelfSigned:
    return self_signed(tmp_path)


@pytest.fixture
def controller(certificate: SelfSigned) -> Iterator[StrangeServer]:
    with strange_server(certificate, taken) as server:
        yield server


@pytest.fixture
def hire(certificate: SelfSigned) -> Iterator[Hire]:
    with ExitStack() as stack:

        def courier(*addresses: str, pin: str = certificate.pin, **more: Any) -> PinnedCourier:
            clock = StillClock()
            made = PinnedCourier("sunflower-1", SEED, pin, addresses, clock, **more)
            stack.callback(made.close)
            return made

        yield courier


def refuses(status: int, problem: Problem) -> Answer:
    return Answer(status, write(problem), {"Content-Type": "application/problem+json"})


def test_a_letter_arrives_signed_and_the_receipt_comes_back(controller: StrangeServer, hire: Hire) -> None:
    assert hire(controller.address).exchange(LETTER) == Receipt(0, NOON, STANDING)
    (asked,) = controller.asked
    assert read(asked.body, CheckIn) == LETTER
    signed = opened(Request("POST", "/v1/check-in", "", asked.body), asked.headers)
    verify(signed, PUBLIC)
    assert (signed.keyid, signed.created) == ("sunflower-1", int(NOON.timestamp()))


def test_no_nonce_is_used_twice(controller: StrangeServer, hire: Hire) -> None:
    courier = hire(controller.address)
    for _ in range(5):
        courier.exchange(LETTER)
    nonces = {re.search('nonce="([^"]+)"', asked.headers["signature-input"]) for asked in controller.asked}
    assert len({found[1] for found in nonces if found}) == 5


def test_the_line_is_held_for_a_newer_standing(controller: StrangeServer, hire: Hire) -> None:
    controller.reply = lambda _asked: Answer(200, write(STANDING))
    courier = hire(controller.address)
    assert courier.wait(1, timedelta(seconds=5)) == STANDING
    assert controller.asked[0].path == "/v1/standing?seen=1&wait=5"
    controller.reply = lambda _asked: Answer(204, b"")
    assert courier.wait(2, timedelta(seconds=5)) is None


def test_a_stale_letter_is_sent_again_by_the_controllers_time(controller: StrangeServer, hire: Hire) -> None:
    true = NOON + timedelta(days=400)

    def strict(asked: Asked) -> Answer:
        fresh = f"created={int(true.timestamp())}" in asked.headers["signature-input"]
        return taken(asked) if fresh else refuses(401, Problem("stale", "Your clock is wrong.", now=true))

    controller.reply = strict
    assert hire(controller.address).exchange(LETTER).number == 0
    assert len(controller.asked) == 2


def test_a_refusal_comes_with_the_controllers_words_and_a_lost_tablets_standing(
    controller: StrangeServer, hire: Hire
) -> None:
    problem = Problem("clone", "Two agents use one key.", "Ask the manager.", standing=STANDING)
    controller.reply = lambda _asked: refuses(409, problem)
    with pytest.raises(RefusedError, match="Two agents use one key") as refused:
        hire(controller.address).exchange(LETTER)
    assert (refused.value.code, refused.value.problem) == ("clone", problem)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"not json"),
        Answer(200, b'{"number": -1}'),
        Answer(500, write(Problem("broken", "Something broke."))),
        Answer(429, write(Problem("slow_down", "Too many."))),
        Answer(404, b"<html>a captive portal</html>"),
        Answer(302, b"", {"Location": "https://portal.test/login"}),
        Answer(200, b" " * (MAX_BODY + 1)),
        Answer(200, b"x", {"Content-Encoding": "gzip"}),
    ],
    ids=["no json", "wrong shape", "broken", "too many", "portal", "redirect", "endless", "bad gzip"],
)
def test_an_answer_that_is_no_answer_delivers_nothing(controller: StrangeServer, hire: Hire, answer: Answer) -> None:
    controller.reply = lambda _asked: answer
    with pytest.raises((UndeliveredError, RefusedError)):
        hire(controller.address).exchange(LETTER)
    assert all(asked.path == "/v1/check-in" for asked in controller.asked)


def test_someone_else_at_the_address_is_told_nothing(controller: StrangeServer, hire: Hire, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    pin = self_signed(other, "eve.test").pin
    with pytest.raises(StrangerError, match="someone else answers"):
        hire(controller.address, pin=pin).exchange(LETTER)
    assert controller.asked == []


def test_the_second_address_is_tried_and_then_remembered(controller: StrangeServer, hire: Hire) -> None:
    courier = hire("127.0.0.1:9", controller.address)
    courier.exchange(LETTER)
    assert next(iter(courier.candidates())) == controller.address


def test_where_a_name_no_longer_resolves_its_last_address_is_tried(controller: StrangeServer, hire: Hire) -> None:
    port = controller.address.rpartition(":")[2]
    courier = hire(f"gone.invalid:{port}", known={"gone.invalid": ["127.0.0.1"]})
    assert courier.exchange(LETTER).number == 0
    assert courier.endpoints() == (Endpoint("127.0.0.1", int(port)),)


def test_what_a_name_stands_for_is_remembered(controller: StrangeServer, hire: Hire) -> None:
    kept: list[dict[str, list[str]]] = []
    port = controller.address.rpartition(":")[2]
    courier = hire(f"localhost:{port}", remember=kept.append)
    courier.exchange(LETTER)
    assert "127.0.0.1" in kept[-1]["localhost"]


def test_nobody_there_says_so_in_words(hire: Hire) -> None:
    with pytest.raises(UndeliveredError, match=r"cannot be reached: 127\.0\.0\.1:9 refused"):
        hire("127.0.0.1:9").exchange(LETTER)


def test_the_fingerprint_is_compared_before_anything_is_sent(
    controller: StrangeServer, certificate: SelfSigned
) -> None:
    assert fingerprint(controller.address, certificate.pin[:32]) == certificate.pin
    with pytest.raises(StrangerError, match="another certificate"):
        fingerprint(controller.address, "00" * 16)
    with pytest.raises(UndeliveredError, match="does not answer"):
        fingerprint("127.0.0.1:9", certificate.pin[:32])
    assert controller.asked == []


def test_the_seed_is_in_no_error(controller: StrangeServer, hire: Hire) -> None:
    controller.reply = lambda _asked: Answer(500, b"")
    with pytest.raises(UndeliveredError) as failure:
        hire(controller.address).exchange(LETTER)
    assert SEED.hex() not in repr(failure.value)
    assert base64.b64encode(SEED).decode() not in repr(failure.value)


def test_a_name_that_no_network_can_look_up_is_only_one_failure(controller: StrangeServer, hire: Hire) -> None:
    assert hire("bad..name:8443", controller.address).exchange(LETTER).standing == STANDING
    with pytest.raises(UndeliveredError, match=r"bad\.\.name:8443"):
        hire("bad..name:8443").exchange(LETTER)


def test_an_answer_counts_though_the_disk_is_full(controller: StrangeServer, hire: Hire) -> None:
    def full(_known: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    port = controller.address.rpartition(":")[2]
    courier = hire(f"localhost:{port}", remember=full)
    assert courier.exchange(LETTER).standing == STANDING
    assert Endpoint("127.0.0.1", int(port)) in courier.endpoints()


def test_a_controller_that_moves_while_the_agent_runs_is_left_open_where_it_is_now(
    controller: StrangeServer, hire: Hire
) -> None:
    port = controller.address.rpartition(":")[2]
    courier = hire(f"localhost:{port}")
    courier.exchange(LETTER)
    courier.known["localhost"] = ["192.0.2.9"]  # where the name stood before it moved
    courier.exchange(LETTER)
    ips = {endpoint.ip for endpoint in courier.endpoints()}
    assert "127.0.0.1" in ips
    assert "192.0.2.9" not in ips
