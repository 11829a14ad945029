"""How a browser is let in: a token that counts once and soon, and then a cookie that lasts as long as the browser.

Both are 256 random bits. They are kept as digests, so that comparing them takes as long whatever is guessed.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response

COOKIE = "safeuse-photos"
GOOD_FOR = 60.0
"""Seconds from making a token to using it: a browser that starts on a slow tablet needs a while."""

BITS = 32


@dataclass
class Entry:
    """The one session of one page. Times are seconds on a clock that only goes forward."""

    made_at: float
    token: str = field(default_factory=lambda: secrets.token_urlsafe(BITS))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(BITS))
    was_used: bool = False  # somebody was let in
    _session: str = ""

    def redeem(self, token: str, now: float) -> str | None:
        """The session's secret for the token; None when it is wrong, used, or too old."""
        if not self.token or now - self.made_at > GOOD_FOR or not same(token, self.token):
            return None
        self.token, self._session, self.was_used = "", secrets.token_urlsafe(BITS), True
        return self._session

    def is_waiting(self, now: float) -> bool:
        """Tell whether the token can still be used."""
        return bool(self.token) and now - self.made_at <= GOOD_FOR

    def knows(self, cookies: Mapping[str, str]) -> bool:
        """Tell whether a browser brings the session's secret."""
        return bool(self._session) and same(cookies.get(COOKIE, ""), self._session)

    def accepts(self, form: Mapping[str, str]) -> bool:
        """Tell whether a form brings the secret of this session's forms."""
        return same(form.get("csrf", ""), self.csrf)

    def end(self) -> None:
        """Let nobody in any more."""
        self.token = self._session = ""


def same(one: str, other: str) -> bool:
    """Compare two secrets."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def give_cookie(answer: Response, secret: str) -> None:
    """Hand the session to the browser: for pages of ours alone, out of reach of scripts, until the browser ends."""
    answer.set_cookie(COOKIE, secret, path="/", httponly=True, samesite="strict")


def cookies(header: str) -> Mapping[str, str]:
    """The cookies of a request; none where they cannot be read."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
