"""Migrations: they lead to the tables that the code knows, and a copy is made before."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from controller.store import migrate
from controller.store.migrate import HEAD, SCRIPTS, MigrationError, check, revision
from controller.store.tables import metadata

AS_NEW = "UPDATE alembic_version SET version_num = 'NEW'".replace("NEW", HEAD)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "safeuse.sqlite3"


def execute(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        return list(raw.execute(statement))


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


def test_before_an_older_database_is_changed_a_copy_is_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate.migrate(path)
    execute(path, "INSERT INTO settings VALUES ('main', 'Larkfield Nursery', 300)")
    execute(path, "UPDATE alembic_version SET version_num = '0000'")  # as if there had been one before
    monkeypatch.setattr(migrate, "known", lambda: frozenset({"0000", HEAD}))
    monkeypatch.setattr(migrate, "upgrade", lambda at: execute(at, AS_NEW))
    copy = migrate.migrate(path)
    assert copy is not None
    assert (revision(copy), revision(path)) == ("0000", HEAD)
    assert execute(copy, "SELECT name FROM settings") == [("Larkfield Nursery",)]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


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
