"""What every courier does: the real one with a real controller at the other end, and the one in memory."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent.clock import SteadyClock
from agent.courier import PinnedCourier
from agent.enrol import enrol
from agent.identity import Folder
from agent.seams.courier import Courier, UndeliveredError
from agreement.agreement import Agreement
from agreement.letters import (
    GENESIS,
    AgentNote,
    CheckIn,
    Machine,
    News,
    PhotoCounts,
    Posture,
    RefusedError,
    Standing,
    news,
)
from controller import lost
from controller.lost import Told
from controller.records import Author
from tests.fakes.courier import Desk, FakeCourier
from tests.parts.running_controller import RunningController, running_controller

NOW = timedelta()
SOON = timedelta(seconds=1)


@dataclass
class Line:
    """A courier, the tablet that it carries for, and the means to report that tablet lost or take the way away."""

    courier: Courier
    device: str
    first: Standing
    report_lost: Callable[[], object]
    cut: Callable[[], object]

    def letter(self, sequence: int, *pieces: News) -> CheckIn:
        """A check-in."""
        seen = self.first.sequence
        return CheckIn(self.device, sequence, datetime.now(UTC), "0.1.0", seen, seen, Posture(PhotoCounts()), pieces)


def in_memory(_folder: Path, _closing: ExitStack) -> Line:
    """The fake."""
    first = Standing(1, "sunflower-1", "Sunflower 1", "Larkfield Nursery", Agreement())
    desk = Desk(first, datetime.now(UTC))
    courier = FakeCourier(desk)
    return Line(
        courier,
        first.device,
        first,
        lambda: desk.change(replace(desk.standing, sequence=2)),
        lambda: setattr(courier, "open", False),
    )


def over_the_wire(folder: Path, closing: ExitStack) -> Line:
    """The real one, to a real controller."""
    controller: RunningController = closing.enter_context(running_controller(folder / "controller"))
    home = Folder(folder / "tablet")
    enrolled = enrol(controller.code("Sunflower 1"), Machine(), home)
    who = home.identity()
    courier = PinnedCourier(who.device, bytes.fromhex(who.seed), who.pin, who.addresses, SteadyClock())
    closing.callback(courier.close)
    author = Author("Ada", datetime.now(UTC))
    return Line(
        courier,
        who.device,
        enrolled.standing,
        lambda: lost.report(controller.store, who.device, Told("lost", "", ""), author),
        controller.stop,
    )


@pytest.fixture(params=[in_memory, over_the_wire])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    with ExitStack() as closing:
        yield request.param(tmp_path, closing)


def chain(*events: str) -> list[News]:
    """News, one after the other."""
    pieces: list[News] = []
    for number, event in enumerate(events, 1):
        pieces.append(news(pieces[-1].chain if pieces else GENESIS, number, datetime.now(UTC), AgentNote(event)))
    return pieces


def test_what_is_delivered_is_confirmed_by_its_number(line: Line) -> None:
    a, b = chain("a", "b")
    assert line.courier.exchange(line.letter(1)).number == 0
    assert line.courier.exchange(line.letter(2, a, b)).number == 2


def test_what_is_delivered_twice_counts_once(line: Line) -> None:
    a, b = chain("a", "b")
    assert line.courier.exchange(line.letter(1, a)).number == 1
    assert line.courier.exchange(line.letter(2, a, b)).number == 2


def test_a_receipt_carries_the_controllers_time_and_no_standing_that_is_known(line: Line) -> None:
    receipt = line.courier.exchange(line.letter(1))
    assert abs(receipt.now - datetime.now(UTC)) < timedelta(minutes=5)
    assert receipt.standing is None


def test_a_gap_in_the_news_is_refused(line: Line) -> None:
    _, b = chain("a", "b")
    with pytest.raises(RefusedError) as refused:
        line.courier.exchange(line.letter(1, b))
    assert refused.value.code == "gap"


def test_two_agents_on_one_key_are_refused(line: Line) -> None:
    (a,) = chain("a")
    line.courier.exchange(line.letter(5, a))
    with pytest.raises(RefusedError) as refused:
        line.courier.exchange(line.letter(5, a))
    assert refused.value.code == "clone"


def test_a_line_held_in_vain_ends_with_nothing(line: Line) -> None:
    assert line.courier.wait(line.first.sequence, SOON) is None


def test_a_newer_standing_comes_down_the_line_and_in_the_next_receipt(line: Line) -> None:
    line.report_lost()
    newer = line.courier.wait(line.first.sequence, SOON)
    assert newer is not None
    assert newer.sequence > line.first.sequence
    receipt = line.courier.exchange(line.letter(1))
    assert receipt.standing == newer


def test_when_nobody_answers_nothing_is_delivered(line: Line) -> None:
    line.cut()
    with pytest.raises(UndeliveredError, match="cannot be reached"):
        line.courier.exchange(line.letter(1))
    with pytest.raises(UndeliveredError, match="cannot be reached"):
        line.courier.wait(0, NOW)
