"""An export arrives in pieces, by the tus protocol (tus.io, version 1.0.0: core, creation, termination).

Who may hand one in is checked at every piece: signed in, a manager, from a page of this controller, with the secret of
the session. A piece goes onto the shelf sealed, page by page, and never whole into memory. What does not fill a page
when a line drops is sent again: how far an upload is, its own file says.
"""

import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from agreement.drawers import PAGE
from agreement.exports.reading import HEAD, check_head
from agreement.exports.refusals import ExportError
from controller import sessions
from controller.imported import Import, ImportState
from controller.journal.beginning import begin_by_browser, complete, progressed, upload_of
from controller.journal.ending import End, JournalError, end
from controller.records import Author
from controller.sessions import Right, Visitor
from controller.shelves import filling
from controller.web.parts import Parts
from controller.web.security import COOKIE, FormError, check_csrf, check_origin

VERSION: Final = {"tus-resumable": "1.0.0"}
NUMBER: Final = re.compile(r"[0-9]{1,15}")
OCTETS: Final = "application/offset+octet-stream"
MAX_PIECE: Final = 64 * 1024 * 1024
"""Bytes of one piece. Pages send 8 MiB at a time."""
HUNG_UP: Final = 499
AT_ONCE: Final = 256 * 1024
"""Bytes that are gathered before they are sealed; what an upload costs in memory."""


