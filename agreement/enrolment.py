"""The enrolment code: what a manager hands to a tablet, on paper, by QR or by paste.

It carries the controller's addresses, the start of its certificate's fingerprint and a single-use secret, closed by a
checksum, so that a mistyped code is told from a wrong one before anything is sent.
"""

import base64
import hashlib
import secrets
import struct
from dataclasses import dataclass

PREFIX = "SAFE"
PIN = 16
"""Bytes of the certificate's SHA-256 that are pinned: 128 bits, beyond any second preimage."""
SECRET = 10
CHECK = 4
LOOKALIKES = str.maketrans("OIL", "011")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class CodeError(ValueError):
    """The text is not a whole, well-typed enrolment code."""


@dataclass(frozen=True, slots=True)
class Code:
    """Where the controller is, how to know it, and the secret that it will accept once."""

    addresses: tuple[str, ...]  # host:port, the first is tried first
    pin: str  # the first 32 hex digits of the certificate's SHA-256
    secret: str  # 20 hex digits


def new_secret() -> str:
    """A fresh secret of 80 bits: it lives for 30 minutes and is tried against a rate limit."""
    return secrets.token_hex(SECRET)


def spell(code: Code) -> str:
    """Write a code in groups of five letters and digits, without I, L, O and U."""
    addresses = ",".join(code.addresses).encode()
    body = bytes.fromhex(code.pin)[:PIN] + bytes.fromhex(code.secret) + struct.pack("B", len(addresses)) + addresses
    text = base64.b32encode(body + checksum(body)).decode().rstrip("=").translate(str.maketrans(BASE32, CROCKFORD))
    return "-".join([PREFIX, *(text[i : i + 5] for i in range(0, len(text), 5))])


def parse(text: str) -> Code:
    """Read a code however it was typed: any case, spaces, O for 0. Raises CodeError."""
    letters = "".join(c for c in text.upper() if c.isalnum())
    if not letters.startswith(PREFIX):
        msg = f"an enrolment code starts with {PREFIX}; copy the whole code from the dashboard"
        raise CodeError(msg)
    raw = decode(letters.removeprefix(PREFIX).translate(LOOKALIKES))
    body, check = raw[:-CHECK], raw[-CHECK:]
    if len(body) < PIN + SECRET + 1 or checksum(body) != check:
        msg = "a letter of this code is wrong or missing; check it against the dashboard"
        raise CodeError(msg)
    addresses = body[PIN + SECRET + 1 :].decode(errors="replace").split(",")
    return Code(tuple(addresses), body[:PIN].hex(), body[PIN : PIN + SECRET].hex())


def decode(letters: str) -> bytes:
    """Decode Crockford's base 32. Raises CodeError at a letter that is not in it."""
    if strange := sorted(set(letters) - set(CROCKFORD)):
        msg = f"“{strange[0]}” is not used in enrolment codes; check it against the dashboard"
        raise CodeError(msg)
    text = letters.translate(str.maketrans(CROCKFORD, BASE32))
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError as wrong:
        msg = "a letter of this code is missing; check it against the dashboard"
        raise CodeError(msg) from wrong
    if base64.b32encode(raw).decode().rstrip("=") != text:  # the last letter has bits that carry nothing
        msg = "a letter of this code is wrong or missing; check it against the dashboard"
        raise CodeError(msg)
    return raw


def checksum(body: bytes) -> bytes:
    """The last bytes of a code: the start of the SHA-256 of the rest."""
    return hashlib.sha256(body).digest()[:CHECK]
