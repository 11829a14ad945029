"""`python -m demo.manager_pictures`: photographs the pages Journal and Photos for the docs, with weeks behind them.

The demo's day is too short for trends, so the nursery is the furnished one of the browser tests: a real controller,
four tablets that sign their letters, and a month of counts. The export's pictures are the free ones of the tests.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from demo.pictures import CHROMIUM, DESK, DOCS, QUIET
from tests.browser.larkfield import Larkfield, larkfield
from tests.browser.people import at, sign_in
from tests.parts.exports import journal, zipped
from tests.parts.tus import Handing
from tests.parts.waiting import eventually

ANSWERING = ("Sunflower 1", "Bluebell 2")
"""The tablets that have looked through the export."""
EDGE = 12
"""Pixels of paper around a part of a page."""
PATIENCE = 60.0
"""Seconds within which the export is read."""


def furnish(nursery: Larkfield) -> None:
    """Hand an export in; two tablets have answered, the others have not yet."""
    Handing(nursery.ada).whole(zipped(journal()))
    eventually(lambda: is_read(nursery), within=PATIENCE)
    for name in ANSWERING:
        nursery.tablets[name].check_in(imports_done=1)


def is_read(nursery: Larkfield) -> bool:
    """Tell whether the export was read to its end."""
    with nursery.controller.store.read() as books:
        return books.imports.newest() == 1


def photograph(page: Page, address: str, name: str, part: str, edge: int = EDGE) -> None:
    """Open a page, wait until nothing more is fetched, and keep a picture of a part of it. Raises RuntimeError."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    box = page.locator(part).bounding_box()
    if box is None:
        msg = f"{address} shows no {part}"
        raise RuntimeError(msg)
    clip = {
        "x": box["x"] - edge,
        "y": box["y"] - edge,
        "width": box["width"] + 2 * edge,
        "height": box["height"] + 2 * edge,
    }
    page.screenshot(path=DOCS / f"{name}.png", full_page=True, clip=clip)  # type: ignore[arg-type]  # four numbers


def main() -> int:
    """Furnish, photograph, end."""
    with (
        tempfile.TemporaryDirectory() as folder,
        larkfield(Path(folder) / "home") as nursery,
        sync_playwright() as play,
    ):
        furnish(nursery)
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        with at(browser, nursery.url, (DESK["width"], DESK["height"])) as page:
            sign_in(page)
            photograph(page, "/journal", "journal", "#main", edge=0)
            photograph(page, "/photos", "photos", "#photos")
            photograph(page, "/photos", "trends", ".split.wide")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
