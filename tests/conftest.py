"""What holds for every test: long trials only when asked for, honest skips, and nothing left running."""

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.needs import require
from tests.parts.waiting import TooLateError, eventually

LONG = {"lab": "--run-lab", "faults": "--run-faults"}
LINGER = 2.0  # seconds that a thread or process may take to end after its test
POOLS = re.compile(r"asyncio_|execnet|ThreadPoolExecutor-|AnyIO worker thread|.*\(process_request_thread\)$")
"""Threads that a library keeps for next time, or that serve a connection until its other end closes it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add a switch for each kind of long trial."""
    for marker, option in LONG.items():
        parser.addoption(option, action="store_true", help=f"also run the tests marked {marker}")


def pytest_configure(config: pytest.Config) -> None:
    """Explain the marker of tests/parts/needs.py."""
    config.addinivalue_line("markers", "needs(*things): programs, files or 'root' that the test cannot do without")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave long trials out unless they were asked for."""
    for marker, option in LONG.items():
        if not config.getoption(option):
            for item in items:
                if item.get_closest_marker(marker):
                    item.add_marker(pytest.mark.skip(reason=f"long; run it with {option}"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that this machine cannot run, or fail it where nothing may be skipped."""
    for mark in item.iter_markers("needs"):
        require(*mark.args)


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Fail a test that leaves a thread or a child process behind."""
    threads, children = set(threading.enumerate()), processes()
    yield
    if leftovers(threads, children):
        eventually_none(threads, children)


def eventually_none(threads: set[threading.Thread], children: set[int]) -> None:
    """Give what is about to end a moment, then fail."""
    try:
        eventually(lambda: not leftovers(threads, children), within=LINGER)
    except TooLateError:
        pytest.fail(f"left running: {', '.join(leftovers(threads, children))}")


def leftovers(threads: set[threading.Thread], children: set[int]) -> list[str]:
    """What runs now and did not before."""
    fresh = [t.name for t in threading.enumerate() if t not in threads and not POOLS.match(t.name)]
    return [f"thread {name}" for name in fresh] + [f"process {pid}" for pid in processes() - children]


def processes() -> set[int]:
    """The child processes of this one, those that ended and were not waited for included."""
    try:
        told = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    except OSError:
        return set()  # a system without /proc, or a kernel without this file
    return {int(pid) for pid in told.split()}
