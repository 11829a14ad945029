"""Who this tablet is, and which controller it answers to: the key, the pin, the addresses. Every file is 0600."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from agreement.sealing import new_key

FILE = "identity.json"
KNOWN = "controller-addresses.json"
DRAFT = "enrolling.json"


class NotEnrolledError(Exception):
    """This tablet has no identity yet; says what to do."""


class Identity(Struct, frozen=True):
    """What enrolment gave: seed is the Ed25519 secret, pin the SHA-256 of the controller's certificate, both in hex."""

    device: str
    seed: str
    addresses: tuple[str, ...]  # host:port
    pin: str


class Draft(Struct, frozen=True):
    """A key that is being registered with this code's secret."""

    secret: str
    seed: str
    public: str


@dataclass(frozen=True, slots=True)
class Folder:
    """The state folder, readable by the agent alone."""

    path: Path

    def identity(self) -> Identity:
        """Read the identity. Raises NotEnrolledError."""
        try:
            return msgspec.json.decode((self.path / FILE).read_bytes(), type=Identity)
        except FileNotFoundError as missing:
            msg = "this tablet is not enrolled yet; ask the manager for a code, then run: safeuse-agent enrol CODE"
            raise NotEnrolledError(msg) from missing
        except (OSError, msgspec.DecodeError) as broken:
            msg = f"{self.path / FILE} cannot be read ({broken}); enrol this tablet again with a new code"
            raise NotEnrolledError(msg) from broken

    def keep(self, identity: Identity) -> None:
        """Write the identity, whole or not at all, durably."""
        write_private(self.path / FILE, msgspec.json.encode(identity))

    def draft_key(self, secret: str) -> tuple[bytes, str]:
        """The key to register with this code: the one of an earlier try, or a fresh one, written down first."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            draft = msgspec.json.decode((self.path / DRAFT).read_bytes(), type=Draft)
            if draft.secret == secret:
                return bytes.fromhex(draft.seed), draft.public
        seed, public = new_key()
        write_private(self.path / DRAFT, msgspec.json.encode(Draft(secret, seed.hex(), public)))
        return seed, public

    def forget_draft(self) -> None:
        """The key is the identity's now."""
        (self.path / DRAFT).unlink(missing_ok=True)

    def known_ips(self) -> dict[str, list[str]]:
        """The IP addresses that each host name of the controller had when it was last reached."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode((self.path / KNOWN).read_bytes(), type=dict[str, list[str]])
        return {}

    def keep_ips(self, known: dict[str, list[str]]) -> None:
        """Remember them, so that the controller is found when names no longer resolve."""
        write_private(self.path / KNOWN, msgspec.json.encode(known))


def make_private(folder: Path) -> None:
    """Make the state folder, for its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 whole or not at all: to a sibling, fsync, rename, fsync the folder."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in this folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
