"""How many signed check-ins a CPU-second of the controller handles, durably, against its own static reply.

A real controller, SQLite with synchronous=FULL, TLS connections that are kept, as tablets keep theirs. The CPU time is
that of the controller's process, whatever else the machine does; the load comes from this one.
"""

import asyncio
import os
import secrets
import ssl
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agreement.letters import CheckIn, Enrol, write
from agreement.sealing import Request, new_key, opened, sign, verify
from benchmarks.figures import Figure, main
from controller.records import Author, IssuedCode
from controller.store.books import SqlBooks
from controller.wiring import SETTING
from tests.fakes.tablet import now, posture
from tests.parts.running_controller import RunningController, running_controller

TABLETS = 64
"""Connections, each of one tablet."""
SECONDS = 4.0
"""How long each kind of request is sent, each time."""
AIM = 0.4
"""Of the static reply's rate."""
CHECKS = 5000
"""Signatures checked to learn what one costs."""
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Tablet:
    """One tablet that checks in as fast as it is answered."""

    device: str
    seed: bytes
    sequence: int = 0

    def health(self) -> bytes:
        """The bytes of a request for the static reply."""
        return b"GET /healthz HTTP/1.1\r\nHost: controller\r\n\r\n"

    def check_in(self) -> bytes:
        """The bytes of the next check-in."""
        self.sequence += 1
        body = write(CheckIn(self.device, self.sequence, now(), "0.1.0", 1, 1, posture(battery=self.sequence % 100)))
        headers = sign(
            Request("POST", "/v1/check-in", "", body),
            self.seed,
            self.device,
            int(time.time()),
            secrets.token_urlsafe(18),
        )
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST /v1/check-in HTTP/1.1\r\nHost: controller\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
        return head.encode() + body


def enrolled(controller: RunningController) -> list[Tablet]:
    """As many tablets as there are connections, written straight into the books."""
    tablets = []

    def job(books: SqlBooks) -> None:
        for i in range(TABLETS):
            seed, public = new_key()
            device = f"tablet-{i}"
            code = IssuedCode(device, f"Tablet {i}", SETTING, None, Author("Ada", now()).by, now(), now(), None)
            books.devices.add(device, code, Enrol("", public, "0.1.0"), now())
            tablets.append(Tablet(device, seed))

    controller.store.write(job)
    return tablets


async def talk(port: int, request: Callable[[], bytes], until: float) -> int:
    """Send one request after another over one connection; gives how many were answered with 200."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    answered = 0
    try:
        while time.monotonic() < until:
            writer.write(request())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            answered += 1
    finally:
        writer.transport.abort()
    return answered


async def everyone(port: int, requests: Sequence[Callable[[], bytes]]) -> int:
    """All tablets at once."""
    until = time.monotonic() + SECONDS
    return sum(await asyncio.gather(*(talk(port, request, until) for request in requests)))


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has used, its own and the system's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def rate(controller: RunningController, requests: Sequence[Callable[[], bytes]]) -> float:
    """Requests answered for each CPU-second of the controller."""
    if controller.process is None:
        msg = "the controller is not running"
        raise RuntimeError(msg)
    before = cpu_seconds(controller.process.pid)
    answered = asyncio.run(everyone(controller.port, requests))
    return answered / (cpu_seconds(controller.process.pid) - before)


def measure() -> Sequence[Figure]:
    """Static replies, check-ins, static replies again: the bound is the mean of what was before and after."""
    with (
        tempfile.TemporaryDirectory(prefix="safeuse-benchmark-") as folder,
        running_controller(Path(folder) / "home") as controller,
    ):
        tablets = enrolled(controller)
        health = [tablet.health for tablet in tablets]
        before = rate(controller, health)
        letters = rate(controller, [tablet.check_in for tablet in tablets])
        static = (before + rate(controller, health)) / 2
    floor = 1 / (1 / static + 1 / verified())
    name, aim = "signed check-ins a CPU-second", f"≥ {AIM} of the bound"
    return [
        Figure(name, letters, "/s", "static replies", static, aim, letters >= AIM * static),
        Figure(name, letters, "/s", "static replies, each with one Ed25519 check", floor, aim, letters >= AIM * floor),
    ]


def verified() -> float:
    """Signatures checked for each CPU-second: what no signed letter can do without."""
    seed, public = new_key()
    request = Request("POST", "/v1/check-in", "", b"{}")
    headers = {name.lower(): value for name, value in sign(request, seed, "t", 1, "n" * 24).items()}
    signed = opened(request, headers)
    began = time.process_time()
    for _ in range(CHECKS):
        verify(signed, public)
    return CHECKS / (time.process_time() - began)


if __name__ == "__main__":
    main(measure)
