"""Every page, at a desk and on a phone, light and dark: nobody is shut out, nothing sticks out, nothing breaks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH as AXE_FILE
from playwright.sync_api import Browser, Page, expect

from agreement.letters import PhotoCounts
from tests.browser.larkfield import Larkfield, larkfield
from tests.browser.people import DESK, PHONE, at, sign_in
from tests.fakes.tablet import posture

AXE = AXE_FILE.read_text()
FIRST_PAGE = 100_000
"""Bytes over the wire, the page with all that it needs."""


def pages(nursery: Larkfield) -> list[str]:
    """Every page that a manager can open."""
    tablet = nursery.tablets["Sunflower 2"].device
    incident = nursery.incident
    return [
        "/",
        "/tablets",
        f"/tablets/{tablet}",
        "/photos",
        "/photos?span=year",
        "/photos/rules",
        "/networks",
        "/apps",
        "/journal",
        "/incidents",
        f"/incidents/{incident}",
        "/people",
        "/changes",
        "/enrol",
        "/report",
        f"/report/taken?incident={incident}",
        "/password",
        "/no-such-page",
    ]


def check(page: Page, path: str) -> Iterator[str]:
    """What is wrong with a page in each theme: axe's findings, and whatever is wider than the window."""
    page.goto(path)
    page.evaluate(AXE)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        yield f"{path} is {wide} px too wide"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        yield from (f"{path} {scheme} {one['id']}: {one['nodes'][0]['html']}" for one in found)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_shuts_anyone_out_or_sticks_out(chromium: Browser, nursery: Larkfield, size: tuple[int, int]) -> None:
    with at(chromium, nursery.url, size) as page:
        wrong = [*check(page, "/sign-in"), *check(page, "/link/mistyped")]
        sign_in(page)
        wrong += [finding for path in pages(nursery) for finding in check(page, path)]
    assert not wrong, "\n".join(wrong)


def test_the_first_page_is_light(chromium: Browser, nursery: Larkfield) -> None:
    with at(chromium, nursery.url) as page:
        sign_in(page)
        page.context.clear_cookies(name="nothing")
        wire: list[int] = []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.loadingFinished", lambda event: wire.append(int(event["encodedDataLength"])))
        page.goto("/", wait_until="load")
        assert 0 < sum(wire) <= FIRST_PAGE


def test_a_card_changes_by_itself(chromium: Browser, nursery: Larkfield) -> None:
    with at(chromium, nursery.url) as page:
        sign_in(page)
        card = page.get_by_role("article").filter(has_text="Sunflower 1")
        expect(card).to_contain_text("no photos wait on it")
        waiting = PhotoCounts(waiting=5, waiting_bytes=20_000_000, taken=46, in_journal=41, purged=41)
        nursery.tablets["Sunflower 1"].check_in(posture=posture(photos=waiting))
        expect(card).to_contain_text("5 photos not in the journal")
        nursery.tablets["Sunflower 1"].check_in(posture=posture(photos=PhotoCounts(taken=46, in_journal=46, purged=46)))
        expect(card).to_contain_text("no photos wait on it")


def test_nothing_is_taken_from_under_the_hands_of_who_types(chromium: Browser, nursery: Larkfield) -> None:
    with at(chromium, nursery.url) as page:
        sign_in(page)
        page.goto("/networks")
        page.get_by_text("Call it something else").first.click()
        field = page.get_by_label("Your name for it").first
        field.fill("The office")
        with page.expect_event("console", lambda said: said.text == "asked") as asked:
            page.evaluate("document.addEventListener('htmx:beforeRequest', () => console.log('asked'))")
            page.evaluate("window.htmx.trigger('#networks', 'sse:tick')")
        assert asked.value
        expect(field).to_have_value("The office")
        page.get_by_role("button", name="Keep").first.click()
        expect(page.get_by_role("heading", name="The office")).to_be_visible()


def test_every_page_works_without_script(chromium: Browser, nursery: Larkfield) -> None:
    with at(chromium, nursery.url, script=False) as page:
        sign_in(page)
        for path in pages(nursery)[:-1]:
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.goto("/apps")
        page.get_by_role("button", name="Refuse").first.click()
        expect(page.get_by_role("status")).to_contain_text("refused")


def test_the_keyboard_alone_is_enough_and_shows_where_it_is(chromium: Browser, nursery: Larkfield) -> None:
    with at(chromium, nursery.url) as page:
        sign_in(page)
        page.goto("/")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="To the page itself")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        page.keyboard.press("Tab")
        first = page.get_by_role("link", name="Open the incident")
        expect(first).to_be_focused()
        assert first.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"


def test_a_page_says_so_by_itself_when_its_sign_in_ends(chromium: Browser, nursery: Larkfield) -> None:
    with at(chromium, nursery.url) as page:
        sign_in(page)
        page.goto("/networks")
        other = page.context.new_page()
        other.goto("/")
        other.get_by_role("button", name="Sign out").click()
        page.evaluate("window.htmx.trigger('#networks', 'sse:tick')")
        page.wait_for_url("**/sign-in?next=%2Fnetworks")


def test_a_page_finds_its_way_back_when_the_controller_was_away(chromium: Browser, tmp_path: Path) -> None:
    with larkfield(tmp_path / "home") as nursery, at(chromium, nursery.url) as page:
        sign_in(page)
        card = page.get_by_role("article").filter(has_text="Sunflower 1")
        expect(card).to_contain_text("no photos wait on it")
        nursery.controller.stop()
        nursery.controller.start()
        waiting = PhotoCounts(waiting=2, waiting_bytes=8_000_000, taken=48, in_journal=46, purged=46)
        nursery.tablets["Sunflower 1"].check_in(posture=posture(photos=waiting))
        expect(card).to_contain_text("2 photos not in the journal", timeout=30_000)
