"""What people do on the dashboard, through its own pages: Ada the manager, Dev the key worker."""

import re
from contextlib import ExitStack
from secrets import token_urlsafe
from typing import Self

from lab.browser import Browser
from lab.nursery import Nursery

CODE = re.compile(r"SAFE(?:-[0-9A-Z]{1,5})+")
LINK = re.compile(r"https://\S+/link/\S+")


class StoryError(Exception):
    """A page did not say what the story needs; shows what it said."""


class Ada:
    """The manager at her desk."""

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        self._ending = ExitStack()
        self.browser = nursery.browser()
        self._ending.callback(self.browser.close)

    def __enter__(self) -> Self:
        """Open the first manager's link and choose a password."""
        link = self._nursery.first_link()
        self.browser.open(link)
        self.browser.submit(self.browser.page.forms[0].action, name="Ada", password=token_urlsafe(18))
        return self

    def __exit__(self, *_error: object) -> None:
        """Close every browser."""
        self._ending.close()

    def code(self, tablet: str) -> str:
        """Have a code made for a new tablet."""
        self.browser.open("/enrol")
        return found(CODE, self.browser.submit("/enrol", tablet=tablet))

    def trust(self, key: str) -> None:
        """Trust the network with this key."""
        self.browser.open("/networks")
        self.browser.submit("/networks/trust", holding=key)

    def approve(self, key: str) -> None:
        """Approve the app with this key."""
        self.browser.open("/apps")
        self.browser.submit("/apps/approve", holding=key)

    def invite(self, name: str, role: str = "staff") -> Browser:
        """Invite someone, who joins at once; gives that person's browser, signed in."""
        self.browser.open("/people")
        link = found(LINK, self.browser.submit("/people/invite", note=name, role=role))
        browser = self._nursery.browser()
        self._ending.callback(browser.close)
        browser.open(link)
        browser.submit(browser.page.forms[0].action, name=name, password=token_urlsafe(18))
        return browser

    def link_for_a_visitor(self) -> str:
        """A one-time link with which whoever watches the demo can sign in as a manager."""
        self.browser.open("/people")
        return found(LINK, self.browser.submit("/people/invite", note="Ben", role="manager"))


def report_lost(browser: Browser, device: str) -> None:
    """A key worker reports a tablet lost, from a phone."""
    browser.open("/report")
    where, when = "On the bus, line 7", "Just before noon"
    words = browser.submit("/report", tablet=device, kind="lost", where=where, when=when)
    if browser.status != 200:  # noqa: PLR2004 - HTTP's word for fine
        raise StoryError(words)


def found(pattern: re.Pattern[str], words: str) -> str:
    """The first match on a page. Raises StoryError with the page's words."""
    match = pattern.search(words)
    if match is None:
        raise StoryError(words[:500])
    return match[0]
