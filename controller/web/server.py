"""The HTTPS server: Granian inside this process's own event loop, the device API first, the site for all the rest."""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server as Granian

from controller.certificate import Certificate
from controller.web.asgi import Answer, Receive, Scope, Send, reply
from controller.web.device_api import DeviceApi
from controller.web.parts import Parts

Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

FLUSH = 3.0
"""Seconds between two writings of who held the line."""
GRACE = 5
"""Seconds that a request under way is given when the controller stops."""
BACKLOG = 1024
YOUNG = 20_000
"""New objects, beyond those that went again, before Python looks for garbage in cycles."""

log = structlog.get_logger()


class ListenError(OSError):
    """The address cannot be listened on; says why and what to do."""


@dataclass
class Server:
    """Serves until it is told to stop."""

    parts: Parts
    certificate: Certificate
    host: str
    port: int
    site: Asgi | None = None  # answers what is not the device API's
    housekeeping: Callable[[], None] = lambda: None  # called in a thread every FLUSH seconds
    started: Callable[[], None] = lambda: None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises ListenError."""
        quiet_granian()
        collect_seldom()
        check_free(self.host, self.port)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self.serve())

    async def serve(self) -> None:
        """Serve until told to stop; whoever holds the line then is answered. Raises ListenError."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        self.parts.notices.bind(loop)
        granian = self.granian()
        serving = asyncio.ensure_future(self.listen(granian))
        keeping = asyncio.ensure_future(self.keep_house())
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({serving, keeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.parts.notices.end()
            keeping.cancel()
            stopping.cancel()
            granian.stop()  # type: ignore[no-untyped-call]  # it only sets an event
        await serving

    def granian(self) -> Granian:
        """The HTTP server, not listening yet."""
        server = Granian(
            Dispatch(DeviceApi.of(self.parts), self.site),
            address=self.host,
            port=self.port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.auto,
            http1_settings=HTTP1Settings(header_read_timeout=10_000),
            websockets=False,
            backlog=BACKLOG,
            log_enabled=False,
            ssl_cert=self.certificate.path,
            ssl_key=self.certificate.key,
        )
        server.workers_kill_timeout = GRACE
        return server

    async def listen(self, granian: Granian) -> None:
        """Listen. Raises ListenError."""
        granian.on_startup(self.started)
        try:
            await granian.serve()
        except (OSError, RuntimeError) as failure:
            msg = f"cannot listen on {self.host}:{self.port} ({failure}); is another controller running?"
            raise ListenError(msg) from failure

    async def keep_house(self) -> None:
        """Write down every few seconds who held the line; a failure is told and tried again."""
        while True:
            await asyncio.sleep(FLUSH)
            try:
                await asyncio.to_thread(self.housekeeping)
            except Exception:
                log.exception("housekeeping failed; it is tried again")


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One door for both: the device API by its paths, the site for the rest."""

    api: DeviceApi
    site: Asgi | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a request where it belongs."""
        if scope["type"] != "http":
            return
        if self.api.answers(scope["path"]):
            await self.api(scope, receive, send)
        elif self.site is not None:
            await self.site(scope, receive, send)
        else:
            await reply(send, Answer(404, b"There is nothing here.", b"text/plain"))


def check_free(host: str, port: int) -> None:
    """See that nobody listens there: Granian would share the port with another controller. Raises ListenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as failure:
        msg = f"cannot listen on {host}:{port} ({failure.strerror}); is another controller running?"
        raise ListenError(msg) from failure


def collect_seldom() -> None:
    """Let Python look for garbage in cycles seldom, and not among what stands from the start: a letter leaves none."""
    gc.freeze()
    gc.set_threshold(YOUNG)


def quiet_granian() -> None:
    """What the HTTP server has to say beyond warnings is for its own developers."""
    logging.getLogger("_granian").setLevel(logging.ERROR)
