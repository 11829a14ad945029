"""Codes and enrolments that must be refused: each with its own code, and no tablet comes of it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest

from agreement.enrolment import Code, CodeError, new_secret, parse, spell
from agreement.letters import Enrol, Problem, RefusedError, read, write
from agreement.sealing import new_key
from controller.enrol import TabletNameError
from tests.fakes.tablet import SigningTablet, now
from tests.parts.running_controller import RunningController

_, KEY = new_key()


@pytest.fixture
def stranger(controller: RunningController) -> Iterator[SigningTablet]:
    with controller.tablet() as tablet:
        yield tablet


def names(controller: RunningController) -> list[str]:
    with controller.store.read() as books:
        return [device.name for device in books.devices.every()]


def used(controller: RunningController) -> str:
    code = controller.code("Used 1")
    with controller.tablet() as first:
        first.enrol(code)
    return code


def expired(controller: RunningController) -> str:
    return controller.code("Expired 1", at=now() - timedelta(minutes=30))


def foreign(controller: RunningController) -> str:
    """A code of another nursery's controller, or a guess."""
    return spell(Code((controller.address,), controller.pin, new_secret()))


def taken(controller: RunningController) -> str:
    """A second code for the same name, whose first has been used."""
    first, second = controller.code("Taken 1"), controller.code("Taken 1")
    with controller.tablet() as tablet:
        tablet.enrol(first)
    return second


@dataclass(frozen=True)
class Attempt:
    """One row: which code, and what is said to it."""

    make: Callable[[RunningController], str]
    code: str


ATTEMPTS = [
    Attempt(used, "code_used"),
    Attempt(expired, "code_expired"),
    Attempt(foreign, "code_unknown"),
    Attempt(taken, "name_taken"),
]


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.code)
def test_the_code_is_refused_and_no_tablet_comes_of_it(
    controller: RunningController, stranger: SigningTablet, attempt: Attempt
) -> None:
    code = attempt.make(controller)
    before, lines = names(controller), controller.log.count(f'"code": "{attempt.code}"')
    with pytest.raises(RefusedError) as refused:
        stranger.enrol(code)
    assert refused.value.code == attempt.code
    assert names(controller) == before
    assert controller.log.count(f'"code": "{attempt.code}"') == lines + 1
    assert parse(code).secret not in controller.log


def test_a_mistyped_code_is_told_before_anything_is_sent(controller: RunningController) -> None:
    code = controller.code("Mistyped 1")
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    with pytest.raises(CodeError, match="wrong or missing"):
        parse(wrong)


MALFORMED = [b"", b"[]", b'{"secret": 1}', b"{" * 100_000, write(Enrol("x", "zz", "0.1.0")), b"\xff", b'{"key": NaN}']


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:20]))
def test_a_malformed_enrolment_is_refused(stranger: SigningTablet, body: bytes) -> None:
    answer = stranger.post("/v1/enrol", body)
    assert (answer.status_code, read(answer.content, Problem).code) == (400, "malformed")


def test_of_two_at_once_with_one_code_one_becomes_the_tablet(controller: RunningController) -> None:
    code = controller.code("Race 1")

    def run(_: int) -> str:
        with controller.tablet() as tablet:
            try:
                return tablet.enrol(code).standing.tablet
            except RefusedError as refused:
                return refused.code

    with ThreadPoolExecutor(4) as racers:
        told = sorted(racers.map(run, range(4)))
    assert told == ["Race 1", "code_used", "code_used", "code_used"]
    assert names(controller).count("Race 1") == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "Sun\u202eflower", "a\x00b", "\ud800"], ids=ascii)
def test_a_name_that_is_none_gets_no_code(controller: RunningController, name: str) -> None:
    with pytest.raises(TabletNameError, match="name"):
        controller.code(name)


def test_a_name_that_is_taken_gets_no_code_but_the_tablet_may_be_enrolled_as_itself(
    controller: RunningController, stranger: SigningTablet
) -> None:
    first = stranger.enrol(controller.code("Bluebell 1"))
    with pytest.raises(TabletNameError, match="already"):
        controller.code("Bluebell  1")
    with controller.tablet() as renewed:
        again = renewed.enrol(controller.code_anew(first.device))
        assert (again.device, again.standing.tablet) == (first.device, "Bluebell 1")
        assert again.standing.sequence > first.standing.sequence
        assert renewed.check_in().number == 0


def test_a_guesser_is_slowed_down_and_then_even_a_good_code_must_wait(
    controller: RunningController, stranger: SigningTablet
) -> None:
    good = controller.code("Patient 1")
    told = [stranger.post("/v1/enrol", write(Enrol(new_secret(), KEY, "0.1.0"))).status_code for _ in range(12)]
    assert told[-1] == 429
    with pytest.raises(RefusedError) as refused:
        stranger.enrol(good)
    assert refused.value.code == "slow_down"
