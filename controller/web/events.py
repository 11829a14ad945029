"""Live pages: a stream of server-sent events that says which part of a page to fetch again, never what is in it.

A stream lives as long as its session and no longer. What rang while a browser was away costs nothing: the first event
of every stream makes the page look afresh.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from controller import sessions
from controller.notices import Watch
from controller.sessions import Right, Visitor
from controller.web.parts import Parts
from controller.web.security import COOKIE

MOST = 8
"""Streams of one session at once: as many open windows; a further one does not live."""
TICK = timedelta(seconds=15)
"""How often ages on the page are counted on, and the session is looked at."""
GATHER = timedelta(milliseconds=150)
"""Changes that come together are told together."""


class Events:
    """Answers /events."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open a stream for someone who is signed in and may see the dashboard."""
        await (await self.answer(Request(scope, receive)))(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """The stream, or why there is none."""
        cookie = request.cookies.get(COOKIE, "")
        visitor = await run_in_threadpool(self.who, cookie)
        if visitor is None:
            return Response(status_code=401)
        if not visitor.may(Right.SEE):
            return Response(status_code=403)
        if self._open[visitor.session.hash] >= MOST:
            return Response(status_code=429)
        stream = self.stream(cookie, visitor.session.hash)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    def who(self, cookie: str) -> Visitor | None:
        """Whose stream it is; a stream is nobody's hand, so it keeps no session alive."""
        return sessions.who(self.parts.store, cookie, self.parts.clock(), by_hand=False) if cookie else None

    async def stream(self, cookie: str, session: str) -> AsyncIterator[str]:
        """Tell what rang, as it rings, until the session or the controller ends."""
        with self.counted(session), self.parts.notices.watch() as watch:
            yield "retry: 2000\n\n" + event("tick")
            while not self.parts.notices.ended:
                rung = await gathered(watch)
                if not await run_in_threadpool(self.who, cookie):
                    yield event("signed-out")
                    return
                yield "".join(event(topic) for topic in sorted(rung)) or event("tick")

    @contextlib.contextmanager
    def counted(self, session: str) -> Iterator[None]:
        """Count a stream for as long as it is open."""
        self._open[session] += 1
        try:
            yield
        finally:
            self._open[session] -= 1
            self._open += Counter()  # forgets the sessions without a stream


async def gathered(watch: Watch) -> frozenset[str]:
    """What rang, with what rings right after it; nothing after a tick. A single tablet's standing is not for pages."""
    rung = await watch.wait(TICK.total_seconds())
    if rung:
        await asyncio.sleep(GATHER.total_seconds())
        rung |= await watch.wait(0)
    return frozenset(topic for topic in rung if "/" not in topic)


def event(name: str) -> str:
    """One event; browsers drop those without data."""
    return f"event: {name}\ndata: .\n\n"
