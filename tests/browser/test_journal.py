"""The journal's export, dropped on the dashboard in a real browser: read to its end, or refused in one sentence."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from agreement.imports import read_page
from tests.browser.larkfield import Larkfield, larkfield
from tests.browser.people import DESK, PHONE, at, sign_in
from tests.browser.test_pages import check
from tests.parts.exports import journal, photo, zipped

SLOW = 60_000  # milliseconds: reading starts child processes
PIECE = 8 * 1024 * 1024


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Larkfield]:
    with larkfield(tmp_path_factory.mktemp("journal") / "home") as furnished:
        yield furnished


@pytest.fixture
def page(chromium: Browser, nursery: Larkfield) -> Iterator[Page]:
    with at(chromium, nursery.url) as opened:
        sign_in(opened)
        opened.goto("/journal")
        yield opened


@pytest.fixture
def media(tmp_path: Path) -> Path:
    path = tmp_path / "media.zip"
    path.write_bytes(zipped(journal()))
    return path


def hand_in(page: Page, path: Path) -> None:
    page.get_by_label("Choose the ZIP").set_input_files(path)


def test_a_zip_is_read_and_what_was_in_it_is_told(page: Page, nursery: Larkfield, media: Path) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hand in the journal’s export")
    expect(page.get_by_text("The PDF is for reading")).to_be_visible()
    hand_in(page, media)
    card = page.get_by_role("region", name="Import 1: 2 pictures")
    expect(card).to_be_visible(timeout=SLOW)
    for told in (
        "Not asked: lost, or heldBluebell 1",
        "1 draft and 1 for staff only",
        "Could not be read1",
        "Sunflower 1",
        "kept here, encrypted, until",
    ):
        expect(card).to_contain_text(told)
    expect(page.get_by_role("heading", level=1)).to_contain_text("The journal is in, as it was at")
    expect(page.locator("main")).not_to_contain_text("Daisy")
    expect(page.locator("main")).not_to_contain_text("media.zip")
    tablet = nursery.tablets["Sunflower 1"]
    index = read_page(tablet.get("/v1/imports/1/index", "after=").content)
    assert {one.id for one in index.pictures} == {sha256(photo(name)).hexdigest() for name in ("roses", "tractor")}
    tablet.check_in(imports_done=1)
    expect(card).to_contain_text("Tablets that have answeredSunflower 1")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_list_shuts_nobody_out(chromium: Browser, nursery: Larkfield, size: tuple[int, int]) -> None:
    with at(chromium, nursery.url, size) as opened:
        sign_in(opened)
        assert not list(check(opened, "/journal"))


def test_a_pdf_is_refused_with_what_to_choose_instead(page: Page, tmp_path: Path) -> None:
    (tmp_path / "journal.pdf").write_bytes(b"%PDF-1.7 " + bytes(100_000))
    hand_in(page, tmp_path / "journal.pdf")
    expect(page.get_by_role("alert")).to_contain_text("In Tapestry, export the media as a ZIP instead")
    expect(page.get_by_role("heading", name="Not taken").first).to_be_visible()


def test_a_folder_is_handed_in_as_it_is(page: Page, tmp_path: Path) -> None:
    for name, content in (("In journal/frog.jpg", photo("frog")), ("Drafts/snow.jpg", photo("snow"))):
        path = tmp_path / "export" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    page.get_by_label("Choose a folder").set_input_files(tmp_path / "export")
    expect(page.get_by_role("region", name="Import 2: 1 picture")).to_contain_text("1 draft", timeout=SLOW)


def test_what_was_cut_off_goes_on_after_a_reload(page: Page, tmp_path: Path) -> None:
    noise = Random(7).randbytes(PIECE + 500_000)  # noqa: S311 - content for a test
    path = tmp_path / "large.zip"
    path.write_bytes(zipped({"In journal/trees.jpg": photo("trees"), "noise.dat": noise}))
    pieces: list[int] = []

    def watched(route: Route, request: Request) -> None:
        pieces.append(int(request.headers["upload-offset"]))
        if len(pieces) > 1:
            route.abort()
        else:
            route.continue_()

    page.route(
        "**/journal/uploads/*",
        lambda route, request: watched(route, request) if request.method == "PATCH" else route.continue_(),
    )
    hand_in(page, path)
    expect(page.get_by_text("Being handed in: ")).to_contain_text(re.compile("9[0-9] %"), timeout=SLOW)
    page.unroute_all()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    went_on: list[str] = []
    page.on(
        "request",
        lambda request: went_on.append(request.headers.get("upload-offset", "")) if request.method == "PATCH" else None,
    )
    hand_in(page, path)
    expect(page.get_by_role("region", name="Import 3: 1 picture")).to_be_visible(timeout=SLOW)
    assert went_on == [str(PIECE)]


def test_an_upload_that_is_given_up_leaves_nothing(page: Page, tmp_path: Path) -> None:
    noise = Random(8).randbytes(PIECE + 500_000)  # noqa: S311 - content for a test
    path = tmp_path / "large.zip"
    path.write_bytes(zipped({"noise.dat": noise}))
    page.route(
        "**/journal/uploads/*",
        lambda route, request: (
            route.abort() if request.headers.get("upload-offset") == str(PIECE) else route.continue_()
        ),
    )
    hand_in(page, path)
    expect(page.get_by_text("Being handed in: ")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Nothing of it is kept.")).to_be_visible()
    expect(page.get_by_text("Being handed in: ")).to_have_count(0)
    expect(page.get_by_role("heading", name="Given up").first).to_be_visible()
