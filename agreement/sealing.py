"""Signatures on requests: the one home of public-key cryptography that both sides share.

A device signs each request by RFC 9421 (HTTP Message Signatures, algorithm ed25519) over its method, path, query and
the RFC 9530 digest of its body; with `created`, `nonce` and `keyid`. Both freshness fields are demanded.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

LABEL = "safeuse"
COVERED = ("@method", "@path", "@query", "content-digest")
ALL_COVERED = " ".join(f'"{name}"' for name in COVERED)
INPUT = re.compile(
    r'safeuse=\((?P<covered>(?:"[a-z@-]+" ?)*)\);created=(?P<created>\d{1,12});nonce="(?P<nonce>[\w-]{16,64})"'
    r';keyid="(?P<keyid>[\w.-]{1,64})";alg="ed25519"',
)
SIGNATURE = re.compile(r"safeuse=:(?P<value>[A-Za-z0-9+/]{86}==):")


class UnsignedError(Exception):
    """The signature is missing, malformed, about something else, or forged."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed, when (Unix seconds, by the signer's clock) and with which nonce."""

    keyid: str
    created: int
    nonce: str
    base: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of a request that are signed. The query is without its question mark."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""


def new_key() -> tuple[bytes, str]:
    """Make a key pair: the secret seed (32 bytes) and the public key (64 hex digits)."""
    key = SigningKey.generate()
    return bytes(key), bytes(key.verify_key).hex()


def content_digest(body: bytes) -> str:
    """The RFC 9530 Content-Digest of a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def sign(request: Request, seed: bytes, keyid: str, created: int, nonce: str) -> dict[str, str]:
    """Sign a request; gives the headers to add to it."""
    parameters = f'({ALL_COVERED});created={created};nonce="{nonce}";keyid="{keyid}";alg="ed25519"'
    digest = content_digest(request.body)
    value = SigningKey(seed).sign(signature_base(request, digest, parameters)).signature
    return {
        "Content-Digest": digest,
        "Signature-Input": f"{LABEL}={parameters}",
        "Signature": f"{LABEL}=:{base64.b64encode(value).decode()}:",
    }


def signature_base(request: Request, digest: str, parameters: str) -> bytes:
    """The text that is signed: one line a component, then the parameters (RFC 9421, section 2.5)."""
    lines = (
        f'"@method": {request.method}',
        f'"@path": {request.path}',
        f'"@query": ?{request.query}',
        f'"content-digest": {digest}',
        f'"@signature-params": {parameters}',
    )
    return "\n".join(lines).encode()


def opened(request: Request, headers: Mapping[str, str]) -> Signed:
    """Read the signature headers (names in lower case) without believing them yet. Raises UnsignedError."""
    claimed = INPUT.fullmatch(headers.get("signature-input", ""))
    value = SIGNATURE.fullmatch(headers.get("signature", ""))
    if claimed is None or value is None:
        msg = "the request is not signed in the form that is asked for"
        raise UnsignedError(msg)
    if claimed["covered"] != ALL_COVERED:
        msg = "the signature leaves a part of the request uncovered"
        raise UnsignedError(msg)
    digest = content_digest(request.body)
    if headers.get("content-digest", "") != digest:
        msg = "the body is not the one that was signed"
        raise UnsignedError(msg)
    parameters = headers["signature-input"].removeprefix(f"{LABEL}=")
    return Signed(
        claimed["keyid"],
        int(claimed["created"]),
        claimed["nonce"],
        signature_base(request, digest, parameters),
        base64.b64decode(value["value"]),
    )


@lru_cache(maxsize=4096)
def verify_key(key: str) -> VerifyKey:
    """Read a public key; those in use are kept, since a controller verifies with the same ones all day."""
    return VerifyKey(bytes.fromhex(key))


def verify(signed: Signed, key: str) -> None:
    """Check the signature against a public key (64 hex digits). Raises UnsignedError."""
    try:
        verify_key(key).verify(signed.base, signed.value)
    except (BadSignatureError, ValueError) as forged:
        msg = "the signature does not fit the key of this tablet"
        raise UnsignedError(msg) from forged
