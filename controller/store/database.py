"""The database: one SQLite file, read by any thread, written by one thread that commits for many at once.

A commit with `synchronous=FULL` waits for the disk. So the jobs that arrived while the last commit was under way are
committed together. When one of them fails, all are taken back and run again, each in a savepoint of its own, and only
the one that fails has no effect: so a job may run twice, and must change nothing but the database. Whoever waits for a
job is told when its commit is durable, never before.
"""

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool

BUSY = 10_000
"""Milliseconds to wait for another process (the command line) that is writing."""
BATCH = 256
"""The most jobs in one commit: the first of them waits for the last."""
READERS = 16
"""Read connections kept open; more are opened when they are needed, so that nobody waits for another reader."""

T = TypeVar("T")


class DatabaseClosedError(RuntimeError):
    """The controller is stopping: nothing more is written."""


class BrokenBatchError(RuntimeError):
    """The disk failed while this was being written; nothing of it was kept."""


class Task:
    """A job that waits for the writer, and what came of it."""

    __slots__ = ("failure", "job", "result")

    def __init__(self, job: Callable[[Connection], Any]) -> None:
        self.job = job
        self.result: Any = None
        self.failure: Exception | None = None


class ThreadTask(Task):
    """A job of someone who waits in a thread."""

    __slots__ = ("future",)

    def __init__(self, job: Callable[[Connection], Any]) -> None:
        super().__init__(job)
        self.future = Future[Any]()

    def settle(self) -> None:
        """Hand over what came of it."""
        if not self.future.set_running_or_notify_cancel():
            return
        if self.failure is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.failure)


class LoopTask(Task):
    """A job of someone who waits in an event loop; those of one commit are woken together."""

    __slots__ = ("future", "loop")

    def __init__(self, job: Callable[[Connection], Any], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(job)
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()

    def settle(self) -> None:
        """Hand over what came of it; in the event loop."""
        if self.future.done():
            return
        if self.failure is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.failure)


class Database:
    """The controller's database. Open one for each process."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it with mode 0600. Tables are the migrations' business. Raises OSError."""
        self.path = path
        make_private(path)
        self._readers = engine(path, query_only=True)
        self._writers = engine(path, query_only=False)
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._write_all, name="database-writer", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of what is committed; keep it short. Writing on it fails."""
        with self._readers.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                raw_of(connection).rollback()

    def write(self, job: Callable[[Connection], T]) -> T:
        """Run the job in the writer and give its result once it is durable. Raises what the job raises."""
        return self.submit(job).result()

    def submit(self, job: Callable[[Connection], T]) -> "Future[T]":
        """Hand the job to the writer. Raises DatabaseClosedError."""
        task = ThreadTask(job)
        self._put(task)
        return task.future

    def ask(self, job: Callable[[Connection], T]) -> "asyncio.Future[T]":
        """Hand the job to the writer, from an event loop. Raises DatabaseClosedError."""
        task = LoopTask(job, asyncio.get_running_loop())
        self._put(task)
        return task.future

    def _put(self, task: Task) -> None:
        with self._closing:
            if self._closed:
                msg = "the controller is stopping; try again when it is back"
                raise DatabaseClosedError(msg)
            self._tasks.put(task)

    def close(self) -> None:
        """Write what is waiting, then close every connection."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._tasks.put(None)
        self._thread.join()
        self._readers.dispose()
        self._writers.dispose()

    def _write_all(self) -> None:
        with self._writers.connect() as connection:
            while batch := gather(self._tasks):
                tasks = [task for task in batch if task is not None]
                if tasks:
                    write_together(connection, tasks)
                if len(tasks) < len(batch):
                    return


def gather(tasks: "queue.SimpleQueue[Task | None]") -> "list[Task | None]":
    """Wait for a task; take those that are waiting behind it too. None, the end, is always the last."""
    batch = [tasks.get()]
    while len(batch) < BATCH and batch[-1] is not None:
        try:
            batch.append(tasks.get_nowait())
        except queue.Empty:
            break
    return batch


def write_together(connection: Connection, tasks: Sequence[Task]) -> None:
    """Run the tasks in one transaction, make it durable, then tell those who wait."""
    try:
        if not all_at_once(connection, tasks):
            one_by_one(connection, tasks)
    except Exception as failure:  # noqa: BLE001 - whatever it was, those who wait must hear of it
        for task in tasks:
            task.failure = task.failure or failure
    take_back(connection)
    tell(tasks)


def take_back(connection: Connection) -> None:
    """End what is not committed: the driver's transaction, and SQLAlchemy's own idea of one."""
    raw_of(connection).rollback()
    connection.rollback()


def all_at_once(connection: Connection, tasks: Sequence[Task]) -> bool:
    """Hope that no task fails, as nearly always; False when one did and nothing was written."""
    raw = raw_of(connection)
    raw.execute("BEGIN IMMEDIATE")
    try:
        for task in tasks:
            task.result = task.job(connection)
    except Exception:  # noqa: BLE001 - the tasks are run again, and the one that fails is told then
        take_back(connection)
        return False
    raw.execute("COMMIT")
    return True


def one_by_one(connection: Connection, tasks: Sequence[Task]) -> None:
    """Run each task in a savepoint, so that one that fails takes back only what it did itself."""
    raw = raw_of(connection)
    raw.execute("BEGIN IMMEDIATE")
    for task in tasks:
        run(connection, raw, task)
    raw.execute("COMMIT")


def tell(tasks: Sequence[Task]) -> None:
    """Wake everyone, each event loop once."""
    loops: dict[asyncio.AbstractEventLoop, list[LoopTask]] = {}
    for task in tasks:
        if isinstance(task, LoopTask):
            loops.setdefault(task.loop, []).append(task)
        elif isinstance(task, ThreadTask):
            task.settle()
    for loop, waiting in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits there any more
            loop.call_soon_threadsafe(settle, waiting)


def settle(tasks: Sequence[LoopTask]) -> None:
    """Hand everyone what came of their job; in the event loop."""
    for task in tasks:
        task.settle()


def run(connection: Connection, raw: sqlite3.Connection, task: Task) -> None:
    """Run one task in a savepoint. Raises BrokenBatchError when the disk failed."""
    raw.execute("SAVEPOINT job")
    try:
        task.result = task.job(connection)
    except Exception as failure:  # it belongs to whoever asked for the job
        if not raw.in_transaction:  # SQLite itself took everything back: a full disk, a failing one
            msg = f"nothing could be written: {failure}"
            raise BrokenBatchError(msg) from failure
        raw.execute("ROLLBACK TO job")
        task.failure = failure
    raw.execute("RELEASE job")


def raw_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection: for transactions, and for statements that run thousands of times a second."""
    raw: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]  # it is sqlite3's
    return raw


def engine(path: Path, *, query_only: bool) -> Engine:
    """An engine on this file, whose transactions are begun and ended here and nowhere else."""
    made = create_engine(
        f"sqlite:///{path}",
        **(
            {"poolclass": QueuePool, "pool_size": READERS, "max_overflow": -1}
            if query_only
            else {"poolclass": NullPool}
        ),
        connect_args={"timeout": BUSY / 1000, "check_same_thread": False},
    )

    def prepare(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute(f"PRAGMA busy_timeout={BUSY}")
        raw.execute(f"PRAGMA query_only={'ON' if query_only else 'OFF'}")

    event.listen(made, "connect", prepare)
    return made


def make_private(path: Path) -> None:
    """Make the file for its owner only, before SQLite would make it otherwise. Raises OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
