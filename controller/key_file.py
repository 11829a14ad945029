"""The recovery key: what tablets seal held photos for, and what gives them back. Its private half is in one file.

Without it nothing that is held can be put back, by anybody. So a second one is never made by itself: the file that is
missing may still come back from a backup.
"""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from agreement.boxes import BoxError, new_pair, open_key, public_of
from controller.private_files import write

NAME = "recovery.key"
MODE = 0o600
HEAD = "# Safeuse: the recovery key. Keep a copy in a safe place, apart from the backup of the database.\n"


class KeyFileError(ValueError):
    """The recovery key cannot be used or made; says why and what to do."""


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """The key pair as the controller holds it in memory; without one, why."""

    public: str = ""  # 64 hex digits; empty: there is no key
    trouble: str = ""  # why there is none, in words
    is_missing: bool = False  # there is no file
    private: bytes = field(default=b"", repr=False)

    def opens(self, sealed: str) -> bool:
        """Tell whether this key opens a sealed one (160 hex digits)."""
        return self.open(sealed) is not None

    def open(self, sealed: str) -> str | None:
        """The key of one box, hex; None when it was sealed for another recovery key, or there is none here."""
        if not self.public:
            return None
        with contextlib.suppress(BoxError, ValueError):
            return open_key(bytes.fromhex(sealed), self.private).hex()
        return None


NO_KEY = RecoveryKey(trouble="no recovery key was made yet")


def read(folder: Path) -> RecoveryKey:
    """The key in this home folder; what is wrong with it is said, and never mended by a new one."""
    path = folder / NAME
    try:
        lines = [line.strip() for line in path.read_text(encoding="ascii").splitlines() if not line.startswith("#")]
        path.chmod(MODE)
        private = bytes.fromhex("".join(lines))
        return RecoveryKey(public_of(private), private=private)
    except FileNotFoundError:
        return RecoveryKey(trouble=f"the file {NAME} is not in the home folder any more", is_missing=True)
    except (OSError, ValueError) as wrong:
        return RecoveryKey(trouble=f"the file {NAME} in the home folder cannot be read ({wrong})")


def make(folder: Path) -> RecoveryKey:
    """Make a key pair and keep it, durably. Raises KeyFileError where there is one already, OSError."""
    path = folder / NAME
    if path.exists():
        msg = f"{path} is there already. Move it away first, and keep it: what is held until now opens only with it."
        raise KeyFileError(msg)
    private, public = new_pair()
    write(path, f"{HEAD}{private.hex()}\n".encode())
    return RecoveryKey(public, private=private)
