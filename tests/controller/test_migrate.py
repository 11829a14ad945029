"""Migrations: they lead to the tables that the code knows, and a copy is made before."""

import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from agreement.facts import Strength
from controller import trends
from controller.store import migrate
from controller.store.books import SqlBooks, SqlStore
from controller.store.database import Database
from controller.store.migrate import HEAD, SCRIPTS, MigrationError, check, revision
from controller.store.tables import metadata

NOON = 1_767_614_400_000_000  # Monday 5 January 2026, 12:00 UTC, in microseconds
HOUR = 3_600_000_000
TODAY = date(2026, 1, 6).toordinal()
EMPTY = ("held_code", "held_why", "agent", "chain")
ZEROS = [
    "enrolled_at",
    "standing",
    "standing_seen",
    "standing_applied",
    "sequence",
    "created",
    "number",
    "era",
    "open",
    "hour",
    "worst",
]
OLD_TERMS: tuple[dict[str, object], ...] = (
    {"version": 1, "uploaded_photos": {"due_within": "PT24H", "purge_on": ["delivered", "published"]}},
    {"version": 2, "uploaded_photos": {"due_within": "P2D", "purge_on": ["attested", "published"]}},
    {"version": 3, "uploaded_photos": {"due_within": "P1DT43200S"}},
    {"version": 4, "uploaded_photos": {"due_within": "PT90S"}},
    {"version": 5, "uploaded_photos": {"due_within": "PT0.5S"}},
    {"version": 6, "uploaded_photos": {"due_within": "P12DT1S"}},
    {"version": 7, "uploaded_photos": {"due_within": "P9000D"}},
    {"version": 8},
)
WORDS = ["24 hours", "2 days", "36 hours", "90 seconds", "1 second", "17281 minutes", "3653 days", "24 hours"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "safeuse.sqlite3"


def execute(path: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        return list(raw.execute(statement, values))


def test_the_migrations_lead_to_the_very_tables_that_the_code_knows(path: Path) -> None:
    migrate.migrate(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_newest_migration_is_the_one_that_the_code_names() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == HEAD


def test_a_new_database_needs_no_copy_and_a_current_one_nothing(path: Path) -> None:
    assert migrate.migrate(path) is None
    assert revision(path) == HEAD
    check(path)
    assert migrate.migrate(path) is None
    assert [one.name for one in path.parent.glob("*before*")] == []


def at_0001(path: Path) -> None:
    """A database as the first version left it: agreements with lengths of time, a tablet, and photos that are gone."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    execute(path, "INSERT INTO settings VALUES ('main', 'Larkfield Nursery', 300)")
    for version, terms in enumerate(OLD_TERMS, start=1):
        execute(
            path, "INSERT INTO agreements VALUES ('main', ?, ?, 'Ada', 0, 'why')", version, json.dumps(terms).encode()
        )
    device: dict[str, object] = {
        "id": "sunflower-1",
        "setting": "main",
        "name": "Sunflower 1",
        "key": "",
        "state": "active",
    }
    device |= dict.fromkeys(EMPTY, "") | dict.fromkeys(ZEROS, 0) | {"machine": b"{}", "posture": b""}
    names, marks = ", ".join(device), ", ".join("?" * len(device))
    execute(path, f"INSERT INTO devices ({names}) VALUES ({marks})", *device.values())  # noqa: S608 - our own names
    for hours in (1, 2, 30):
        values = (0, "sunflower-1", (NOON + hours * HOUR), 0, "ab" * 32, 1, NOON, "published", "export", 0, b"{}")
        execute(path, "INSERT INTO purges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", hours, *values[1:])


@pytest.fixture
def old(path: Path) -> Path:
    at_0001(path)
    return path


def test_before_an_older_database_is_changed_a_copy_is_made(old: Path) -> None:
    copy = migrate.migrate(old)
    assert copy is not None
    assert (revision(copy), revision(old)) == ("0001", HEAD)
    assert execute(copy, "SELECT name FROM settings") == [("Larkfield Nursery",)]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_the_deadlines_of_old_agreements_are_put_into_words_and_nothing_is_purged_on_a_word(old: Path) -> None:
    migrate.migrate(old)
    with closing_books(old) as books:
        versions = {one.agreement.version: one.agreement.uploaded_photos for one in books.agreements.versions("main")}
    assert [versions[number].due for number in sorted(versions)] == WORDS
    assert all(Strength.ATTESTED not in clause.purge_on for clause in versions.values())
    assert versions[2].purge_on == {Strength.PUBLISHED}


def test_photos_that_were_gone_before_are_in_the_trends(old: Path) -> None:
    migrate.migrate(old)
    with closing_books(old) as books:
        (week,) = trends.of_setting(books, "main", TODAY, 7).weeks
        assert trends.of_tablet(books, "sunflower-1", TODAY, 7).weeks == (week,)
        ((slow, _),) = trends.slowest(books, "main", TODAY, 7)
    assert (slow.name, slow.many, slow.worst) == ("Sunflower 1", 3, 30 * 3600)
    assert (week.many, week.worst) == (3, 30 * 3600)
    assert week.median == pytest.approx(2 * 3600)


@contextmanager
def closing_books(path: Path) -> Iterator[SqlBooks]:
    """The books on this file, for a look."""
    database = Database(path)
    try:
        with SqlStore(database).read() as books:
            yield books
    finally:
        database.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(path: Path) -> None:
    execute(path, "CREATE TABLE devices (id TEXT)")
    with pytest.raises(Exception, match="already exists"):
        migrate.migrate(path)
    assert execute(path, "SELECT name FROM sqlite_master WHERE type = 'table'") == [("devices",)]


def test_a_database_of_a_newer_version_is_left_alone(path: Path) -> None:
    migrate.migrate(path)
    execute(path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(MigrationError, match="newer version"):
        migrate.migrate(path)
    with pytest.raises(MigrationError, match="start the controller once"):
        check(path)


def test_what_is_no_database_is_said_to_be_none(path: Path) -> None:
    path.write_bytes(b"holiday photos" * 100)
    with pytest.raises(MigrationError, match="restore it from a copy"):
        migrate.migrate(path)
