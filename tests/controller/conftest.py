"""Fixtures: a running controller for a whole module, and books on a real database for one test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.store.books import SqlStore
from controller.store.database import Database
from controller.store.tables import metadata
from tests.parts.running_controller import RunningController, running_controller


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningController]:
    with running_controller(tmp_path_factory.mktemp("controller")) as running:
        yield running


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "safeuse.sqlite3")
    opened.write(metadata.create_all)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> SqlStore:
    return SqlStore(database)