class PieceError(ValueError):
    """A piece that is not taken; `status` is the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the status beside the sentence for people."""
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of an upload: where it begins, and how long it is."""

    offset: int
    length: int


@dataclass
class Uploads:
    """Answers /journal/uploads and what is below it."""

    parts: Parts
    _busy: set[str] = field(default_factory=set)

    def routes(self) -> list[Route]:
        """The routes, each with its method."""
        one = "/journal/uploads/{token}"
        return [
            Route("/journal/uploads", self.door(self.create), methods=["POST"]),
            Route(one, self.door(self.look), methods=["HEAD"]),
            Route(one, self.door(self.take), methods=["PATCH"]),
            Route(one, self.door(self.cancel), methods=["DELETE"]),
        ]

    def door(
        self, answer: Callable[[Request, Visitor], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Let through who may hand in an export; say plainly what is refused."""

        async def guarded(request: Request) -> Response:
            try:
                return await answer(request, await run_in_threadpool(self.visitor, request))
            except (FormError, PieceError) as refused:
                return await refuse(request, refused.status, str(refused))
            except (JournalError, ExportError) as refused:
                return await refuse(request, 422, str(refused))
            except ClientDisconnect:
                return Response(status_code=HUNG_UP)

        return guarded

    def visitor(self, request: Request) -> Visitor:
        """Who asks. Raises FormError, PieceError."""
        check_origin(request)
        cookie = request.cookies.get(COOKIE, "")
        visitor = sessions.who(self.parts.store, cookie, self.parts.clock()) if cookie else None
        if visitor is None:
            raise PieceError(401, "Your sign-in has ended. Sign in again, and choose the same file: it goes on.")
        if not visitor.may(Right.DECIDE):
            raise PieceError(403, "Handing in the journal is for the manager.")
        check_csrf({"csrf": request.headers.get("x-csrf", "")}, visitor.csrf)
        return visitor

    async def create(self, request: Request, visitor: Visitor) -> Response:
        """POST: an upload begins. Raises PieceError, JournalError."""
        size = number(request.headers, "upload-length")
        author, parts = self.author(visitor), self.parts
        held = await run_in_threadpool(begin_by_browser, parts.store, parts.shelves, visitor.person.id, size, author)
        return Response(status_code=201, headers=VERSION | {"location": f"/journal/uploads/{held.token}"})

    async def look(self, request: Request, visitor: Visitor) -> Response:
        """HEAD: how far an upload is. Raises PieceError."""
        held = await run_in_threadpool(self.held, request, visitor)
        got = await run_in_threadpool(self.received, held)
        return Response(headers=VERSION | {"upload-offset": str(got), "upload-length": str(held.size)})

    async def take(self, request: Request, visitor: Visitor) -> Response:
        """PATCH: one more piece. Raises PieceError, ExportError."""
        held = await run_in_threadpool(self.held, request, visitor)
        if held.token in self._busy:
            raise PieceError(423, "Another window is handing in this file at this moment.")
        self._busy.add(held.token)
        try:
            piece = await run_in_threadpool(self.check, request, held)
            await self.fill(request, held, piece)
            return await run_in_threadpool(self.taken, held, visitor)
        finally:
            self._busy.discard(held.token)

    async def cancel(self, request: Request, visitor: Visitor) -> Response:
        """DELETE: it is not to be, after all. Raises PieceError."""
        held = await run_in_threadpool(self.held, request, visitor)
        how = End(ImportState.CANCELLED, "", self.author(visitor))
        await run_in_threadpool(end, self.parts.store, self.parts.shelves, held.id, how)
        return Response(status_code=204, headers=VERSION)

    def author(self, visitor: Visitor) -> Author:
        """Who does it, for the audit log."""
        return Author(visitor.person.name, self.parts.clock())

    def held(self, request: Request, visitor: Visitor) -> Import:
        """The upload that is meant. Raises PieceError: one that is somebody else's is not there."""
        held = upload_of(self.parts.store, request.path_params["token"], visitor.person.id)
        if held is None:
            raise PieceError(404, "There is no such upload, or it has ended. Choose the file anew.")
        return held

    def key(self, held: Import) -> bytes:
        """The key of an upload. Raises PieceError."""
        key = self.parts.shelves.key(held.key)
        if key is None:
            raise PieceError(404, "The key of this upload is gone. Choose the file anew.")
        return key

    def received(self, held: Import) -> int:
        """Bytes that are safely here. Raises PieceError."""
        return self.parts.shelves.received(held.id, self.key(held), held.size)

    def check(self, request: Request, held: Import) -> Piece:
        """See that a piece follows what is here and fits. Raises PieceError."""
        if request.headers.get("content-type", "") != OCTETS:
            raise PieceError(415, f"A piece is sent as {OCTETS}.")
        piece = Piece(number(request.headers, "upload-offset"), number(request.headers, "content-length"))
        if piece.offset != self.received(held):
            raise PieceError(
                409, "This piece does not follow what is here. Ask how far the upload is, and go on there."
            )
        if piece.length > MAX_PIECE or piece.offset + piece.length > held.size:
            raise PieceError(413, "This piece is longer than what is missing, or than a piece may be.")
        if piece.length < PAGE and piece.offset + piece.length < held.size:
            raise PieceError(400, f"A piece has at least {PAGE} bytes, the last one apart.")
        return piece

    async def fill(self, request: Request, held: Import, piece: Piece) -> None:
        """Seal a piece away as it arrives. Raises PieceError, ExportError; then what was sealed stays."""
        self.parts.shelves.place(held.id)
        with filling(self.parts.shelves.upload(held.id), self.key(held)) as sealed:
            got = 0
            async for content in gathered(request):
                if not got and not piece.offset:
                    await run_in_threadpool(self.check_beginning, held, content)
                got += len(content)
                if got > piece.length:
                    raise PieceError(413, "This piece is longer than it said.")
                await run_in_threadpool(sealed.write, content)
            if piece.offset + got == held.size:
                await run_in_threadpool(sealed.finish)  # the last page need not be full; any other is sent again

    def check_beginning(self, held: Import, content: bytes) -> None:
        """Refuse at once what cannot be an export: a PDF, say. Raises ExportError."""
        try:
            check_head(content[:HEAD])
        except ExportError as refused:
            how = End(ImportState.REFUSED, str(refused), Author("Safeuse", self.parts.clock()))
            end(self.parts.store, self.parts.shelves, held.id, how)
            raise

    def taken(self, held: Import, visitor: Visitor) -> Response:
        """Say how far the upload is now. Raises PieceError."""
        got, author = self.received(held), self.author(visitor)
        if got == held.size:
            complete(self.parts.store, held.id, author)
        else:
            progressed(self.parts.store, held.id, author)
        return Response(status_code=204, headers=VERSION | {"upload-offset": str(got)})


async def gathered(request: Request) -> AsyncIterator[bytes]:
    """A body in pieces that are worth a thread's while, the first of them at once. Raises ClientDisconnect."""
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        if len(held) >= AT_ONCE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def number(headers: Mapping[str, str], name: str) -> int:
    """A header that is a whole number. Raises PieceError."""
    text = headers.get(name, "")
    if not NUMBER.fullmatch(text):
        raise PieceError(400, f"{name} must be a whole number.")
    return int(text)


async def refuse(request: Request, status: int, message: str) -> Response:
    """A refusal in one sentence, for the page to show.

    The rest of the piece is let pass first: a browser that is still sending would never read the sentence.
    """
    if NUMBER.fullmatch(length := request.headers.get("content-length", "0")) and int(length) <= MAX_PIECE:
        with contextlib.suppress(ClientDisconnect, RuntimeError):  # it hung up, or everything was read already
            async for _chunk in request.stream():
                pass
    return Response(message, status, headers=VERSION, media_type="text/plain")
