"""Photos, as the manager decides about them: put back, allowed to stay, noted, the terms; and the plots."""

from datetime import UTC, datetime

from playwright.sync_api import Browser, Page, expect

from agreement.facts import GiveBack
from agreement.letters import PhotoRestored, Standing
from controller.imported import Disputed, PictureClaim
from controller.key_file import read
from tests.browser import photos
from tests.browser.larkfield import Larkfield
from tests.browser.people import DESK, PHONE, at, sign_in
from tests.browser.test_pages import check
from tests.fakes.tablet import SigningTablet
from tests.parts.waiting import eventually

DRAWN = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = new Set();
  for (let i = 0; i < pixels.length; i += 4) {
    if (pixels[i + 3] === 255) colours.add(`${pixels[i]},${pixels[i + 1]},${pixels[i + 2]}`);
  }
  return [...colours];
}"""
"""The colours in which a canvas is drawn, fully opaque ones alone."""
LIGHT, DARK = {"13,100,102", "143,84,0"}, {"108,198,194", "240,183,92"}
"""Two colours of each theme: those of the first line and of the second."""


def heard(tablet: SigningTablet) -> Standing:
    """What the tablet hears at its next long poll."""
    standing = tablet.wait(tablet.standing.sequence if tablet.standing else 0, 20)
    assert standing is not None
    tablet.standing = standing
    return standing


def test_a_held_photo_is_put_back(chromium: Browser, nursery: Larkfield) -> None:
    tablet = nursery.tablets["Sunflower 2"]
    with at(chromium, nursery.url) as page:
        sign_in(page)
        page.goto(f"/tablets/{tablet.device}")
        expect(page.get_by_role("heading", name="2 photos are held")).to_be_visible()
        page.get_by_role("button", name="Put it back").first.click()
        expect(page.get_by_role("status")).to_contain_text("The tablet is told to put it back")
        expect(page.get_by_text("asked for")).to_be_visible()
        expect(page.get_by_role("button", name="Put it back")).to_have_count(1)
        (back,) = heard(tablet).give_back
        assert back == GiveBack(photos.digest(1), opened(nursery, photos.digest(1)))
        tablet.check_in(PhotoRestored(back.digest))
        expect(page.get_by_role("heading", name="1 photo is held")).to_be_visible()
        expect(page.get_by_text("A photo that was held is back on the tablet.")).to_be_visible()
        assert back.key not in page.content()
        page.goto("/changes")
        expect(page.get_by_role("row", name="be put back on Sunflower 2")).to_contain_text("Ada")
    assert tablet.standing is not None
    assert tablet.standing.give_back == ()


def opened(nursery: Larkfield, digest: str) -> str:
    """The key of a held photo's box, opened by hand with the file in the home folder."""
    with nursery.controller.store.read() as books:
        photo = books.held.get(nursery.tablets["Sunflower 2"].device, digest)
    assert photo is not None
    key = read(nursery.controller.home).open(photo.sealed_key)
    assert key is not None
    return key


def test_a_photo_may_stay_for_a_week_until_the_manager_ends_that(chromium: Browser, nursery: Larkfield) -> None:
    tablet = nursery.tablets["Sunflower 2"]
    with at(chromium, nursery.url, PHONE) as page:
        sign_in(page)
        todo = page.get_by_role("listitem").filter(has_text="asks to keep a photo for a while")
        todo.get_by_role("link", name="Decide").click()
        page.get_by_role("button", name="One week").click()
        expect(page.get_by_role("status")).to_contain_text("The photo may stay until then.")
        expect(page.get_by_role("heading", name="Someone asks to keep")).to_have_count(0)
        assert [keep.digest for keep in heard(tablet).keeps] == [photos.digest(4)]
        page.goto(f"/tablets/{tablet.device}")
        expect(page.get_by_role("heading", name="Photos that may stay")).to_be_visible()
        page.goto("/photos")
        kept = page.get_by_role("row").filter(has_text="Sunflower 2").filter(has=page.get_by_role("button"))
        expect(kept.get_by_text("Ada")).to_be_visible()
        kept.get_by_role("button", name="End it now").click()
        expect(page.get_by_role("status")).to_contain_text("may not stay any longer")
        expect(page.get_by_role("heading", name="May stay for a while")).to_have_count(0)
        assert heard(tablet).keeps == ()


def test_a_photo_that_an_export_lacks_is_noted(chromium: Browser, nursery: Larkfield) -> None:
    with at(chromium, nursery.url) as page:
        sign_in(page)
        todo = page.get_by_role("listitem").filter(has_text="said to be in the journal is not in its export number 3")
        todo.get_by_role("link", name="Look at it").click()
        expect(page.get_by_text("It is gone from the tablet.")).to_be_visible()
        page.get_by_role("button", name="I have seen it").click()
        expect(page.get_by_role("status")).to_contain_text("It is noted")
        expect(page.get_by_text("It is gone from the tablet.")).to_have_count(0)


