"""The one writer: many jobs a commit, one that fails spoils nothing, and nothing is told before it is durable."""

import asyncio
import sqlite3
import stat
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from controller.store.database import BrokenBatchError, Database, DatabaseClosedError

made = MetaData()
marbles = Table("marbles", made, Column("number", Integer, primary_key=True))


@pytest.fixture
def bag(database: Database) -> Database:
    database.write(made.create_all)
    return database


def put(number: int, *more: int) -> "Job":
    return Job((number, *more))


class Job:
    """Puts marbles into the bag, one after the other."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self.numbers = numbers

    def __call__(self, connection: Connection) -> int:
        for number in self.numbers:
            connection.execute(marbles.insert().values(number=number))
        return sum(self.numbers)


def inside(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.scalars(select(marbles.c.number).order_by(marbles.c.number)))


def test_a_job_that_fails_takes_back_what_it_did_and_spoils_nothing_beside_it(bag: Database) -> None:
    jobs = [put(n, *([n] if n % 7 == 0 else [])) for n in range(300)]
    told: list[Future[int]] = [bag.submit(job) for job in jobs]
    failed = [n for n, future in enumerate(told) if future.exception()]
    assert failed == list(range(0, 300, 7))
    assert all(isinstance(told[n].exception(), IntegrityError) for n in failed)
    assert inside(bag) == [n for n in range(300) if n % 7]
    assert told[8].result() == 8


def test_many_jobs_share_one_commit(bag: Database) -> None:
    gate = Future[None]()
    first = bag.submit(lambda _connection: gate.result())
    others = [bag.submit(put(n)) for n in range(100)]
    commits: list[str] = []
    bag.submit(lambda connection: traced(connection, commits))
    gate.set_result(None)
    first.result()
    for other in others:
        other.result()
    bag.write(put(100))
    assert inside(bag) == list(range(101))
    assert commits.count("COMMIT") <= 3


def traced(connection: Connection, commits: list[str]) -> None:
    """Note every statement of the writer from here on."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.set_trace_callback(commits.append)


def test_an_event_loop_is_woken_with_results_and_failures(bag: Database) -> None:
    async def ask() -> list[object]:
        return await asyncio.gather(*(bag.ask(put(n // 2)) for n in range(6)), return_exceptions=True)

    told = asyncio.run(ask())
    assert [one for one in told if isinstance(one, int)] == [0, 1, 2]
    assert sum(isinstance(one, IntegrityError) for one in told) == 3


def test_one_who_gave_up_waiting_disturbs_nobody(bag: Database) -> None:
    async def ask() -> int:
        given_up = bag.ask(put(1))
        given_up.cancel()
        return await bag.ask(put(2))

    assert asyncio.run(ask()) == 2
    assert inside(bag) == [1, 2]


def test_a_reader_sees_one_moment_and_cannot_write(bag: Database) -> None:
    bag.write(put(1))
    with bag.read() as connection:
        count = select(func.count()).select_from(marbles)
        assert connection.scalar(count) == 1
        bag.write(put(2))
        assert connection.scalar(count) == 1
        with pytest.raises(OperationalError, match="readonly"):
            connection.execute(marbles.insert().values(number=3))
    assert inside(bag) == [1, 2]


def test_what_was_handed_in_before_the_end_is_written(tmp_path: Path) -> None:
    database = Database(tmp_path / "safeuse.sqlite3")
    database.write(made.create_all)
    told = [database.submit(put(n)) for n in range(50)]
    database.close()
    assert [one.result() for one in told] == list(range(50))
    with pytest.raises(DatabaseClosedError, match="stopping"):
        database.submit(put(51))
    database.close()


def test_a_full_disk_fails_the_job_and_keeps_what_was_there(bag: Database) -> None:
    bag.write(put(1))
    bag.write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1").scalar())
    with pytest.raises(BrokenBatchError, match="full"):
        bag.write(put(*range(10, 20_000)))
    bag.write(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1000000").scalar())
    bag.write(put(2))
    assert inside(bag) == [1, 2]


def test_a_disk_that_fails_at_the_commit_fails_every_job_of_it(bag: Database) -> None:
    def refuse(connection: Connection) -> int:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_authorizer(
            lambda what, word, *_: (
                sqlite3.SQLITE_DENY if (what, word) == (sqlite3.SQLITE_TRANSACTION, "COMMIT") else sqlite3.SQLITE_OK
            )
        )
        return 0

    told: list[Future[int]] = [bag.submit(refuse), bag.submit(put(1)), bag.submit(put(2))]
    assert all(one.exception() is not None for one in told)
    assert inside(bag) == []


def test_the_files_are_for_their_owner_alone(bag: Database) -> None:
    bag.write(put(1))
    for path in bag.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_it_is_as_durable_as_sqlite_can_be(bag: Database) -> None:
    def pragma(connection: Connection) -> list[object]:
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]

    assert bag.write(pragma) == ["wal", 2]
