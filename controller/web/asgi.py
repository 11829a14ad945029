"""Bare ASGI, as far as the device API needs it: parts of a request, and an answer that is whole or comes in pieces."""

from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from agreement.letters import MAX_BODY
from controller.refusals import RefusalError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Endpoint = Callable[[Scope, Receive], Awaitable["Answer"]]

WANTED = frozenset({b"signature", b"signature-input", b"content-digest"})
JSON = b"application/json"
DIGITS = 18
"""Digits of a whole number that are looked at; more say no more."""


class GoneError(Exception):
    """The client hung up: there is nobody to answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; a long body comes in pieces, and its length is said beforehand."""

    status: int
    body: bytes
    kind: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()
    pieces: AsyncGenerator[bytes, None] | None = None
    length: int = 0  # of the pieces


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers that carry the signature."""
    return {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in WANTED}


def query_of(scope: Scope) -> str:
    """The query as it was sent, without its question mark."""
    query = scope["query_string"]
    return query.decode("latin-1") if isinstance(query, bytes) else str(query)


async def whole_body(scope: Scope, receive_body: Receive) -> bytes:
    """Read a body of at most MAX_BODY bytes, and not a byte more. Raises RefusalError: too_large; GoneError."""
    if declared(scope) > MAX_BODY:
        raise RefusalError("too_large")
    pieces: list[bytes] = []
    size = 0
    while (message := await receive_body())["type"] == "http.request":
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > MAX_BODY:
            raise RefusalError("too_large")
        if not message.get("more_body"):
            return b"".join(pieces)
    raise GoneError


def declared(scope: Scope) -> int:
    """The length that the client declared; 0 when it declared none, or nonsense."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value[:DIGITS]) if value.isdigit() else 0
    return 0


async def reply(send: Send, answer: Answer) -> None:
    """Send an answer."""
    headers = [
        (b"content-type", answer.kind),
        (b"content-length", b"%d" % (len(answer.body) if answer.pieces is None else answer.length)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.pieces is not None:
        async with aclosing(answer.pieces) as pieces:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": answer.body})
