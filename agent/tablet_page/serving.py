"""Serves the page until it is over: on loopback, at a port that the system chooses, to this person's browser."""

import socket
import threading
from collections.abc import Callable

import uvicorn

from agent.tablet_page.guard import LOOPBACK, Guard
from agent.tablet_page.line import Line
from agent.tablet_page.pictures import Artist, Pictures
from agent.tablet_page.site import Site
from agent.tablet_page.visit import Visit

LOOK_EVERY = 1.0
"""Seconds between two looks whether the page is over."""

Opened = Callable[[int, str], Callable[[], None]]
"""Hands port and token to a browser; gives what is to be done once the token can no longer be used."""


def serve(line: Line, opened: Opened) -> bool:
    """Serve until the page is left, untouched for long, or the agent is gone; True when somebody came in.

    `opened` is called once the page listens; what it raises ends the page.
    """
    artist = Artist()
    visit = Visit(line, Pictures(artist))
    with socket.create_server((LOOPBACK, 0)) as listener:
        port: int = listener.getsockname()[1]
        server = uvicorn.Server(configured(visit, port))
        spent = opened(port, visit.entry.token)
        ending = threading.Thread(target=end_with, args=(visit, server, spent), daemon=True)
        ending.start()
        try:
            server.run([listener])
        finally:
            visit.leave()
            ending.join()
            artist.close()
    return visit.entry.was_used


def configured(visit: Visit, port: int) -> uvicorn.Config:
    """A server that says and logs nothing about itself or its visitors."""
    return uvicorn.Config(
        Guard(Site(visit).app(), port),
        lifespan="off",
        loop="asyncio",
        http="h11",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )


def end_with(visit: Visit, server: uvicorn.Server, spent: Callable[[], None]) -> None:
    """Clear the token away once it is spent; end the server when the visit is over."""
    while visit.entry.is_waiting(visit.now()) and not visit.is_over():
        visit.wait(LOOK_EVERY)
    spent()
    while not visit.is_over():
        visit.wait(LOOK_EVERY)
    server.should_exit = True
