"""The tablet's page among all else in a browser: other sites, other names for this machine, what stays behind."""

import contextlib
import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.tablet import PHOTOS, browsing, come_in, photograph
from tests.parts.door import OpenTablet, opened
from tests.parts.page import running_page
from tests.parts.waiting import eventually

MARK = b"a picture that the browser may keep: " + b"larkfield" * 20


@pytest.fixture
def tablet(tmp_path: Path) -> Iterator[OpenTablet]:
    with opened(tmp_path / "tablet") as tablet:
        yield tablet


@pytest.fixture(scope="module")
def misled(chromium: Browser) -> Iterator[Browser]:
    """A browser whose name service says that every name below .test is this very machine."""
    arguments = [*ARGUMENTS, "--host-resolver-rules=MAP *.test 127.0.0.1"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    yield browser
    browser.close()


@dataclass
class Elsewhere:
    """Another site, on another port of this machine, with the pages that a test gives it."""

    pages: dict[str, bytes] = field(default_factory=dict)
    port: int = 0
    cookies: list[str] = field(default_factory=list)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    site = Elsewhere()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.cookies.append(self.headers.get("Cookie", ""))
            body = site.pages.get(self.path, b"")
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if self.path == "/" else "application/octet-stream")
            self.send_header("Cache-Control", "max-age=3600")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield site
        server.shutdown()
        thread.join()


HOSTILE = (Path(__file__).parent / "hostile.html").read_text()


@pytest.mark.parametrize("name", ["evil.test", "127.0.0.1"], ids=["another site", "another port of this machine"])
def test_a_hostile_page_in_the_same_browser_sees_and_does_nothing(
    misled: Browser, tablet: OpenTablet, elsewhere: Elsewhere, name: str
) -> None:
    (digest,) = photograph(tablet, "roses")
    with browsing(misled, tablet) as (page, running):
        words = HOSTILE.replace("@PAGE@", running.origin).replace("@DIGEST@", digest)
        elsewhere.pages["/"] = words.encode()
        other = page.context.new_page()
        other.goto(f"http://{name}:{elsewhere.port}/")
        found = other.evaluate("tries()")
        assert (found["image"], found["script"], found["frame"], found["cors"]) == ("no",) * 4
        assert found["noCors"] in {"no", "opaque"}
        assert tablet.said() == {}
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("1 photo is waiting for the journal.")


def test_a_name_that_is_rebound_to_this_machine_leads_nowhere(misled: Browser, tablet: OpenTablet) -> None:
    (digest,) = photograph(tablet, "roses")
    with browsing(misled, tablet) as (page, running):
        other = page.context.new_page()
        for path in ("/", f"/photo/{digest}", f"/enter/{running.token}"):
            answer = other.goto(f"http://rebind.test:{running.port}{path}")
            assert answer
            assert answer.status == 421
            assert digest not in answer.text()


def test_a_cookie_that_another_port_is_sent_opens_nothing_for_long(
    misled: Browser, tablet: OpenTablet, elsewhere: Elsewhere
) -> None:
    """Cookies know no ports (RFC 6265, section 8.5): so the account is looked at too, and the visit ends it."""
    photograph(tablet, "roses")
    with browsing(misled, tablet) as (page, running):
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The page is closed.")
        assert page.context.cookies() == []
        other = page.context.new_page()
        other.goto(f"http://127.0.0.1:{elsewhere.port}/")
        assert set(elsewhere.cookies) == {""}
        running.process.wait(60)
        assert running.process.returncode == 0


def test_nothing_of_the_photos_stays_in_the_browsers_profile(
    chromium: Browser, tablet: OpenTablet, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    digests = photograph(tablet, "roses", "frog")
    tablet.doubt(digests[1], "picture-1", (PHOTOS / "snow.jpg").read_bytes())
    elsewhere.pages = {"/": b"<img src=/kept>", "/kept": MARK}
    profile = tmp_path / "profile"
    with running_page(tablet) as running:
        context = chromium.browser_type.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=list(ARGUMENTS)
        )
        with contextlib.closing(context):
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{elsewhere.port}/", wait_until="networkidle")
            come_in(page, running, tmp_path)
            secrets = look_at_everything(page, running.origin)
            secrets += [running.token.encode(), *(cookie["value"].encode() for cookie in context.cookies())]
    kept = [path.read_bytes() for path in profile.rglob("*") if path.is_file() and not path.is_symlink()]
    assert any(MARK in content for content in kept), "the search finds what a browser keeps"
    assert len(secrets) > 5
    for secret in [*secrets, *(digest.encode() for digest in digests)]:
        assert not any(secret in content for content in kept), secret


def look_at_everything(page: Page, origin: str) -> list[bytes]:
    """Open every page, have every picture shown, speak and take it back; gives pieces of what was seen."""
    seen = []
    for path in ("/", "/same"):
        page.goto(origin + path)
        for image in page.get_by_role("img").all():
            image.evaluate("image => image.decode()")
            body = page.request.get(origin + (image.get_attribute("src") or "")).body()
            assert body[:3] == b"\xff\xd8\xff"
            seen += [body[place : place + 48] for place in (len(body) // 3, len(body) // 2)]
    page.goto(origin + "/")
    found = re.search(r'name="csrf" value="([^"]+)"', page.content())
    assert found
    page.get_by_role("button", name="Ask the manager to keep it").first.click()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Taken back")
    for image in page.get_by_role(
        "img"
    ).all():  # a browser that ends while it loads one keeps its address (docs/limits.md)
        image.evaluate("image => image.decode()")
    return [*seen, found[1].encode()]


def test_a_page_whose_agent_is_gone_shows_no_picture_any_more(chromium: Browser, tablet: OpenTablet) -> None:
    photograph(tablet, "roses")
    with browsing(chromium, tablet) as (page, running):
        expect(page.get_by_role("img")).to_have_count(1)
        tablet.door.stop()
        expect(page.get_by_role("img")).to_have_count(0, timeout=20_000)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("closed|cannot be shown now"))
        eventually(lambda: running.process.poll() is not None, within=60)
