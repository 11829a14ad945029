"""`python -m demo.page_picture`: photographs the tablet's own page for the docs, at a real agent, in a real browser."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from demo.__main__ import PICTURES
from demo.pictures import CHROMIUM, DOCS, QUIET
from lab.nursery import Nursery
from lab.tablet import BoxTablet

TABLET = {"width": 1024, "height": 900}
HOURS = {"roses.jpg": 25, "frog.jpg": 6, "tractor.jpg": 1}
"""Which photos are taken, and how many hours ago."""


@contextmanager
def opened(tablet: BoxTablet) -> Iterator[str]:
    """Open the tablet's page, and give its link, which counts once."""
    line = [sys.executable, "-m", "agent", "page", "--link", "--home", str(tablet.state)]
    page = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    try:
        yield page.stdout.readline().strip() if page.stdout else ""
    finally:
        page.terminate()
        page.communicate()


def photographed(page: Page, link: str) -> None:
    """Come in, wait until every photo waits there, and keep a picture."""
    page.goto(link)
    page.get_by_role("heading", name=f"{len(HOURS)} photos are waiting").wait_for()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=DOCS / "tablet-page.png")


def main() -> int:
    """Take photos, open the page, photograph it, end."""
    with tempfile.TemporaryDirectory() as folder, Nursery(Path(folder)) as nursery, sync_playwright() as play:
        tablet = nursery.tablet("Sunflower 2")
        for name, hours in HOURS.items():
            taken = time.time() - hours * 3600
            path = tablet.take(PICTURES / name, name)
            os.utime(path, (taken, taken))
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = browser.new_page(viewport=TABLET)  # type: ignore[arg-type]  # two numbers
        with opened(tablet) as link:
            photographed(page, link)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
