"""The device API: bare ASGI, since every tablet asks it all day. Its words are those of agreement/letters.py.

A request is checked in this order: its size, its signature's form, whether the tablet is known, the signature itself,
its time, its nonce; only then is the letter read. A refusal is a Problem; there is no other answer, and never a 500.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from zoneinfo import ZoneInfo

import structlog

from agreement.letters import Enrol, Problem, RefusedError, Standing, read, write
from agreement.sealing import Request
from controller import enrol, standings
from controller.doorkeeper import Doorkeeper
from controller.limits import Limiter
from controller.notices import Notices, standing_of
from controller.presence import Presence
from controller.receive import read_letter, receive
from controller.records import DeviceState, Proof
from controller.refusals import REFUSALS, RefusalError, problem, sentence
from controller.seams import Clock, Store
from controller.web.asgi import Answer, GoneError, Receive, Scope, Send, headers_of, query_of, reply, whole_body
from controller.web.journal_api import JournalApi
from controller.web.openapi import description
from controller.web.parts import Parts

LONGEST_WAIT = 55
"""Seconds that a long poll is held: shorter than the minute after which many a router forgets a connection."""
PROBLEM = b"application/problem+json"
WAIT = re.compile(r"seen=(?P<seen>[0-9]{1,16})&wait=(?P<wait>[0-9]{1,4})")
HEALTHY = b'{"status":"ok"}'
WRONG_CODES = 10
"""Wrong enrolment codes a minute that are taken from one address."""

log = structlog.get_logger()


@dataclass
class DeviceApi:
    """The endpoints that tablets use."""

    store: Store
    doorkeeper: Doorkeeper
    notices: Notices
    presence: Presence
    clock: Clock
    journal: JournalApi
    zone: tzinfo  # of the nursery's calendar

    @classmethod
    def of(cls, parts: Parts) -> "DeviceApi":
        """The device API on these parts."""
        journal = JournalApi(parts.store, parts.doorkeeper, parts.presence, parts.clock, parts.shelves, parts.fetched)
        zone = ZoneInfo(parts.time_zone)
        return cls(parts.store, parts.doorkeeper, parts.notices, parts.presence, parts.clock, journal, zone)

    def __post_init__(self) -> None:
        """Lay out the routes."""
        self._wrong_codes = Limiter(WRONG_CODES, timedelta(minutes=1))
        self._description = description()
        self._routes: dict[str, dict[str, Callable[[Scope, Receive], Awaitable[Answer]]]] = {
            "/v1/check-in": {"POST": self.check_in},
            "/v1/standing": {"GET": self.standing},
            "/v1/enrol": {"POST": self.enrol},
            "/v1/openapi.json": {"GET": self.openapi},
            "/healthz": {"GET": self.healthz},
        }

    def answers(self, path: str) -> bool:
        """Tell whether this path belongs to the device API."""
        return path.startswith("/v1/") or path == "/healthz"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self.route(scope)(scope, receive)
        except RefusalError as refusal:
            answer = self.refused(scope, refusal)
        except GoneError:
            return
        except Exception:
            log.exception("not stored", path=scope["path"])
            answer = told(problem("not_stored", self.clock()))
        await reply(send, answer)

    def route(self, scope: Scope) -> Callable[[Scope, Receive], Awaitable[Answer]]:
        """Find the endpoint. Raises RefusalError: not_found, wrong_method."""
        methods = self._routes.get(scope["path"]) or self.journal.methods(scope["path"])
        if methods is None:
            raise RefusalError("not_found")
        endpoint = methods.get(scope["method"])
        if endpoint is None:
            raise RefusalError("wrong_method")
        return endpoint

    def refused(self, scope: Scope, refusal: RefusalError) -> Answer:
        """Tell a refusal, and leave a line in the log."""
        log.warning("refused", code=refusal.code, path=scope["path"], address=address_of(scope), why=refusal.detail)
        return told(problem(refusal.code, self.clock(), refusal.detail, refusal.standing))

    async def check_in(self, scope: Scope, receive_body: Receive) -> Answer:
        """POST /v1/check-in: a CheckIn, signed; a Receipt."""
        body = await whole_body(scope, receive_body)
        now = self.clock()
        signed = self.doorkeeper.admit(Request("POST", "/v1/check-in", query_of(scope), body), headers_of(scope), now)
        arrived = read_letter(body, signed.keyid)
        proof = Proof(signed.created, signed.nonce)
        receipt = await self.store.ask(lambda books: receive(books, arrived, proof, now, self.zone))
        if isinstance(receipt, Problem):
            log.warning("refused", code=receipt.code, path=scope["path"], device=signed.keyid, why=receipt.detail)
            return told(receipt)
        return Answer(200, write(receipt))

    async def standing(self, scope: Scope, receive_body: Receive) -> Answer:
        """GET /v1/standing?seen=N&wait=SECONDS, signed: a Standing as soon as there is a newer one, or 204."""
        now = self.clock()
        signed = self.doorkeeper.admit(Request("GET", "/v1/standing", query_of(scope)), headers_of(scope), now)
        seen, wait = asked(query_of(scope))
        self.presence.heard(signed.keyid, now)
        standing = await self.hold(signed.keyid, seen, wait, receive_body)
        self.presence.heard(signed.keyid, self.clock())
        return Answer(204, b"") if standing is None else Answer(200, write(standing))

    async def hold(self, device: str, seen: int, wait: int, receive_body: Receive) -> Standing | None:
        """Hold the line until there is a newer standing. Raises RefusalError, GoneError."""
        with self.notices.watch(standing_of(device)) as watch:
            hung_up = asyncio.ensure_future(gone(receive_body))
            try:
                async with asyncio.timeout(wait):
                    while (standing := self.newer(device, seen)) is None and not self.notices.ended:
                        rung = asyncio.ensure_future(watch.wait(wait + 1))
                        await asyncio.wait({rung, hung_up}, return_when=asyncio.FIRST_COMPLETED)
                        rung.cancel()
                        if hung_up.done():
                            raise GoneError
                    return standing
            except TimeoutError:
                return None
            finally:
                hung_up.cancel()

    def newer(self, device: str, seen: int) -> Standing | None:
        """The standing, if newer than the one that was seen. Raises RefusalError: retired, or why it is held."""
        with self.store.read() as books:
            card = books.letters.card(device)
            if card is None or card.state is DeviceState.RETIRED:
                raise RefusalError("retired")
            if card.state is DeviceState.HELD:
                raise RefusalError(card.held_code, standing=standings.if_lost(books, device))
            return standings.of(books, device) if card.standing > seen else None

    async def enrol(self, scope: Scope, receive_body: Receive) -> Answer:
        """POST /v1/enrol: an Enrol with a code's secret; an Enrolled."""
        body = await whole_body(scope, receive_body)
        now, address = self.clock(), address_of(scope)
        if not self._wrong_codes.may(address, now):
            raise RefusalError("slow_down")
        try:
            letter = read(body, Enrol)
        except RefusedError as refused:
            raise RefusalError("malformed", sentence(refused)) from refused
        answer = await self.store.ask(lambda books: enrol.enrol(books, letter, now))
        if isinstance(answer, Problem):
            self._wrong_codes.tried(address, now)
            log.warning("refused", code=answer.code, path=scope["path"], address=address)
            return told(answer)
        log.info("enrolled", device=answer.device, address=address)
        return Answer(200, write(answer))

    async def openapi(self, _scope: Scope, _receive: Receive) -> Answer:
        """GET /v1/openapi.json: this API, described."""
        return Answer(200, self._description)

    async def healthz(self, _scope: Scope, _receive: Receive) -> Answer:
        """GET /healthz: the process answers."""
        return Answer(200, HEALTHY)


def asked(query: str) -> tuple[int, int]:
    """What was seen, and how many seconds to wait. Raises RefusalError: malformed."""
    given = WAIT.fullmatch(query)
    if given is None:
        raise RefusalError("malformed", "The query is seen=N&wait=SECONDS, whole numbers both.")
    return int(given["seen"]), min(int(given["wait"]), LONGEST_WAIT)


def address_of(scope: Scope) -> str:
    """Who asks, for the log and for counting."""
    client = scope.get("client")
    return str(client[0]) if client else ""


async def gone(receive_body: Receive) -> None:
    """Wait until the client hangs up."""
    while (await receive_body())["type"] != "http.disconnect":
        pass


def told(refusal: Problem) -> Answer:
    """A refusal as an answer."""
    return Answer(REFUSALS[refusal.code].status, write(refusal), PROBLEM)
