"""What every clock does."""

from datetime import UTC, timedelta

import pytest

from agent.clock import SteadyClock
from agent.seams.tablet import Clock
from tests.fakes.clock import NOON, StillClock


@pytest.fixture(params=[StillClock, SteadyClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


def test_time_is_aware_utc(clock: Clock) -> None:
    assert clock.now().tzinfo is UTC


def test_time_never_goes_back_by_itself(clock: Clock) -> None:
    moments = [clock.now() for _ in range(1000)]
    assert moments == sorted(moments)


@pytest.mark.parametrize("apart", [timedelta(days=-400), timedelta(seconds=-1), timedelta(days=400)])
def test_the_controllers_time_is_taken(clock: Clock, apart: timedelta) -> None:
    clock.correct(NOON + apart)
    assert timedelta() <= clock.now() - (NOON + apart) < timedelta(minutes=1)
