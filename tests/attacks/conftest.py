"""A running controller for the attacks on it."""

from collections.abc import Iterator

import pytest

from tests.parts.running_controller import RunningController, running_controller


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningController]:
    with running_controller(tmp_path_factory.mktemp("controller")) as running:
        yield running
