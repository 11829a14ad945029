"""Carries TCP connections through a Unix socket, from one network namespace into another.

`python -m lab.relay tcp HOST:PORT unix PATH` listens on TCP and passes on to the socket; `unix PATH tcp HOST:PORT` the
other way round. A Unix socket belongs to no network namespace, so a pair of these joins two without any interface.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable

PIECE = 65536
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until that way ends."""
    with contextlib.suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


def joined(dial: Callable[[], Awaitable[Streams]]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]:
    """A handler that joins each connection to a new one made by `dial`."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await dial()
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, back), pump(there, writer))
        for each in (writer, back):
            each.close()

    return handle


def dialler(kind: str, where: str) -> Callable[[], Awaitable[Streams]]:
    """How to reach one end."""
    if kind == "unix":
        return lambda: asyncio.open_unix_connection(where)
    host, _, port = where.rpartition(":")
    return lambda: asyncio.open_connection(host, int(port))


async def relay(listen: tuple[str, str], dial: tuple[str, str]) -> None:
    """Listen at one end and pass on to the other until a signal ends it."""
    handler = joined(dialler(*dial))
    kind, where = listen
    if kind == "unix":
        server = await asyncio.start_unix_server(handler, where)  # type: ignore[arg-type]  # object covers a coroutine
    else:
        host, _, port = where.rpartition(":")
        server = await asyncio.start_server(handler, host, int(port))  # type: ignore[arg-type]  # as above
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with server:
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(relay((sys.argv[1], sys.argv[2]), (sys.argv[3], sys.argv[4])))
