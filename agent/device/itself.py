"""The agent as the system sees it: is it running, since when, and what does it cost. The same on every system."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Itself:
    """The running agent."""

    pid: int
    since: datetime
    memory: int  # bytes resident
    cpu: float  # seconds of a core since it started


def running() -> tuple[Itself, ...]:
    """Every agent that runs on this tablet; there should be one. What may not be looked at is left out."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if is_agent(process.info["cmdline"] or ()):
            try:
                found.append(seen(process))
            except psutil.Error:
                continue  # it ended just now, or is somebody else's
    return tuple(found)


def is_agent(command: Sequence[str]) -> bool:
    """Tell the service by its command line: `safeuse-agent run`, `python -m agent run`, or as the bundle starts it."""
    for before, word in pairwise(command):
        if word == "run" and Path(before).name in {"safeuse-agent", "agent", "safeuse_agent_start.py"}:
            return True
    return False


def seen(process: psutil.Process) -> Itself:
    """What a process costs. Raises psutil.Error."""
    with process.oneshot():
        times = process.cpu_times()
        return Itself(
            process.pid,
            datetime.fromtimestamp(process.create_time(), UTC),
            process.memory_info().rss,
            times.user + times.system,
        )
