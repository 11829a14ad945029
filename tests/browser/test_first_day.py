"""The first day at Larkfield, from the manager's link to the report of a lost tablet, in a real browser."""

import io
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser, Page, expect

from agreement.letters import Done, OrderEnded, PhotoCounts
from tests.browser.larkfield import PASSWORD, paint
from tests.browser.people import PHONE, at
from tests.fakes.tablet import SigningTablet, posture
from tests.parts.running_controller import RunningController, running_controller

FACTS = ("Sunflower 1 is stolen.", "Dev reported", "the park by the pond", "1 session locked", "PT2-0007")


@pytest.fixture(scope="module")
def controller(home: Path) -> Iterator[RunningController]:
    with running_controller(home) as running:
        yield running


def join(page: Page, link: str, name: str) -> None:
    """Use a one-time link by hand."""
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("A password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()


def enrol(page: Page, controller: RunningController) -> SigningTablet:
    """Make a code by hand, and let a tablet use it."""
    page.get_by_role("link", name="Enrol a tablet").first.click()
    page.get_by_label("What people call it").fill("Sunflower 1")
    page.get_by_role("button", name="Make a code").click()
    code = page.locator("#code").inner_text().removeprefix("safeuse-agent enrol ")
    expect(page.get_by_role("img", name="QR of the enrolment code")).to_be_visible()
    expect(page.locator("#waiting")).to_contain_text("Waiting for Sunflower 1")
    tablet = controller.tablet()
    tablet.enrol(code)
    expect(page.locator("#waiting")).to_contain_text("Sunflower 1 is here.")
    return tablet


def decide(page: Page, tablet: SigningTablet) -> None:
    """Trust the network, approve the app; both show without loading anew."""
    page.goto("/")
    tablet.check_in(*paint(), posture=posture(photos=PhotoCounts(waiting=1, waiting_bytes=3_000_000)))
    expect(page.get_by_role("article")).to_contain_text("1 photo not in the journal")
    page.get_by_role("link", name="Choose a network").click()
    page.get_by_role("button", name="Trust this network").click()
    expect(page.get_by_role("status")).to_contain_text("The network is trusted now")
    page.get_by_role("link", name="Apps").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No app waits for a decision.")
    expect(page.get_by_role("row", name="Tux Paint")).to_have_count(2)


def invite_dev(page: Page) -> str:
    """Add a key worker; gives the link."""
    page.get_by_role("link", name="People").click()
    page.get_by_label("Whom the link is for").fill("Dev")
    page.get_by_role("button", name="Make a link").click()
    return page.locator("#link").inner_text()


def report(chromium: Browser, url: str, link: str) -> None:
    """Dev reports the tablet from a phone."""
    with at(chromium, url, PHONE) as phone:
        join(phone, link, "Dev")
        expect(phone.get_by_role("heading", level=1)).to_have_text("Report a tablet lost or damaged")
        phone.get_by_role("radio", name="Sunflower 1").check()
        phone.get_by_role("radio", name="Stolen").check()
        phone.get_by_label("Where was it last seen?").fill("the park by the pond")
        phone.get_by_role("button", name="Report it now").click()
        expect(phone.get_by_role("heading", level=1)).to_contain_text("Sunflower 1 is reported stolen")


def lock(tablet: SigningTablet) -> None:
    """The tablet hears of it, locks, and says so."""
    standing = tablet.wait(tablet.standing.sequence if tablet.standing else 0, 20)
    assert standing
    assert standing.lost
    tablet.standing = standing
    tablet.check_in(OrderEnded("lock", standing.lost.incident, Done.DONE, "1 session locked"))


def download(page: Page) -> str:
    """The report as PDF; gives its text."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Report as PDF").click()
    document = Path(waiting.value.path()).read_bytes()
    return " ".join(" ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(document)).pages).split())


def test_a_first_day(controller: RunningController, chromium: Browser) -> None:
    with at(chromium, controller.url) as page:
        join(page, controller.first_link, "Ada")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome to Larkfield Nursery")
        with enrol(page, controller) as tablet:
            decide(page, tablet)
            link = invite_dev(page)
            page.get_by_role("link", name="Today").click()
            report(chromium, controller.url, link)
            expect(page.get_by_role("heading", level=1)).to_contain_text("Sunflower 1 is stolen.")
            page.get_by_role("link", name="Open the incident").click()
            expect(page.get_by_role("cell", name="not confirmed")).to_have_count(2)
            lock(tablet)
            expect(page.get_by_role("cell", name="not confirmed")).to_have_count(0)
            said = download(page)
            for fact in FACTS:
                assert fact in said, fact
            page.get_by_text("It was found", exact=True).click()
            page.get_by_label("How, and by whom").fill("found under a bench by Cleo")
            page.get_by_role("button", name="It was found").click()
            expect(page.get_by_role("status")).to_contain_text("The incident is closed")
            found = tablet.wait(tablet.standing.sequence if tablet.standing else 0, 20)
            assert found
            assert found.lost is None
