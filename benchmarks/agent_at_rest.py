"""What the agent costs a tablet that nobody uses: memory, CPU, wake-ups.

A real agent, enrolled at a real controller, holds the line and looks once a minute. The bound is a bare interpreter
that has imported the same packages and sleeps: no program built on them can need less. Both run from compiled bytecode
and with the options of the bundle's launcher, as on a tablet.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, main
from lab.nursery import Nursery
from lab.private_bus import DAEMON, PrivateBus
from lab.processes import Running
from lab.tablet import BoxTablet

SETTLE, WATCH = 25.0, 60.0
"""Seconds: until everything is read that is read once; and how long is watched."""

BARE = """
import apscheduler.schedulers.background, jeepney.io.blocking, msgspec, nacl.signing, requests, sqlite3, time
import watchdog.observers
time.sleep(3600)
"""
SETTINGS = "look_every = 'PT1M'\n[device]\nhomes = ['{home}']\nenforce_network = false\n"
LIKE_THE_BUNDLE = ("-OO", "-X", "no_debug_ranges")
"""As the bundle's launcher starts the service: without docstrings and column numbers."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process has cost so far."""

    rss_mb: float
    cpu_seconds: float
    wakeups: int

    @classmethod
    def of(cls, pid: int) -> "Cost":
        """Read it from /proc: memory, time on a core, and how often any thread went back to sleep by itself."""
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        nanoseconds = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)
        slept = sum(line_of(task / "status", "voluntary_ctxt_switches") for task in tasks)
        return cls(line_of(Path(f"/proc/{pid}/status"), "VmRSS") / 1024, nanoseconds / 1e9, slept)


def line_of(status: Path, name: str) -> int:
    """One number of a status file in /proc."""
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith(name))


@contextmanager
def resting(folder: Path, bus: str) -> Iterator[int]:
    """A tablet at rest; gives the pid of its agent."""
    with Nursery(folder) as nursery:
        tablet = nursery.tablet("Sunflower 1", bus=bus)
        (tablet.state / "agent.toml").write_text(SETTINGS.format(home=tablet.home))
        calm(tablet, nursery, compiled(folder))  # once, so that all of it is compiled
        time.sleep(SETTLE / 5)
        yield calm(tablet, nursery, compiled(folder)).process.pid


def calm(tablet: BoxTablet, nursery: Nursery, environment: dict[str, str]) -> Running:
    """Start its agent again, as on a tablet, not with the lab's hurry."""
    if tablet.agent:
        tablet.agent.end()
    line = [sys.executable, *LIKE_THE_BUNDLE, "-m", "agent", "run", "--home", str(tablet.state)]
    tablet.agent = nursery.processes.start("agent at rest", line, environment=tablet.environment | environment)
    return tablet.agent


def compiled(folder: Path) -> dict[str, str]:
    """The launcher's environment, with bytecode kept apart from everyone else's."""
    kept = {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    return kept | {"MALLOC_ARENA_MAX": "1"}


@contextmanager
def bare(folder: Path) -> Iterator[int]:
    """An interpreter that imported the same packages, and sleeps."""
    line, environment = [sys.executable, *LIKE_THE_BUNDLE, "-c", BARE], os.environ | compiled(folder)
    subprocess.run([*line[:-1], BARE.replace("3600", "0")], env=environment, check=True)
    process = subprocess.Popen(line, env=environment)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def measure() -> list[Figure]:
    """Watch a tablet at rest for a minute."""
    with tempfile.TemporaryDirectory() as name, bus() as address, bare(Path(name)) as bound:
        with resting(Path(name), address) as agent:
            time.sleep(SETTLE)
            before, began = Cost.of(agent), time.monotonic()
            time.sleep(WATCH)
            after, minutes = Cost.of(agent), (time.monotonic() - began) / 60
        least = Cost.of(bound)
    cpu = (after.cpu_seconds - before.cpu_seconds) / (minutes * 60) * 100
    wakeups = (after.wakeups - before.wakeups) / minutes
    sleeping = "the same packages, asleep"
    return [
        Figure("agent at rest: memory", after.rss_mb, "MB", sleeping, least.rss_mb, "≤ 42 MB", after.rss_mb <= 42),  # noqa: PLR2004 - the aim
        Figure("agent at rest: CPU", cpu, "% of a core", sleeping, 0.0, "< 0.05 %", cpu < 0.05),  # noqa: PLR2004 - the aim
        Figure("agent at rest: wake-ups", wakeups, "a minute", sleeping, 0.0, "≤ 60", wakeups <= 60),  # noqa: PLR2004 - the aim
    ]


@contextmanager
def bus() -> Iterator[str]:
    """A bus without services, so that asking for sessions costs what it costs; none where it cannot be had."""
    if not DAEMON.exists():
        yield ""
        return
    with PrivateBus() as private:
        yield private.address


if __name__ == "__main__":
    main(measure)
