"""Processes of the demo and the journeys: a log each, ended in reverse order, none left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PATIENCE = 30.0
"""Seconds that a process may take to be ready; generous, since machines are busy."""


class BrokenStageError(Exception):
    """Something that the demo needs did not come up; says what, and shows the end of its log."""


@dataclass
class Running:
    """One process and its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def ready_when(self, ready: Callable[[], object]) -> Self:
        """Wait until it is ready. Raises BrokenStageError when it ends first or takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                msg = f"{self.name} did not come up. The end of its log:\n{self.tail()}"
                raise BrokenStageError(msg)
            time.sleep(0.05)
        return self

    def tail(self) -> str:
        """The last lines of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def kill(self) -> None:
        """End it the hard way, as a crash would."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Ask it to end; insist after a while."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()


class Processes:
    """Starts processes, and ends them all with the block."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._ending.close()

    def start(
        self, name: str, command: Sequence[str | Path], *, given: str = "", environment: dict[str, str] | None = None
    ) -> Running:
        """Start one process; `given` is written to its standard input, where secrets go."""
        log = self._logs / f"{name}.log"
        with log.open("ab") as file:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.PIPE if given else subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,  # Ctrl-C is for the demo, which ends them in order
            )
        if process.stdin:
            process.stdin.write(given.encode())
            process.stdin.close()
        running = Running(name, process, log)
        self._ending.callback(running.end)
        return running


def python(module: str, *arguments: str | Path) -> list[str | Path]:
    """A command line for one of our own modules, by this very interpreter."""
    return [sys.executable, "-m", module, *arguments]


def free_port() -> int:
    """A TCP port on loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(host: str, port: int) -> bool:
    """Tell whether someone listens there."""
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True
