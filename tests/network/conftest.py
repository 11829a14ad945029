"""One nursery network a test."""

from collections.abc import Iterator

import pytest

from lab.nursery_network import IP, NFT, NurseryNetwork
from tests.parts.needs import require


@pytest.fixture
def larkfield() -> Iterator[NurseryNetwork]:
    """Two tablets, both at home."""
    require("root", IP, NFT)
    with NurseryNetwork(["t1", "t2"]) as network:
        yield network
