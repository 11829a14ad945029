"""An export of any size goes through the process that serves without staying in its memory."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.browser.larkfield import Visitor
from tests.parts.running_controller import RunningController, running_controller
from tests.parts.tus import Handing

MEGA = 1024 * 1024
PIECE = 8 * MEGA
WARM, LARGE = 2, 10  # pieces
GROWTH = 24 * 1024
"""Kilobytes that the peak may rise by, while five times as much arrives: three pieces, and not the eight that come."""


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[RunningController]:
    with running_controller(tmp_path / "home") as running:
        yield running


def peak(controller: RunningController) -> int:
    """The most memory that the controller has taken, in kilobytes."""
    assert controller.process is not None
    status = Path(f"/proc/{controller.process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell how much memory is taken")
def test_memory_does_not_grow_with_the_export(controller: RunningController) -> None:
    ada = Visitor(controller)
    ada.join(controller.first_link, "Ada")
    handing = Handing(ada)
    content = b"PK\x03\x04" + Random(5).randbytes(PIECE - 4)  # noqa: S311 - content for a test
    place = handing.place((LARGE + 1) * PIECE)
    peaks = []
    for number in range(LARGE):
        assert handing.piece(place, number * PIECE, content).status_code == 204
        peaks.append(peak(controller))
    assert handing.offset(place) == LARGE * PIECE
    assert peaks[-1] - peaks[WARM - 1] <= GROWTH
    assert handing.ask("DELETE", place).status_code == 204
    ada.close()
