"""What stands before every page: who asks, for which host, from which site. And what every answer is sent with.

The page is for one person's own browser. So a request counts only when the system says that its connection is of this
very account, when it names this host and port, and when it comes from a page of ours. The rest is for the session.
"""

import os
import socket
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONNECTIONS = Path("/proc/net/tcp")
ESTABLISHED = "01"
LOOPBACK = "127.0.0.1"
OPEN_TO_ANY_SITE = "/enter"
"""Where the file that the browser is handed posts its token: a file has no site of its own."""

HEADERS = {
    "content-security-policy": "default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'self'; "
    "style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # without a referrer Chromium names no origin when it sends a form
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
}
NOT_YOURS = "This page is for the person who opened it."
WRONG_HOST = "Nothing is served under this name."
OTHER_SITE = "This came from another site, so it does not count."
WRONG_METHOD = "A page here is read, or a form is sent to it."
Account = Callable[[int, int], int | None]


def account_of(client: int, server: int, table: Path = CONNECTIONS) -> int | None:
    """Whose connection this is: from the port of a client to a port of ours, both on loopback. None when not known.

    The kernel's table tells it (man 5 proc: /proc/net/tcp): local address, remote address, state, and the account.
    """
    address = f"{struct.unpack('=I', socket.inet_aton(LOOPBACK))[0]:08X}"
    wanted = [f"{address}:{client:04X}", f"{address}:{server:04X}", ESTABLISHED]
    for line in table.read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[1:4] == wanted:
            return int(fields[7])
    return None


class Guard:
    """Turns away whatever is not this person's own browser on a page of ours."""

    def __init__(self, app: ASGIApp, port: int, account: Account = account_of) -> None:
        self._app, self._port, self._account = app, port, account
        self._hosts = {f"{LOOPBACK}:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse; each time with the headers."""

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if scope["type"] != "http":  # a WebSocket, which nothing here uses
            return
        refusal = self.refusal(scope)
        app = PlainTextResponse(refusal[1], refusal[0]) if refusal else self._app
        await app(scope, receive, dressed)

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Why a request does not count, with its status; None when it may."""
        headers, method, path = Headers(scope=scope), scope["method"], scope["path"]
        if not self.is_own(scope.get("client")):
            return 403, NOT_YOURS
        if headers.getlist("host") not in [[host] for host in self._hosts]:
            return 421, WRONG_HOST
        if method not in {"GET", "HEAD", "POST"}:
            return 405, WRONG_METHOD
        if path != OPEN_TO_ANY_SITE and not is_from_here(headers, method):
            return 403, OTHER_SITE
        return None

    def is_own(self, client: tuple[str, int] | None) -> bool:
        """Tell whether a connection is of the account that this page runs as, by the kernel's word."""
        return client is not None and client[0] == LOOPBACK and self._account(client[1], self._port) == os.geteuid()


def is_from_here(headers: Mapping[str, str], method: str) -> bool:
    """Tell whether a request comes from a page of ours, or from the person's own hand (an address typed in)."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if method == "POST":
        return origin == f"http://{headers['host']}" and site in {None, "same-origin"}
    return site in {None, "none", "same-origin"} and origin in {None, f"http://{headers['host']}"}
