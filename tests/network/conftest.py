"""One nursery network a test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.nursery_network import IP, NFT, NurseryNetwork


@pytest.fixture
def larkfield() -> Iterator[NurseryNetwork]:
    """Two tablets, both at home."""
    if os.geteuid() or not Path(IP).exists() or not Path(NFT).exists():
        pytest.skip("network namespaces need root and the packages iproute2 and nftables")
    with NurseryNetwork(["t1", "t2"]) as network:
        yield network
