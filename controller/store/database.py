"""The database: one SQLite file, read by any thread, written by one thread that commits for many at once.

A commit with `synchronous=FULL` waits for the disk. So the jobs that arrived while the last commit was under way are
committed together: each in a savepoint of its own, so that one that fails takes back only what it did itself. A job's
future is done when its commit is durable, never before.
"""

import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool

BUSY = 10_000
"""Milliseconds to wait for another process (the command line) that is writing."""
BATCH = 256
"""The most jobs in one commit: the first of them waits for the last."""
READERS = 16
"""Read connections kept open."""

T = TypeVar("T")


class DatabaseClosedError(RuntimeError):
    """The controller is stopping: nothing more is written."""


class BrokenBatchError(RuntimeError):
    """The disk failed while this was being written; nothing of it was kept."""


class Task:
    """A job that waits for the writer, and the future that its caller holds."""

    __slots__ = ("future", "job", "result")

    def __init__(self, job: Callable[[Connection], Any]) -> None:
        self.job, self.future = job, Future[Any]()
        self.result: Any = None


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

    @contextmanager
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
        task = Task(job)
        with self._closing:
            if self._closed:
                msg = "the controller is stopping; try again when it is back"
                raise DatabaseClosedError(msg)
            self._tasks.put(task)
        return task.future

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
    raw = raw_of(connection)
    running = [task for task in tasks if task.future.set_running_or_notify_cancel()]
    try:
        raw.execute("BEGIN IMMEDIATE")
        written = [task for task in running if run(connection, raw, task)]
        raw.execute("COMMIT")
    except Exception as failure:  # noqa: BLE001 - whatever it was, those who wait must hear of it
        if raw.in_transaction:
            raw.rollback()
        connection.rollback()
        for task in running:
            if not task.future.done():
                task.future.set_exception(failure)
        return
    connection.rollback()  # SQLAlchemy's own idea of a transaction; the real one is committed
    for task in written:
        task.future.set_result(task.result)


def run(connection: Connection, raw: sqlite3.Connection, task: Task) -> bool:
    """Run one task in a savepoint; True when it is to be committed. Raises BrokenBatchError when the disk failed."""
    raw.execute("SAVEPOINT job")
    try:
        task.result = task.job(connection)
    except Exception as failure:  # it belongs to whoever asked for the job
        if not raw.in_transaction:  # SQLite itself took everything back: a full disk, a failing one
            msg = f"nothing could be written: {failure}"
            raise BrokenBatchError(msg) from failure
        raw.execute("ROLLBACK TO job")
        raw.execute("RELEASE job")
        task.future.set_exception(failure)
        return False
    raw.execute("RELEASE job")
    return True


def raw_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection: for transactions, and for statements that run thousands of times a second."""
    raw: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]  # it is sqlite3's
    return raw


def engine(path: Path, *, query_only: bool) -> Engine:
    """An engine on this file, whose transactions are begun and ended here and nowhere else."""
    made = create_engine(
        f"sqlite:///{path}",
        **({"poolclass": QueuePool, "pool_size": READERS} if query_only else {"poolclass": NullPool}),
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
