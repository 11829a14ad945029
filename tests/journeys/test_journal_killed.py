"""Killed while the journal's export arrives, and while it is read, the controller goes on; no half is ever offered."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from agreement.drawers import PAGE
from agreement.imports import read_list, read_page
from controller.imported import Import, ImportState
from tests.browser.larkfield import Visitor
from tests.fakes.tablet import SigningTablet
from tests.parts.exports import photo, zipped
from tests.parts.running_controller import RunningController, running_controller
from tests.parts.tus import Handing
from tests.parts.waiting import eventually

SLOW = 90
PICTURES = 24
NAMES = ("roses", "snow", "tractor", "trees", "valley", "frog")


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[RunningController]:
    with running_controller(tmp_path / "home") as running:
        yield running


@pytest.fixture
def ada(controller: RunningController) -> Iterator[Handing]:
    visitor = Visitor(controller)
    visitor.join(controller.first_link, "Ada")
    yield Handing(visitor)
    visitor.close()


def variants(count: int) -> dict[str, bytes]:
    """So many pictures, each with bytes of its own: what follows a JPEG's end changes its digest, not its looks."""
    whole = {name: photo(name) for name in NAMES}
    return {f"{n:03}.jpg": whole[NAMES[n % len(NAMES)]] + str(n).encode() for n in range(count)}


def latest(controller: RunningController) -> Import:
    with controller.store.read() as books:
        return books.imports.every(1)[0]


def cut_the_power(controller: RunningController) -> None:
    controller.kill()
    controller.start()


def test_killed_while_an_export_arrives_and_while_it_is_read(controller: RunningController, ada: Handing) -> None:
    with controller.tablet("Sunflower 1") as tablet:
        content = zipped(variants(PICTURES) | {"noise.dat": Random(1).randbytes(20 * PAGE)})  # noqa: S311 - content for a test
        place, half = ada.place(len(content)), len(content) // 2
        assert ada.piece(place, 0, content[:half]).status_code == 204
        cut_the_power(controller)
        got = ada.offset(place)
        assert half - PAGE < got <= half
        assert ada.piece(place, got, content[got:]).status_code == 204
        eventually(lambda: latest(controller).done > 0, within=SLOW)
        cut_the_power(controller)
        assert latest(controller).state is ImportState.READING or latest(controller).done > PICTURES
        assert latest(controller).number is None or latest(controller).done > PICTURES
        eventually(lambda: latest(controller).state is ImportState.READY, within=SLOW)
        ready = latest(controller)
        assert (ready.number, ready.tally.pictures, ready.tally.others) == (1, PICTURES, 1)
        assert offered(tablet) == PICTURES
        assert {path.name for path in (controller.home / "journal" / str(ready.id)).iterdir()} & {"upload", "part"} <= {
            "upload"
        }
        eventually(lambda: not list(controller.home.rglob("upload")), within=SLOW)


def offered(tablet: SigningTablet) -> int:
    """How many pictures a tablet is offered."""
    listed = read_list(tablet.get("/v1/imports", "after=0").content).imports
    pages = [read_page(tablet.get(f"/v1/imports/{one.number}/index", "after=").content) for one in listed]
    return sum(len(page.pictures) for page in pages)


def test_the_command_that_is_killed_goes_on_when_it_is_run_again(controller: RunningController, tmp_path: Path) -> None:
    path = tmp_path / "media.zip"
    path.write_bytes(zipped(variants(PICTURES)))
    command = [sys.executable, "-m", "controller", "import-journal", str(path), "--home", str(controller.home)]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    eventually(lambda: latest_done(controller) > 0, within=SLOW)
    first.kill()
    first.wait()
    half = latest(controller)
    assert half.number is None
    with controller.tablet("Sunflower 1") as tablet:
        assert offered(tablet) == 0
        again = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SLOW)
        assert again.returncode == 0, again.stderr
        assert f"Import 1: {PICTURES} pictures" in again.stdout
        assert latest(controller).id == half.id
        assert offered(tablet) == PICTURES


def latest_done(controller: RunningController) -> int:
    with controller.store.read() as books:
        return sum(one.done for one in books.imports.every(1))
