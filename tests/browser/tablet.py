"""A tablet with photos on it, and its page in a real browser, come in by the file that the browser is handed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from agent.tablet_page.handing import entrance
from tests.parts.door import OpenTablet
from tests.parts.page import RunningPage, running_page

expect.set_options(timeout=30_000)  # milliseconds: a busy machine draws slowly; nothing here is about speed
PHOTOS = Path(__file__).parents[1] / "data/photos"
TABLET, SMALL = (1024, 768), (320, 640)
RECOVERY = "ab" * 32  # stands for the controller's key: nothing is sealed in these tests


def picture(name: str) -> bytes:
    """One of the free pictures."""
    return (PHOTOS / f"{name}.jpg").read_bytes()


def photograph(tablet: OpenTablet, *names: str, apart: timedelta = timedelta(hours=5)) -> list[str]:
    """Take these photos, one after the other; gives their digests."""
    digests = []
    for name in names:
        digests.append(tablet.take(f"{name}.jpg", picture(name)))
        tablet.tablet.clock.advance(apart)
    return digests


def come_in(page: Page, running: RunningPage, folder: Path) -> None:
    """Open the file that holds the token, as xdg-open has the browser do."""
    handed = folder / "photos-handed.html"
    handed.write_text(entrance(running.port, running.token))
    page.goto(handed.as_uri())
    page.wait_for_url(f"{running.origin}/")


@contextmanager
def browsing(
    chromium: Browser, tablet: OpenTablet, size: tuple[int, int] = TABLET, *, script: bool = True
) -> Iterator[tuple[Page, RunningPage]]:
    """The tablet's page in a fresh browser; whatever its console complains of fails the test."""
    with running_page(tablet) as running:
        viewport = {"width": size[0], "height": size[1]}
        context = chromium.new_context(viewport=viewport, java_script_enabled=script)  # type: ignore[arg-type]  # two numbers
        try:
            page = context.new_page()
            complaints = listened(page)
            if script:
                come_in(page, running, tablet.home)
            else:
                page.goto(running.link)
                page.wait_for_url(f"{running.origin}/")
            yield page, running
        finally:
            context.close()
        assert not complaints, complaints


def listened(page: Page) -> list[str]:
    """What the page's scripts and policies complain of, as it comes."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    return complaints
