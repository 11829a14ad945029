"""Signed requests: what an implementation of the standard by other hands makes of them, and what is refused."""

import base64
import time
from dataclasses import replace

import pytest
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from requests import PreparedRequest
from requests import Request as HttpRequest

from agreement.sealing import Request, UnsignedError, content_digest, new_key, opened, sign, verify

SEED, PUBLIC = new_key()
LETTER = Request("POST", "/v1/check-in", "a=1&b=2", b'{"device": "sunflower-1"}')
NONCE = "n" * 24


def signed(request: Request = LETTER, created: int = 1_767_614_400) -> dict[str, str]:
    """The headers of a signed request, names in lower case as a server sees them."""
    headers = sign(request, SEED, "sunflower-1", created, NONCE)
    return {name.lower(): value for name, value in headers.items()}


class OneKey(HTTPSignatureKeyResolver):
    """Knows the key of Sunflower 1."""

    def resolve_public_key(self, key_id: str) -> object:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - tests only

        assert key_id == "sunflower-1"
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(PUBLIC))


def test_another_implementation_of_the_standard_agrees() -> None:
    created = int(time.time())
    headers = sign(LETTER, SEED, "sunflower-1", created, NONCE) | {"Content-Type": "application/json"}
    url = f"https://controller.test{LETTER.path}?{LETTER.query}"
    prepared: PreparedRequest = HttpRequest("POST", url, headers=headers, data=LETTER.body).prepare()
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=OneKey())
    (result,) = verifier.verify(prepared)
    assert result.parameters["nonce"] == NONCE
    assert set(result.covered_components) == {
        '"@method"',
        '"@path"',
        '"@query"',
        '"content-digest"',
        '"@signature-params"',
    }


def test_a_true_signature_is_believed() -> None:
    read = opened(LETTER, signed())
    verify(read, PUBLIC)
    assert (read.keyid, read.created, read.nonce) == ("sunflower-1", 1_767_614_400, NONCE)


@pytest.mark.parametrize(
    "changed",
    [
        replace(LETTER, method="PUT"),
        replace(LETTER, path="/v1/standing"),
        replace(LETTER, query="a=1&b=3"),
    ],
)
def test_a_request_that_was_changed_on_the_way_is_refused(changed: Request) -> None:
    with pytest.raises(UnsignedError, match="does not fit"):
        verify(opened(changed, signed()), PUBLIC)


def test_another_body_is_refused_even_with_its_own_digest() -> None:
    other = replace(LETTER, body=b"{}")
    with pytest.raises(UnsignedError, match="not the one that was signed"):
        opened(other, signed())
    with pytest.raises(UnsignedError, match="does not fit"):
        verify(opened(other, signed() | {"content-digest": content_digest(b"{}")}), PUBLIC)


def test_another_key_does_not_fit() -> None:
    with pytest.raises(UnsignedError, match="does not fit"):
        verify(opened(LETTER, signed()), new_key()[1])


@pytest.mark.parametrize(
    ("header", "before", "after"),
    [
        ("signature-input", "created=1767614400", "created=1767614401"),
        ("signature-input", '"@query" ', ""),
        ("signature-input", ';alg="ed25519"', ';alg="none"'),
        ("signature-input", f';nonce="{NONCE}"', ""),
        ("signature-input", "safeuse=", "other="),
        ("signature-input", 'keyid="sunflower-1"', 'keyid="../../etc"'),
        ("signature", "safeuse=:", "safeuse=:AAAA"),
        ("signature", "==:", "="),
    ],
)
def test_headers_that_were_tampered_with_are_refused(header: str, before: str, after: str) -> None:
    headers = signed()
    headers[header] = headers[header].replace(before, after)
    with pytest.raises(UnsignedError):
        verify(opened(LETTER, headers), PUBLIC)


@pytest.mark.parametrize("missing", ["signature", "signature-input", "content-digest"])
def test_an_unsigned_request_is_refused(missing: str) -> None:
    headers = signed()
    del headers[missing]
    with pytest.raises(UnsignedError):
        opened(LETTER, headers)


def test_a_flipped_bit_in_the_signature_is_refused() -> None:
    headers = signed()
    value = bytearray(base64.b64decode(headers["signature"].split(":")[1]))
    value[0] ^= 1
    headers["signature"] = f"safeuse=:{base64.b64encode(value).decode()}:"
    with pytest.raises(UnsignedError, match="does not fit"):
        verify(opened(LETTER, headers), PUBLIC)
