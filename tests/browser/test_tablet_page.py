"""The tablet's own page as staff use it: with a thumb, with the keyboard, and when there is nothing to do."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH as AXE_FILE
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from agreement.facts import Keep, Word
from tests.browser.tablet import RECOVERY, SMALL, TABLET, browsing, photograph, picture
from tests.fakes.clock import NOON
from tests.parts.door import LOST, OpenTablet, opened
from tests.parts.waiting import eventually

AXE = AXE_FILE.read_text()
THUMB = 56
"""Pixels: the smallest side of what a thumb must hit."""


@pytest.fixture
def tablet(tmp_path: Path) -> Iterator[OpenTablet]:
    with opened(tmp_path) as tablet:
        tablet.change(recovery=RECOVERY)
        yield tablet


def cards(page: Page) -> Locator:
    """What waits."""
    return page.get_by_role("list").first.get_by_role("listitem")


def smaller(name: str) -> bytes:
    """A picture as the journal might have made it."""
    with Image.open(io.BytesIO(picture(name))) as image:
        image.thumbnail((900, 900))
        body = io.BytesIO()
        image.convert("RGB").save(body, "JPEG", quality=60)
    return body.getvalue()


def test_what_waits_is_shown_oldest_first_with_its_age_and_deadline(chromium: Browser, tablet: OpenTablet) -> None:
    photograph(tablet, "roses", "frog", "tractor", apart=timedelta(hours=11))
    with browsing(chromium, tablet) as (page, _):
        expect(page.get_by_role("heading", level=1)).to_have_text("3 photos are waiting for the journal.")
        headings = page.get_by_role("heading", level=2).all_inner_texts()
        assert headings[:3] == [
            "12:00 yesterday · 1 day ago",
            "23:00 yesterday · 22 hours ago",
            "10:00 today · 11 hours ago",
        ]
        expect(cards(page).nth(0)).to_contain_text("✕ Overdue: it was due by 12:00 today.")
        expect(cards(page).nth(1)).to_contain_text("Due by 23:00 today.")
        for card in cards(page).all():
            shown = card.get_by_role("img", name="Photo of")
            assert shown.evaluate("async image => { await image.decode(); return image.naturalWidth }") > 300


def test_a_photo_that_is_in_the_journal_is_spoken_of_and_the_word_taken_back(
    chromium: Browser, tablet: OpenTablet
) -> None:
    first, second = photograph(tablet, "roses", "frog")
    with browsing(chromium, tablet) as (page, _):
        page.get_by_role("button", name="It is in the journal").first.click()
        expect(page.get_by_role("status")).to_contain_text("It leaves this tablet within about a minute.")
        expect(page.get_by_role("heading", level=1)).to_have_text("1 photo is waiting for the journal.")
        assert tablet.said() == {first: Word.ADDED}
        said = page.get_by_role("region", name="What was said")
        expect(said).to_contain_text("After that the manager can bring it back, for 72 hours.")
        page.get_by_role("status").get_by_role("button", name="Undo").click()
        expect(page.get_by_role("status")).to_contain_text("Taken back")
        assert tablet.said() == {}
        page.get_by_role("button", name="Not for the journal: delete").nth(1).click()
        expect(said).to_contain_text("Said: it is not for the journal, and may go.")
        assert tablet.said() == {second: Word.UNWANTED}
        said.get_by_role("button", name="Undo").click()
        expect(said).to_have_count(0)
        assert tablet.said() == {}


def test_the_manager_is_asked_and_the_answer_is_shown(chromium: Browser, tablet: OpenTablet) -> None:
    (digest,) = photograph(tablet, "roses")
    with browsing(chromium, tablet) as (page, _):
        page.get_by_role("button", name="Ask the manager to keep it").click()
        said = page.get_by_role("region", name="What was said")
        expect(said).to_contain_text("It stays, and its deadline with it, until the manager answers.")
        assert tablet.said() == {digest: Word.KEEP}
        tablet.change(keeps=(Keep(digest, NOON + timedelta(days=3)),))
        tablet.tablet.ledger.unsay(digest, tablet.tablet.clock.now())
        expect(said).to_contain_text("The manager lets it stay until 12:00 on Thursday.", timeout=20_000)


def test_what_was_sealed_is_told_with_who_can_bring_it_back(chromium: Browser, tmp_path: Path) -> None:
    with opened(tmp_path) as tablet:
        tablet.seal_for_real()
        photograph(tablet, "roses")
        with browsing(chromium, tablet) as (page, _):
            page.get_by_role("button", name="It is in the journal").click()
            expect(page.get_by_role("status")).to_contain_text("Noted")
            eventually(lambda: is_sealed(tablet), within=60)  # a round waits while the page has the photo open
            sealed = page.get_by_role("region", name="Sealed on this tablet")
            expect(sealed).to_contain_text("The manager can bring it back until")
            expect(sealed).to_contain_text("you cannot")
            expect(page.get_by_role("heading", level=1)).to_have_text("Nothing waits for the journal.")
            expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def is_sealed(tablet: OpenTablet) -> bool:
    """Run one round; tell whether a photo was sealed so far."""
    tablet.tablet.go()
    return bool(tablet.tablet.ledger.held())


def test_pictures_are_compared_side_by_side_one_question_at_a_time(chromium: Browser, tablet: OpenTablet) -> None:
    first, second, third = photograph(tablet, "roses", "frog", "tractor")
    for digest, name in ((first, "roses"), (second, "frog"), (third, "tractor")):
        tablet.doubt(digest, f"picture-{name}", smaller(name))
    with browsing(chromium, tablet) as (page, _):
        page.get_by_role("link", name="3 photos may be in the journal already.").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Is this the same picture?")
        for image in page.get_by_role("img").all():
            assert image.evaluate("async image => { await image.decode(); return image.naturalWidth }") > 300
        said = page.get_by_role("status")
        page.get_by_role("button", name="Yes, it is in the journal").click()
        expect(said).to_contain_text("it is in the journal")
        assert tablet.said() == {first: Word.ADDED}
        page.get_by_role("button", name="No, it is another one").click()
        expect(said).to_contain_text("it is another picture")
        assert [doubt.digest for doubt in tablet.tablet.ledger.doubts()] == sorted([first, third])
        said.get_by_role("button", name="Undo").click()
        expect(said).to_contain_text("Taken back")
        assert second in {doubt.digest for doubt in tablet.tablet.ledger.doubts()}
        page.get_by_role("button", name="No, it is another one").click()
        expect(said).to_contain_text("it is another picture")
        page.get_by_role("button", name="I am not sure: leave it").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("2 photos are waiting for the journal.")
        expect(page.get_by_role("link", name="One photo may be in the journal already.")).to_be_visible()


def test_a_journals_picture_that_is_gone_is_said_in_its_place(chromium: Browser, tablet: OpenTablet) -> None:
    (digest,) = photograph(tablet, "roses")
    tablet.doubt(digest, content=None)
    with browsing(chromium, tablet) as (page, running):
        page.goto(f"{running.origin}/same")
        source = page.get_by_role("img", name="Picture in the journal").get_attribute("src") or ""
        answer = page.request.get(running.origin + source)
        assert "no longer at hand" in answer.text()


def test_where_nothing_waits_the_page_is_calm(chromium: Browser, tablet: OpenTablet) -> None:
    with browsing(chromium, tablet) as (page, _):
        expect(page.get_by_role("heading", level=1)).to_have_text("Nothing waits for the journal.")
        expect(page.get_by_text("There is nothing to do.")).to_be_visible()
        expect(page.get_by_role("button")).to_have_text(["Close"])
        photograph(tablet, "frog")
        expect(page.get_by_role("heading", level=1)).to_have_text("1 photo is waiting for the journal.", timeout=20_000)


def test_where_the_agreement_acts_on_no_word_nobody_is_asked_for_one(chromium: Browser, tablet: OpenTablet) -> None:
    (digest,) = photograph(tablet, "roses")
    tablet.doubt(digest)
    tablet.agree(act_on_word=False)
    with browsing(chromium, tablet) as (page, running):
        expect(page.get_by_role("button")).to_have_text(["Close", "Ask the manager to keep it"])
        expect(page.get_by_role("link", name="may be in the journal")).to_have_count(0)
        page.goto(f"{running.origin}/same")
        page.wait_for_url(f"{running.origin}/")


def test_a_tablet_that_is_lost_shows_whom_to_call_and_nothing_else(chromium: Browser, tablet: OpenTablet) -> None:
    (digest,) = photograph(tablet, "roses")
    with browsing(chromium, tablet) as (page, running):
        expect(page.get_by_role("img")).to_have_count(1)
        tablet.tablet.is_reported(LOST)
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "This tablet was reported lost or damaged.", timeout=20_000
        )
        expect(page.get_by_role("main")).to_contain_text(LOST.message)
        expect(page.get_by_role("img")).to_have_count(0)
        expect(page.get_by_role("button")).to_have_count(0)
        for path in ("/", "/same", f"/photo/{digest}"):
            answer = page.request.get(running.origin + path)
            assert (answer.status, "reported lost" in answer.text()) == (403, True)


def test_photos_that_are_many_come_a_page_at_a_time(chromium: Browser, tablet: OpenTablet) -> None:
    for number in range(30):
        tablet.tablet.take(f"{number}.jpg", b"picture %d" % number)
    tablet.tablet.go(2)
    with browsing(chromium, tablet) as (page, _):
        expect(page.get_by_role("heading", level=1)).to_have_text("30 photos are waiting for the journal.")
        expect(cards(page)).to_have_count(24)
        page.get_by_role("link", name="Newer photos").click()
        expect(cards(page)).to_have_count(6)
        page.get_by_role("link", name="Older photos").click()
        expect(cards(page)).to_have_count(24)


def test_the_page_works_without_script(chromium: Browser, tablet: OpenTablet) -> None:
    (digest,) = photograph(tablet, "roses")
    with browsing(chromium, tablet, script=False) as (page, _):
        page.get_by_role("button", name="It is in the journal").click()
        expect(page.get_by_role("status")).to_contain_text("Noted")
        assert tablet.said() == {digest: Word.ADDED}


def test_the_keyboard_alone_is_enough(chromium: Browser, tablet: OpenTablet) -> None:
    (digest,) = photograph(tablet, "roses")
    with browsing(chromium, tablet) as (page, _):
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="To the page itself")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        page.keyboard.press("Tab")
        first = page.get_by_role("button", name="It is in the journal")
        expect(first).to_be_focused()
        assert first.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_be_visible()
        assert tablet.said() == {digest: Word.ADDED}
        for _ in range(3):
            page.keyboard.press("Tab")
        expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_be_focused()
        page.keyboard.press("Space")
        expect(page.get_by_role("status")).to_contain_text("Taken back")
        assert tablet.said() == {}


@pytest.mark.parametrize("size", [SMALL, (768, 1024), TABLET], ids=["phone", "upright", "flat"])
def test_no_page_shuts_anyone_out_sticks_out_or_is_too_small_for_a_thumb(
    chromium: Browser, tablet: OpenTablet, size: tuple[int, int]
) -> None:
    first, second, third = photograph(tablet, "roses", "frog", "tractor", apart=timedelta(hours=11))
    tablet.doubt(second, "picture-frog", smaller("frog"))
    tablet.tablet.ledger.say(third, Word.KEEP, NOON)
    wrong: list[str] = []
    with browsing(chromium, tablet, size) as (page, running):
        wrong += [*check(page, f"{running.origin}/"), *check(page, f"{running.origin}/same")]
        wrong += check(page, f"{running.origin}/no-such-page")
        page.goto(f"{running.origin}/")
        tablet.tablet.ledger.say(first, Word.ADDED, NOON)
        tablet.tablet.is_reported(LOST)
        wrong += check(page, f"{running.origin}/")
    assert not wrong, "\n".join(wrong)


def check(page: Page, address: str) -> Iterator[str]:
    """What is wrong with a page in each theme: axe's findings, what sticks out, what a thumb would miss."""
    page.goto(address)
    page.evaluate(AXE)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        yield f"{address} is {wide} px too wide"
    for target in page.locator("button, a:not(.skip)").all():
        box = target.bounding_box()
        if box is None or min(box["width"], box["height"]) < THUMB:
            yield f"{address} {target.inner_text()} is too small: {box}"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        yield from (f"{address} {scheme} {one['id']}: {one['nodes'][0]['html']}" for one in found)
