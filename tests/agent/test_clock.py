"""A clock that nobody can set back."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

from agent.clock import SteadyClock
from tests.parts.needs import needs

MOVED = """
import sys
from datetime import datetime, timedelta, UTC
from agent import clock
now = datetime.now(UTC)
clock.wall = lambda: now  # the tablet's wall clock, in the test's hand
steady = clock.SteadyClock()
before = steady.now()
clock.wall = lambda: now + timedelta(days=float(sys.argv[1]))
print(steady.jumped(), steady.jumped(), abs(steady.now() - before) < timedelta(minutes=1), sep="|")
"""


def moved(days: float) -> list[str]:
    run = subprocess.run([sys.executable, "-c", MOVED, str(days)], capture_output=True, text=True, check=True)
    return run.stdout.strip().split("|")


def test_a_wall_clock_that_is_moved_is_noticed_once_and_does_not_move_ours() -> None:
    first, again, steady = moved(30)
    assert first.startswith(("30 days", "29 days, 23:59:59"))
    assert (again, steady) == ("None", "True")


def test_a_wall_clock_that_is_moved_back_is_noticed_too() -> None:
    first, _, steady = moved(-1)
    assert first.startswith("-")
    assert steady == "True"


def test_small_adjustments_are_no_jump() -> None:
    assert moved(30 / 86400)[0] == "None"


def test_after_a_restart_time_does_not_begin_before_the_last_time_known() -> None:
    later = datetime.now(UTC) + timedelta(days=3)
    assert SteadyClock(not_before=later).now() >= later


def test_a_process_under_a_wrong_clock_is_corrected_by_the_controller() -> None:
    needs("faketime")
    code = (
        "from agent.clock import SteadyClock; from datetime import datetime, UTC;"
        "c = SteadyClock(); c.correct(datetime(2026, 1, 5, tzinfo=UTC)); print(c.now().date())"
    )
    run = ["/usr/bin/faketime", "--exclude-monotonic", "-f", "-400d", sys.executable, "-c", code]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip() == "2026-01-05"
