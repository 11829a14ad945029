"""The controller's certificate: its own, made at the first start, or one that it is given. Tablets pin its fingerprint.

The one home of `cryptography`. The key is for its owner only, and is never logged.
"""

import hashlib
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from controller.private_files import write

LIFE = timedelta(days=3653)
"""Ten years: tablets know it by its fingerprint, so a new one means enrolling them anew."""
SLACK = timedelta(days=1)
"""Valid since yesterday, for tablets whose clock is behind."""


class CertificateError(ValueError):
    """The certificate cannot be used; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The certificate and its key on disk, and the SHA-256 by which it is pinned (64 hex digits)."""

    path: Path
    key: Path
    fingerprint: str


def own(folder: Path, names: Iterable[str], now: datetime) -> Certificate:
    """The certificate of our own; made where there is none yet. Raises CertificateError, OSError."""
    path, key = folder / "certificate.pem", folder / "certificate.key"
    if not path.exists():
        make(path, key, names, now)
    return given(path, key, now)


def given(path: Path, key: Path, now: datetime) -> Certificate:
    """A certificate that is there already. Raises CertificateError."""
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        private = load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as wrong:
        msg = f"the certificate {path} with its key {key} cannot be read: {wrong}"
        raise CertificateError(msg) from wrong
    if spki(certificate.public_key()) != spki(private.public_key()):
        msg = f"the key {key} is not that of the certificate {path}"
        raise CertificateError(msg)
    if now >= certificate.not_valid_after_utc:
        msg = f"the certificate {path} ended on {certificate.not_valid_after_utc:%d %B %Y}; renew it"
        raise CertificateError(msg)
    return Certificate(path, key, hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest())


def spki(key: object) -> bytes:
    """A public key in its standard form, to compare."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]  # every public key has it


def make(path: Path, key: Path, names: Iterable[str], now: datetime) -> None:
    """Make a key and a self-signed certificate. The key is written first: a certificate without one is no use."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Safeuse controller")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLACK)
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName(alternatives(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    write(key, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write(path, certificate.public_bytes(Encoding.PEM))


def alternatives(names: Iterable[str]) -> list[x509.GeneralName]:
    """Every name and address by which a browser may ask for the controller."""
    found: dict[x509.GeneralName, None] = {}
    for name in [*names, socket.gethostname(), "localhost", "127.0.0.1", "::1"]:
        try:
            found[x509.IPAddress(ipaddress.ip_address(name.strip("[]")))] = None
        except ValueError:
            if name.isascii():
                found[x509.DNSName(name)] = None
    return list(found)