def test_a_second_photo_that_is_like_a_claimed_picture_is_shown_with_the_first_and_noted(
    chromium: Browser, nursery: Larkfield
) -> None:
    one, two = (nursery.tablets[name].device for name in ("Sunflower 1", "Sunflower 2"))
    at_once = datetime.now(UTC)
    nursery.controller.store.write(lambda books: books.claims.add([PictureClaim("cd" * 32, "ab" * 32, one, at_once)]))
    nursery.controller.store.write(lambda books: books.claims.dispute([Disputed("cd" * 32, two, one, at_once)]))
    with at(chromium, nursery.url) as page:
        sign_in(page)
        todo = page.get_by_role("listitem").filter(has_text="A photo on Sunflower 2 is like a journal picture")
        expect(todo).to_contain_text("The first was found on Sunflower 1.")
        todo.get_by_role("link", name="Look at it").click()
        assert list(check(page, "/photos")) == []
        found = page.get_by_role("listitem").filter(has_text="The first photo was found on Sunflower 1")
        found.get_by_role("button", name="I have seen it").click()
        expect(page.get_by_role("status")).to_contain_text("It is noted")
        expect(page.get_by_text("The first photo was found on")).to_have_count(0)


def test_terms_are_changed_and_refused_in_the_clauses_own_words(chromium: Browser, nursery: Larkfield) -> None:
    with at(chromium, nursery.url) as page:
        sign_in(page)
        page.goto("/photos")
        expect(page.get_by_text("Photos must be in the journal within 24 hours.")).to_be_visible()
        page.get_by_role("link", name="Change these terms").click()
        page.get_by_role("radio", name="Before closing time").check()
        page.get_by_label("Closing time", exact=True).fill("half past five")
        page.get_by_role("checkbox", name="Friday").uncheck()
        page.get_by_role("button", name="Put these terms into force").click()
        expect(page.get_by_role("alert")).to_contain_text("is no time of day; write it as 18:00.")
        expect(page.get_by_role("checkbox", name="Friday")).not_to_be_checked()
        page.get_by_label("Closing time", exact=True).fill("17:30")
        page.get_by_role("button", name="Put these terms into force").click()
        expect(page.get_by_role("status")).to_contain_text("The terms hold from now on.")
        expect(page.get_by_text("before closing time (17:30, Monday to Thursday)")).to_be_visible()
    clause = heard(nursery.tablets["Sunflower 1"]).agreement.uploaded_photos
    assert (clause.due, clause.closing.at, clause.closing.days[-1]) == ("before closing time", "17:30", "thursday")


def colours(page: Page) -> list[set[str]]:
    """In which colours each plot of a page is drawn."""
    canvases = page.locator("figure.plot canvas")
    expect(canvases).to_have_count(2)
    return [set(canvases.nth(place).evaluate(DRAWN)) for place in range(2)]


def test_plots_are_drawn_from_their_tables_in_the_colours_of_the_theme(chromium: Browser, nursery: Larkfield) -> None:
    with at(chromium, nursery.url, DESK, "light") as page:
        sign_in(page)
        page.goto("/photos")
        eventually(lambda: all(drawn >= LIGHT for drawn in colours(page)), what="the plots were not drawn")
        page.emulate_media(color_scheme="dark")
        eventually(lambda: all(drawn >= DARK for drawn in colours(page)), what="the plots were not drawn anew")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        plot = page.locator("figure.plot").first
        expect(plot.locator(".uplot")).to_have_css(
            "width", f"{plot.locator('.canvas').evaluate('e => e.clientWidth')}px"
        )
        page.emulate_media(media="print")
        expect(plot.locator(".canvas")).to_be_hidden()
        expect(plot.get_by_role("table")).to_be_visible()


def test_the_numbers_of_a_plot_can_be_read_without_it(chromium: Browser, nursery: Larkfield) -> None:
    with at(chromium, nursery.url, script=False) as page:
        sign_in(page)
        page.goto(f"/tablets/{nursery.tablets['Sunflower 1'].device}")
        table = page.get_by_role("region", name="Hours from taken to gone").get_by_role("table")
        newest = table.get_by_role("row").nth(2)  # the first is the head, the second this week's
        expect(newest.get_by_role("cell").nth(1)).to_have_text("26.2")
        expect(newest.get_by_role("cell").last).to_have_text("5")


def test_a_page_without_numbers_says_so_and_loads_nothing_to_draw_with(chromium: Browser, nursery: Larkfield) -> None:
    with at(chromium, nursery.url) as page:
        sign_in(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"/tablets/{nursery.tablets['Bluebell 2'].device}")
        expect(page.get_by_text("Nothing was counted yet.")).to_be_visible()
        page.goto("/")
        assert not [url for url in asked if "uPlot" in url or "plots" in url]
