"""`python -m demo.pictures`: plays the demo's day and photographs the dashboard for the docs, in a real browser."""

import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from rich.console import Console

from demo.__main__ import PICTURES, SHORT, can_make_networks
from demo.story import AGREEMENT, Story
from lab.nursery import Nursery
from lab.nursery_network import NurseryNetwork

DOCS = Path(__file__).parents[1] / "docs/pictures"
CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 760}


@contextmanager
def signed_in(nursery: Nursery, link: str, size: dict[str, int]) -> Iterator[Page]:
    """A browser of this size, in which Ben has joined by his link."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        context = browser.new_context(ignore_https_errors=True, viewport=size)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(link)
        page.fill("#name", "Ben" if size is DESK else "Cleo")
        page.fill("#password", secrets.token_urlsafe(18))
        page.click("main button")
        page.goto(f"https://{nursery.dashboard}/")
        yield page
        browser.close()


def photograph(page: Page, address: str, name: str, *, whole: bool = False) -> None:
    """Open a page and keep a picture of it."""
    page.goto(address)
    page.wait_for_load_state("load")
    page.screenshot(path=DOCS / f"{name}.png", full_page=whole)


def main() -> int:
    """Play, photograph, end."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        networks = closing.enter_context(NurseryNetwork(SHORT)) if can_make_networks() else None
        nursery = closing.enter_context(Nursery(Path(folder), networks, AGREEMENT))
        story = Story(nursery, networks, PICTURES, Console())
        closing.callback(story.close)
        story.tell()
        DOCS.mkdir(exist_ok=True)
        desk = closing.enter_context(signed_in(nursery, story.ada.link_for_a_visitor(), DESK))
        home = f"https://{nursery.dashboard}"
        photograph(desk, f"{home}/", "today", whole=True)
        photograph(desk, f"{home}/networks", "networks")
        photograph(desk, f"{home}/enrol", "enrol")
        with story.record.books() as books:
            incident = books.incidents.every(1)[0].id
        photograph(desk, f"{home}/incidents/{incident}", "incident", whole=True)
        desk.set_viewport_size(PHONE)  # type: ignore[arg-type]
        photograph(desk, f"{home}/report", "report-phone", whole=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
