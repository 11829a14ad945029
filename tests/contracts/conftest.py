"""The ledger under contract: opened, and opened again from the disk as after a power cut."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.ledger import Ledger
from agent.seams.ledger import Ledger as LedgerSeam

Open = Callable[[], LedgerSeam]


@pytest.fixture
def reopen(tmp_path: Path) -> Iterator[Open]:
    """Open the ledger; every further call closes it and opens it again from the disk."""
    opened: list[Ledger] = []

    def again() -> LedgerSeam:
        for ledger in opened:
            ledger.close()
        opened.append(Ledger(tmp_path / "state" / "ledger.sqlite3"))
        return opened[-1]

    yield again
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(reopen: Open) -> LedgerSeam:
    return reopen()
