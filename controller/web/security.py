"""What every page is sent with, and what every form must bring.

No script and no style stands within a page, so the policy allows none there. A form counts only when it comes from a
page of this controller (Origin, else Referer) and brings the secret of its session. Bodies are bounded.
"""

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "__Host-safeuse"
"""The prefix makes browsers insist on Secure, on the whole site, and on this host alone (RFC 6265bis)."""
MAX_FORM = 64 * 1024
"""Bytes of a form."""
MAX_FIELDS = 50
FORM = "application/x-www-form-urlencoded"
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class FormError(ValueError):
    """A form that must not count; `status` is the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the status beside the sentence for people."""
        super().__init__(message)
        self.status = status


class Headers:
    """Adds the headers of HEADERS to every answer; nothing but what says otherwise is kept by a browser."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers."""

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, dressed)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form that was sent from a page of ours. Raises FormError."""
    check_origin(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise FormError(415, "This form was not sent as a browser sends it.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_FORM:
            raise FormError(413, "This form is too long.")
    return fields_of(bytes(body))


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a form; of several with one name the last counts. Raises FormError."""
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"))
    except ValueError as wrong:
        raise FormError(400, "This form cannot be read.") from wrong


def check_origin(request: Request) -> None:
    """See that a form comes from a page of this controller. Raises FormError."""
    here = (request.url.scheme, request.url.netloc)
    came = request.headers.get("origin") or request.headers.get("referer") or ""
    parts = urlsplit(came)
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin" or (parts.scheme, parts.netloc) != here:
        raise FormError(403, "This form came from another site, so it does not count.")


def check_csrf(form: Mapping[str, str], secret: str) -> None:
    """See that a form brings the secret of its session. Raises FormError."""
    if not hmac.compare_digest(form.get("csrf", "").encode(), secret.encode()):
        raise FormError(403, "This form is from an earlier sign-in. Go back, load the page anew, and try once more.")


def inner_path(wanted: str) -> str:
    """Where to go after signing in: a path of this site, or the first page; never another site."""
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return wanted if ours and wanted.isprintable() and "\\" not in wanted else "/"
