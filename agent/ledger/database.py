"""The ledger's file: durable transactions from any thread, a full disk survived, a damaged file put aside.

SQLite in WAL mode with synchronous=FULL: a transaction is on the disk when it returns. Whatever fails raises OSError
with the system's own number, so that nobody above needs to know of SQLite.
"""

import contextlib
import errno
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from agent.ledger.ballast import Ballast, free
from agent.ledger.schema import VERSION, give_up, kept, lay_in, prepare, upgrade

PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # a path may hold a child's name
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -512",
    "PRAGMA journal_size_limit = 1048576",
)
OFTEN = {False: "PRAGMA wal_autocheckpoint = 64", True: "PRAGMA wal_autocheckpoint = 8"}
"""Pages after which the log is moved into the file and written over again: on a full disk it must not grow."""
NUMBERS = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_AUTH: errno.EACCES,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
    sqlite3.SQLITE_LOCKED: errno.EBUSY,
}
DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
FILES = ("", "-wal", "-shm")
ASIDE = 3
"""How many damaged ledgers are kept for whoever wants to look into them."""

Answer = TypeVar("Answer")
Job = Callable[[sqlite3.Connection], Answer]
log = logging.getLogger(__name__)


class DamagedError(OSError):
    """The ledger's file is not what was written; it was put aside and a new one begun."""


