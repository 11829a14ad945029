"""One request for a page: who asks, with what, and when; and the ways to answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment
from starlette.responses import HTMLResponse, RedirectResponse, Response

from controller.records import Author
from controller.sessions import Doors, Right, Visitor
from controller.trends import day_of
from controller.web.parts import Parts
from controller.web.security import COOKIE
from controller.words import Wall

SEE_OTHER = 303
MENU = (
    ("/", "Today"),
    ("/tablets", "Tablets"),
    ("/photos", "Photos"),
    ("/networks", "Networks"),
    ("/apps", "Apps"),
    ("/journal", "Journal"),
    ("/incidents", "Incidents"),
    ("/people", "People"),
    ("/changes", "Changes"),
)


@dataclass(frozen=True)
class Visit:
    """One request for a page. Handlers take one, work in a thread of their own, and give an answer."""

    parts: Parts
    doors: Doors
    templates: Environment
    visitor: Visitor | None
    now: datetime
    path: str
    params: Mapping[str, str]  # of the path
    query: Mapping[str, str]
    form: Mapping[str, str]
    address: str  # where the request comes from
    cookie: str
    origin: str  # this site, as the browser knows it
    is_live: bool  # the page refreshes itself: nobody’s hand is at it

    @cached_property
    def wall(self) -> Wall:
        """The clock on the nursery's wall."""
        return Wall(self.now, ZoneInfo(self.parts.time_zone))

    @property
    def today(self) -> int:
        """The day on the nursery's calendar, as trends count it."""
        return day_of(self.now, self.wall.zone)

    @property
    def someone(self) -> Visitor:
        """Who is signed in; the doors have seen to it."""
        if self.visitor is None:
            msg = "a page that needs a sign-in was shown without one"
            raise RuntimeError(msg)
        return self.visitor

    @property
    def sees(self) -> bool:
        """Tell whether who is signed in may see the dashboard."""
        return self.visitor is not None and self.visitor.may(Right.SEE)

    @property
    def menu(self) -> tuple[tuple[str, str], ...]:
        """The pages that the bar leads to."""
        return MENU

    def is_at(self, path: str) -> bool:
        """Tell whether this page belongs to that entry of the bar."""
        return self.path == path or (path != "/" and self.path.startswith(f"{path}/"))

    @property
    def author(self) -> Author:
        """Who changes something, for the audit log."""
        return Author(self.someone.person.name, self.now)

    def page(self, template: str, status: int = 200, **context: object) -> Response:
        """Answer with a page."""
        common = {"visit": self, "wall": self.wall, "said": SAID.get(self.query.get("said", ""), "")}
        return HTMLResponse(self.templates.get_template(template).render(common | context), status)

    def go(self, path: str, said: str = "") -> Response:
        """Answer a form that was taken: show that page next, with a word on what was done (a key of SAID)."""
        where = quote(path, safe="/?=&%") + (f"?{urlencode({'said': said})}" if said else "")
        return RedirectResponse(where, SEE_OTHER)

    def trouble(self, message: str, status: int = 422) -> Response:
        """Answer with a page that says what did not work, and what to do."""
        return self.page("trouble.html", status, message=message)

    def signed_in(self, token: str, path: str) -> Response:
        """Give the browser its cookie, and show that page."""
        answer = self.go(path)
        answer.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="lax")
        return answer

    def signed_out(self, path: str) -> Response:
        """Take the cookie away, and show that page."""
        answer = self.go(path)
        answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return answer

    def as_nobody(self) -> "Visit":
        """The same visit without its sign-in: for pages that are the same for everyone."""
        return replace(self, visitor=None)


SAID = {
    "trusted": "The network is trusted now. Every tablet is told; on any other network it is cut off.",
    "distrusted": "The network is not trusted any more. Every tablet is told.",
    "renamed": "The name is kept.",
    "approved": "The app is approved, on every tablet.",
    "refused": "The app is refused. Have it removed where it is installed.",
    "retired": "The tablet takes no part any more. What it told is kept.",
    "released": "The tablet is listened to again.",
    "cancelled": "It was given up. Nothing of it is kept.",
    "closed": "The incident is closed. The tablet is told that it is found.",
    "ended": "That sign-in is ended, everywhere, from now on.",
    "withdrawn": "The link works no more.",
    "given-back": "The tablet is told to put it back, and does so as soon as it hears of it.",
    "given-back-before": "That was asked for before; the tablet has not told yet that it is back.",
    "noted": "It is noted that you have seen it.",
    "kept": "The photo may stay until then. The tablet is told.",
    "not-kept": "The photo may not stay: it has to be added to the journal, or removed.",
    "keep-ended": "The photo may not stay any longer: add it to the journal, or remove it. The tablet is told.",
    "rules": "The terms hold from now on. Every tablet is told.",
    "password": "Your new password holds from now on.",
}
"""What a page may say of what was just done. Only keys travel, so nobody can put words in its mouth."""
