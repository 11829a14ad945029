"""What tablets ask about the journal: which imports there are, the fingerprints in each, and one picture at a time.

A tablet finds out by itself which pictures may be its own photos, and claims those that are. A picture is opened
on its way out, page by page. How many were fetched is logged, never which.
"""

import asyncio
import gzip
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final, TypeVar

from agreement.drawers import Drawer
from agreement.exports.refusals import ExportError
from agreement.imports import ClaimList, Granted, read_claims, write
from agreement.letters import RefusedError
from agreement.sealing import Request
from controller.doorkeeper import Doorkeeper
from controller.journal import claiming, offering
from controller.journal.fetched import Fetched
from controller.journal.offering import Shelved
from controller.presence import Presence
from controller.refusals import RefusalError, sentence
from controller.seams import Books, Clock, Store
from controller.shelves import Shelves, drawer
from controller.web.asgi import Answer, Endpoint, Receive, Scope, headers_of, query_of, whole_body

LIST: Final = re.compile(r"/v1/imports")
INDEX: Final = re.compile(r"/v1/imports/(?P<number>[1-9][0-9]{0,8})/index")
CLAIMS: Final = re.compile(r"/v1/imports/(?P<number>[1-9][0-9]{0,8})/claims")
PICTURE: Final = re.compile(r"/v1/pictures/(?P<digest>[0-9a-f]{64})")
AFTER_NUMBER: Final = re.compile(r"after=(?P<after>[0-9]{1,9})")
AFTER_DIGEST: Final = re.compile(r"(?:after=(?P<after>[0-9a-f]{64})?)?")
OCTETS: Final = b"application/octet-stream"
ZIPPED: Final = 256
"""Bytes from which an answer is worth packing."""

T = TypeVar("T")


@dataclass
class JournalApi:
    """The endpoints about the journal."""

    store: Store
    doorkeeper: Doorkeeper
    presence: Presence
    clock: Clock
    shelves: Shelves
    fetched: Fetched
    _fetching: set[str] = field(default_factory=set)
    _claiming: set[str] = field(default_factory=set)

    def methods(self, path: str) -> dict[str, Endpoint] | None:
        """How this path may be asked for; None when there is nothing."""
        if LIST.fullmatch(path):
            return {"GET": self.list}
        if INDEX.fullmatch(path):
            return {"GET": self.index}
        if CLAIMS.fullmatch(path):
            return {"POST": self.claims}
        return {"GET": self.picture} if PICTURE.fullmatch(path) else None

    async def list(self, scope: Scope, _receive: Receive) -> Answer:
        """GET /v1/imports?after=N, signed: an ImportList."""
        device = self.admit(scope)
        after = int(asked(AFTER_NUMBER, query_of(scope))["after"])
        return Answer(200, write(await self.look(lambda books: offering.ready(books, device, after))))

    async def index(self, scope: Scope, _receive: Receive) -> Answer:
        """GET /v1/imports/N/index?after=ID, signed: an IndexPage, the first without ID; packed if it may be."""
        device = self.admit(scope)
        number = int(asked(INDEX, scope["path"])["number"])
        after = asked(AFTER_DIGEST, query_of(scope))["after"] or ""
        page = write(await self.look(lambda books: offering.page(books, device, number, after)))
        if len(page) < ZIPPED or not takes_gzip(scope):
            return Answer(200, page)
        packed = await asyncio.to_thread(gzip.compress, page, 6)
        return Answer(200, packed, headers=((b"content-encoding", b"gzip"),))

    async def picture(self, scope: Scope, _receive: Receive) -> Answer:
        """GET /v1/pictures/ID, signed: the picture's bytes."""
        device = self.admit(scope)
        digest = asked(PICTURE, scope["path"])["digest"]
        if query_of(scope):
            raise RefusalError("malformed", "A picture is asked for without a query.")
        found = await self.look(lambda books: offering.picture(books, device, digest))
        if device in self._fetching:
            raise RefusalError("one_at_a_time")
        stack = ExitStack()
        opened = await asyncio.to_thread(self.open, stack, found, digest)
        return Answer(200, b"", OCTETS, pieces=self.pieces(device, found, opened, stack), length=found.size)

    def open(self, stack: ExitStack, found: Shelved, digest: str) -> Drawer:
        """Open a sealed picture. Raises RefusalError: picture_gone, also when only a part of it is there."""
        key = self.shelves.key(found.held.key)
        if key is None:
            raise RefusalError("picture_gone")
        try:
            opened = stack.enter_context(drawer(self.shelves.picture(found.held.id, digest), key))
        except ExportError as gone:
            raise RefusalError("picture_gone") from gone
        if opened.size != found.size:
            stack.close()
            raise RefusalError("picture_gone")
        return opened

    async def pieces(
        self, device: str, found: Shelved, opened: Drawer, stack: ExitStack
    ) -> AsyncGenerator[bytes, None]:
        """The picture page by page; a page that does not open breaks the answer off, which the tablet notices."""
        self._fetching.add(device)
        pages = opened.pages()
        try:
            while page := await asyncio.to_thread(next, pages, b""):
                yield page
            self.fetched.count(device, found.held.number or 0)
        finally:
            self._fetching.discard(device)
            stack.close()

    async def claims(self, scope: Scope, receive: Receive) -> Answer:
        """POST /v1/imports/N/claims: a ClaimList, signed; a Granted, durable when it is answered."""
        body = await whole_body(scope, receive)
        device = self.admit(scope, body)
        number = int(asked(CLAIMS, scope["path"])["number"])
        if query_of(scope):
            raise RefusalError("malformed", "Pictures are claimed without a query.")
        if device in self._claiming:
            raise RefusalError("one_at_a_time")
        self._claiming.add(device)
        try:
            return Answer(200, write(await self.granted(device, number, claims_in(body))))
        finally:
            self._claiming.discard(device)

    async def granted(self, device: str, number: int, claims: ClaimList) -> Granted:
        """Which of these claims stand. Those that came before are not written again. Raises RefusalError."""

        def before(books: Books) -> Granted | None:
            claiming.check(books, device, number, claims)
            return claiming.known(books, claims)

        if stood := await self.look(before):
            return stood
        now = self.clock()
        return await self.store.ask(lambda books: claiming.claim(books, device, claims, now))

    def admit(self, scope: Scope, body: bytes = b"") -> str:
        """Who asks. Raises RefusalError."""
        now = self.clock()
        request = Request(scope["method"], scope["path"], query_of(scope), body)
        signed = self.doorkeeper.admit(request, headers_of(scope), now)
        self.presence.heard(signed.keyid, now)
        return signed.keyid

    async def look(self, question: Callable[[Books], T]) -> T:
        """Ask the books, in a thread. Raises what the question raises."""

        def looked() -> T:
            with self.store.read() as books:
                return question(books)

        return await asyncio.to_thread(looked)


def asked(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    """The parts of a path or a query. Raises RefusalError: malformed."""
    found = pattern.fullmatch(text)
    if found is None:
        raise RefusalError(
            "malformed",
            "The query is after=N for imports, after=ID for an index; the first page is asked for without ID.",
        )
    return found


def claims_in(body: bytes) -> ClaimList:
    """The claims in a letter. Raises RefusalError: malformed."""
    try:
        return read_claims(body)
    except RefusedError as refused:
        raise RefusalError("malformed", sentence(refused)) from refused


def takes_gzip(scope: Scope) -> bool:
    """Tell whether an answer may be packed."""
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])
