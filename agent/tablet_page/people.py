"""Whom the agent answers at its door, by the account that knocked, and whose photos that person may be shown."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Homes = Callable[[], Sequence[Path]]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone at the tablet, by the system's account. What lies in the homes of others is not theirs to see."""

    uid: int
    closed: tuple[str, ...] = ()

    def may_see(self, path: str) -> bool:
        """Tell whether a photo may be shown to this person, and spoken of by them."""
        return not any(path.startswith(home) for home in self.closed)


@dataclass(frozen=True, slots=True)
class People:
    """The people of this tablet: who owns one of the homes that the agent answers for; else the agent's own account."""

    homes: Homes
    agent: int

    def person(self, uid: int) -> Person | None:
        """Who this account is; None for a stranger."""
        if self.agent != 0:
            return Person(uid) if uid == self.agent else None
        owners = {home: owner for home in self.homes() if (owner := owner_of(home)) is not None}
        if uid not in owners.values():
            return None
        others = (home for home, owner in owners.items() if owner != uid)
        return Person(uid, tuple(str(home).rstrip("/") + "/" for home in others))


def owner_of(home: Path) -> int | None:
    """The account that a home belongs to; None where there is no such folder."""
    try:
        return os.lstat(home).st_uid
    except OSError:
        return None