class Database:
    """One connection, guarded by a lock. `tight` is True while the disk is full and the ballast is given up.

    The parts of the ledger build on it, and say by `lighten`, `settle` and `anew` what they know of full disks,
    of the end of a transaction, and of a new file.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.tight = path, False
        self.salvaged: dict[str, bytes] = {}
        self.began_anew: list[Path] = []
        self._lock = threading.RLock()
        self._closed = False
        self._ballast = Ballast(path.with_name(path.name + ".ballast"))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._connection = self.begin()
        self.tight = True
        self.anew()
        self.regain()

    def begin(self) -> sqlite3.Connection:
        """Open the file; one that is damaged is put aside and a new one begun."""
        try:
            return self.open()
        except DamagedError as damage:
            log.exception("the ledger is damaged; it is put aside and a new one begun")
            self.put_aside()
            with contextlib.suppress(FileNotFoundError):
                self._ballast.give_up()
            connection = self.open()
            log.warning("the new ledger knows of no evidence: nothing is purged until it is proved again (%s)", damage)
            return connection

    def open(self) -> sqlite3.Connection:
        """Open and check the file, and make its tables where it is new. Raises DamagedError, OSError."""
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        with mapped(self.path):
            connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            try:
                self.make_ready(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def make_ready(self, connection: sqlite3.Connection) -> None:
        """Set it up, check it, and refuse one that a newer agent wrote."""
        for pragma in (*PRAGMAS, OFTEN[True]):
            connection.execute(pragma)
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise DamagedError(errno.EIO, f"the ledger is damaged: {answer}", str(self.path))
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            msg = f"the ledger is of a newer agent (its version is {version}, this agent knows {VERSION}); update"
            raise OSError(errno.EPROTO, msg, str(self.path))
        if version == 0:
            prepare(connection)
        elif version < VERSION:
            upgrade(connection, version)

    def put_aside(self) -> None:
        """Rename the damaged file and its logs; remember of it only the standing, which is checked when read."""
        self.salvage("standing")
        taken = sorted(self.path.parent.glob(f"{self.path.name}.damaged-*[0-9]"), key=rank)
        aside = self.path.with_name(f"{self.path.name}.damaged-{rank(taken[-1]) + 1 if taken else 1}")
        for suffix in FILES:
            with contextlib.suppress(FileNotFoundError):
                Path(f"{self.path}{suffix}").rename(f"{aside}{suffix}")
        for old in taken[: max(len(taken) + 1 - ASIDE, 0)]:
            for suffix in FILES:
                Path(f"{old}{suffix}").unlink(missing_ok=True)
        self.began_anew.append(aside)

    def salvage(self, name: str) -> None:
        """Read one kept thing from the damaged file, if that can still be done."""
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(self.path)) as connection:
            value = kept(connection, name)
            if isinstance(value, bytes):
                self.salvaged[name] = value

    def read(self, job: Job[Answer]) -> Answer:
        """Do a job that changes nothing. Raises OSError."""
        with self._lock, self.healed():
            return job(self.connection())

    def write(self, job: Job[Answer]) -> Answer:
        """Do a job in one transaction, durable on return. On a full disk it may be done again. Raises OSError."""
        with self._lock, self.healed():
            self.regain()
            try:
                return self.transact(job)
            except OSError as failure:
                if failure.errno != errno.ENOSPC:
                    raise
                return self.squeeze(job)

    def squeeze(self, job: Job[Answer]) -> Answer:
        """Give the ballast up, then lesser news, until the job fits. Raises OSError(ENOSPC) when it does not."""
        if not self.tight:
            log.warning("the disk is full: lesser news is shed until there is room")
        self.tight = True
        self._ballast.give_up()
        self.give_up_reserve()
        try:
            return self.transact(job)
        except OSError as failure:
            if failure.errno != errno.ENOSPC:
                raise
        return self.lightened(job)

    def lightened(self, job: Job[Answer]) -> Answer:
        """Make room inside the file, a little at a time, until the job fits. Raises OSError(ENOSPC)."""
        while True:
            spared = self.transact(self.lighten)
            self.checkpoint()
            try:
                return self.transact(job)
            except OSError as failure:
                if failure.errno != errno.ENOSPC or not spared:
                    raise

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file, so that it is written over again and need not grow."""
        try:
            with mapped(self.path):
                self.connection().execute("PRAGMA wal_checkpoint(RESTART)")
        except OSError as failure:
            log.debug("the log stays as it is: %s", failure)

    def lighten(self, _connection: sqlite3.Connection) -> bool:
        """Make a little room inside the file; False when nothing can be spared."""
        return False

    def settle(self, connection: sqlite3.Connection) -> None:
        """The last act of every transaction."""

    def regain(self) -> None:
        """Lay the ballast and the reserve in again once there is room."""
        if not self.tight or not self._ballast.ensure():
            return
        try:
            self.transact(lay_in)
        except OSError as failure:
            log.debug("no reserve yet: %s", failure)
            return
        self.tight = False
        self._connection.execute(OFTEN[self.tight])

    def give_up_reserve(self) -> None:
        """Let the room inside the file go. Zeros need not be written over zeros."""
        self._connection.execute(OFTEN[self.tight])
        try:
            with mapped(self.path):
                self._connection.execute("PRAGMA secure_delete = OFF")
                self.transact(give_up)
        except OSError as failure:
            log.debug("the reserve stays for now: %s", failure)
        finally:
            self._connection.execute("PRAGMA secure_delete = ON")
        self.checkpoint()

    def transact(self, job: Job[Answer]) -> Answer:
        """One transaction; rolled back whatever goes wrong. Raises OSError."""
        connection = self.connection()
        with mapped(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                answer = job(connection)
                self.settle(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        return answer

    def connection(self) -> sqlite3.Connection:
        """The open connection. Raises OSError once it is closed."""
        if self._closed:
            raise OSError(errno.EBADF, "the ledger is closed", str(self.path))
        return self._connection

    @contextlib.contextmanager
    def healed(self) -> Iterator[None]:
        """Begin a new file when this one turns out to be damaged; the job that found it out still fails."""
        try:
            with mapped(self.path):
                yield
        except DamagedError:
            self._connection.close()
            self.put_aside()
            self._connection = self.open()
            self.anew()
            raise

    def anew(self) -> None:
        """A file was opened, perhaps a new one while the agent runs: remember nothing of the one before."""

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        with self._lock:
            if not self._closed:
                self._connection.close()
                self._closed = True


@contextlib.contextmanager
def mapped(path: Path) -> Iterator[None]:
    """Turn what SQLite says into the system's own words. Raises DamagedError, OSError."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as wrong:
        if isinstance(wrong, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.DataError):
            raise  # a mistake of ours, not the disk's
        code = getattr(wrong, "sqlite_errorcode", 0) & 0xFF
        if code in DAMAGE:
            raise DamagedError(errno.EIO, f"the ledger is damaged: {wrong}", str(path)) from wrong
        full = code == sqlite3.SQLITE_IOERR and free(path.parent) == 0
        number = errno.ENOSPC if full else NUMBERS.get(code, errno.EIO)
        raise OSError(number, f"the ledger cannot be written or read: {wrong}", str(path)) from wrong


def rank(aside: Path) -> int:
    """The running number of a ledger that was put aside."""
    return int(aside.name.rpartition("-")[2])
