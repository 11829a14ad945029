"""People at their browsers: a phone or a desk, signed in or not."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.browser.larkfield import PASSWORD

DESK, PHONE = (1280, 900), (320, 640)


@contextmanager
def at(
    chromium: Browser, url: str, size: tuple[int, int] = DESK, scheme: str = "light", *, script: bool = True
) -> Iterator[Page]:
    """A fresh browser window of someone on this site; whatever its console complains of fails the test."""
    context = chromium.new_context(
        base_url=url,
        ignore_https_errors=True,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=script,
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    try:
        yield page
    finally:
        context.close()
    assert not complaints, complaints


def sign_in(page: Page, name: str = "Ada", password: str = PASSWORD) -> None:
    """Sign in by hand."""
    page.goto("/sign-in")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
