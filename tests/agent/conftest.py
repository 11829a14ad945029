"""A tablet for each test of the agent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.tablet import Tablet


@pytest.fixture
def tablet(tmp_path: Path) -> Iterator[Tablet]:
    made = Tablet(tmp_path)
    yield made
    made.close()
