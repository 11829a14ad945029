"""A door from the machine's loopback into a namespace: for a browser outside to see a dashboard inside.

The listening socket is made outside and handed to a process inside, since a socket stays in the namespace it was born
in. `python -m lab.doorway FD IP PORT` is that process; `opened` starts it.
"""

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PIECE = 1 << 16
ENDS_WITHIN = 5.0
"""Seconds that the process may take to end."""


@contextmanager
def opened(inside: Sequence[str], ip: str, port: int, outside: int = 0) -> Iterator[int]:
    """Open a door to an address inside, and give its port on 127.0.0.1. Raises OSError when `outside` is taken."""
    with socket.create_server(("127.0.0.1", outside)) as listener:
        number = listener.fileno()
        line = [*inside, sys.executable, "-m", "lab.doorway", str(number), ip, str(port)]
        process = subprocess.Popen(line, pass_fds=[number])
        try:
            yield listener.getsockname()[1]
        finally:
            process.terminate()
            process.wait(ENDS_WITHIN)


async def serve(listener: socket.socket, ip: str, port: int) -> None:
    """Let everyone through until cancelled."""

    async def let_through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection(ip, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(carry(reader, inner_writer), carry(inner_reader, writer))

    async with await asyncio.start_server(let_through, sock=listener) as server:
        await server.serve_forever()


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until that side has no more to say."""
    with contextlib.suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


def main() -> None:
    """Run inside, until told to end."""
    number, ip, port = sys.argv[1:]
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(socket.socket(fileno=int(number)), ip, int(port)))


if __name__ == "__main__":
    main()
