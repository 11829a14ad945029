"""Passwords: what one must be, and how it is kept. Nothing is asked of anyone else's list."""

from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 10
"""Characters. Length is what helps; no rule asks for signs and digits (NCSC)."""
LONGEST: Final = 200
AT_ONCE = BoundedSemaphore(2)
"""Hashing takes 64 MiB each time (RFC 9106, the second recommendation): so many at once, and the rest wait."""

hasher = PasswordHasher()
NOBODY = hasher.hash("nobody’s password")
"""What a password is held against when nobody has that name, so that both take the same time."""


class PasswordError(ValueError):
    """The password will not do; says why."""


def check(password: str, name: str) -> None:
    """See that a new password will do for this person. Raises PasswordError."""
    if len(password) < SHORTEST:
        msg = f"a password needs at least {SHORTEST} characters; three or four words do well"
        raise PasswordError(msg)
    if len(password) > LONGEST:
        msg = f"a password may have at most {LONGEST} characters"
        raise PasswordError(msg)
    if len(set(password)) < SHORTEST // 2 or name.casefold().strip() == password.casefold().strip():
        msg = "that password is too easy to guess; three or four words do well"
        raise PasswordError(msg)


def hashed(password: str) -> str:
    """How a password is kept."""
    with AT_ONCE:
        return hasher.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Hold a password against what is kept; takes as long when nothing is."""
    with AT_ONCE:
        try:
            hasher.verify(kept or NOBODY, password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return bool(kept)
