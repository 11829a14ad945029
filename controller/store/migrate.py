"""Bring the database to the tables that this version knows, with a copy of it made first."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from controller.store.database import Database

SCRIPTS = Path(__file__).parent / "migrations"
HEAD = "0004"
"""The newest migration. Known here too, so that Alembic is loaded only when there is something to do."""


class MigrationError(RuntimeError):
    """The database is of another version; says what to do."""


def migrate(path: Path) -> Path | None:
    """Bring the database at this path up to date, before it is opened; gives the copy that was made, if any.

    Raises MigrationError for a database that is newer than this version, OSError when there is no room for the copy.
    """
    had = revision(path)
    if had == HEAD:
        return None
    if had is not None and had not in known():
        msg = f"{path} was written by a newer version of Safeuse ({had}); update Safeuse, or restore an older copy"
        raise MigrationError(msg)
    copy = None if had is None else back_up(path, had)
    upgrade(path)
    return copy


def check(path: Path) -> None:
    """Refuse to work on a database that is not of this version. Raises MigrationError."""
    if revision(path) != HEAD:
        msg = f"{path} is not of this version yet; start the controller once: safeuse serve"
        raise MigrationError(msg)


def revision(path: Path) -> str | None:
    """The migration that a database is at; None while it has none. Raises MigrationError when it is no database."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path)) as raw:
            if not raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
                return None
            row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as broken:
        msg = f"{path} cannot be read ({broken}); restore it from a copy"
        raise MigrationError(msg) from broken
    return None if row is None else str(row[0])


def known() -> frozenset[str]:
    """Every migration that this version can start from."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - heavy, and rarely needed

    return frozenset(script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions())


def back_up(path: Path, had: str) -> Path:
    """Copy a database, whole and consistent, beside itself, for its owner only. Raises OSError, sqlite3.Error."""
    copy = path.with_name(f"{path.name}.before-{HEAD}-from-{had}.sqlite3")
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def upgrade(path: Path) -> None:
    """Run every migration that is missing, all or none."""
    from alembic import command  # noqa: PLC0415 - heavy, and rarely needed
    from alembic.config import Config  # noqa: PLC0415 - see above

    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.attributes["connection"] = connection
        connection.begin()  # or Alembic would commit by itself
        command.upgrade(config, "head")

    database = Database(path)
    try:
        database.write(run)
    finally:
        database.close()
