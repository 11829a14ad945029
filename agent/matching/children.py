"""A few children side by side. Each gets one task at a time; the task during which one dies is answered by None."""

import contextlib
import os
import queue
import select
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from agent.matching.terms import Task

MODULE: Final = "agent.matching"
PATIENCE = 600.0
"""Seconds for one task; a long video takes one of them."""

TASKS_A_CHILD = 500
"""Then a child ends, and gives back what its decoders have leaked."""

PIECE = 1 << 20
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8", "PATH": os.defpath}


class Child:
    """One process that answers tasks."""

    def __init__(self) -> None:
        self.done = 0
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("SAFEUSE_DEBUG") else subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **ENVIRONMENT},
        )

    def ask(self, line: bytes) -> bytes | None:
        """Hand it a task and wait for the answer; None where it died or fell silent."""
        if self._process.stdin is None or self._process.stdout is None:
            return None
        try:
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        self.done += 1
        return self._line(self._process.stdout.fileno())

    def _line(self, source: int) -> bytes | None:
        """One whole line; None where the child ended or fell silent."""
        pieces: list[bytes] = []
        while not (pieces and pieces[-1].endswith(b"\n")):
            ready, _, _ = select.select([source], [], [], PATIENCE)
            piece = os.read(source, PIECE) if ready else b""
            if not piece:
                return None
            pieces.append(piece)
        return b"".join(pieces)[:-1]

    def end(self) -> None:
        """Make sure that it has ended."""
        self._process.kill()
        for end in (self._process.stdin, self._process.stdout):
            if end:
                with contextlib.suppress(BrokenPipeError):
                    end.close()
        self._process.wait()


def cores() -> int:
    """How many children work side by side: one a core that this process may use."""
    return len(os.sched_getaffinity(0))


def answers(tasks: Sequence[Task], side_by_side: int | None = None) -> Iterator[tuple[int, bytes | None]]:
    """The number of each task with its answer, as they come; None where its child died of it."""
    waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, bytes | None] | BaseException] = queue.SimpleQueue()
    workers = [
        threading.Thread(target=_work, args=(tasks, waiting, done), name=f"matching {number}")
        for number in range(min(side_by_side or cores(), len(tasks)))
    ]
    _fill(waiting, range(len(tasks)), len(workers))
    for worker in workers:
        worker.start()
    try:
        for _ in tasks:
            said = done.get()
            if isinstance(said, BaseException):
                raise said
            yield said
    finally:
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.get_nowait()
        _fill(waiting, (), len(workers))
        for worker in workers:
            worker.join()


def _fill(waiting: "queue.SimpleQueue[int | None]", numbers: Iterable[int], workers: int) -> None:
    """Put numbers in, and a stop for each worker behind them."""
    for number in numbers:
        waiting.put(number)
    for _ in range(workers):
        waiting.put(None)


def _work(
    tasks: Sequence[Task],
    waiting: "queue.SimpleQueue[int | None]",
    done: "queue.SimpleQueue[tuple[int, bytes | None] | BaseException]",
) -> None:
    """Take tasks until there are none; a child that died, or worked long, is followed by a fresh one."""
    child: Child | None = None
    try:
        while (number := waiting.get()) is not None:
            if child and child.done >= TASKS_A_CHILD:
                child.end()
                child = None
            child = child or Child()
            answer = child.ask(msgspec.json.encode(tasks[number]))
            if answer is None:
                child.end()
                child = None
            done.put((number, answer))
    except Exception as failure:  # noqa: BLE001 - carried to the one who asked
        done.put(failure)
    finally:
        if child:
            child.end()
