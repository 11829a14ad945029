"""A login service (logind) on a private bus, with sessions that lock, and sessions that have nothing to lock them with.

Only what a tablet asks of it: who is signed in, and to lock. Every request is kept, with its time.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from lab.bus_service import Answer, BusService, RefusedError, Thing

NAME = "org.freedesktop.login1"
MANAGER = "/org/freedesktop/login1"
SESSION = f"{NAME}.Session"
DENIED = "org.freedesktop.DBus.Error.AccessDenied"


@dataclass
class Seat:
    """One session: whose it is, and whether something locks its screen when asked to."""

    user: str
    uid: int = 1000
    has_locker: bool = True
    kind: str = "user"  # also "greeter", "manager"
    state: str = "active"  # also "closing"
    may_be_locked: bool = True


@dataclass(frozen=True)
class Asked:
    """A session was asked to lock, at this time (seconds since the epoch)."""

    session: str
    at: float


@dataclass
class LoginService:
    """The service from entering to leaving. `asked` says who was asked to lock."""

    address: str
    seats: Mapping[str, Seat] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Start to answer."""
        self._service = BusService(self.address, NAME, {MANAGER: self.manager()})
        for session, seat in self.seats.items():
            self._service.things[path(session)] = self.thing(session, seat)
        self._service.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop answering."""
        self._service.__exit__(kind, error, trace)

    def manager(self) -> Thing:
        """The object that lists the sessions."""
        return Thing(methods={(f"{NAME}.Manager", "ListSessions"): self.listed})

    def listed(self) -> Answer:
        """Every session, as logind lists them: id, uid, user, seat, path."""
        return "a(susso)", ([(s, seat.uid, seat.user, "seat0", path(s)) for s, seat in self.seats.items()],)

    def thing(self, session: str, seat: Seat) -> Thing:
        """The object of one session."""
        properties = {
            "Id": ("s", session),
            "Name": ("s", seat.user),
            "Class": ("s", seat.kind),
            "State": ("s", seat.state),
            "LockedHint": ("b", False),
        }
        methods = {(SESSION, "Lock"): lambda: self.lock(session), (SESSION, "Unlock"): lambda: self.unlock(session)}
        return Thing({SESSION: properties}, methods)

    def lock(self, session: str) -> Answer:
        """Pass the request on to the session's screen, as logind does, and note what the screen says."""
        if not self.seats[session].may_be_locked:
            raise RefusedError(DENIED, "not authorised")
        self.asked.append(Asked(session, time.time()))
        self._service.signal(path(session), SESSION, "Lock")
        if self.seats[session].has_locker:
            self._service.change(path(session), SESSION, "LockedHint", ("b", True))
        return "", ()

    def unlock(self, session: str) -> Answer:
        """Someone signed in again."""
        self._service.change(path(session), SESSION, "LockedHint", ("b", False))
        return "", ()


def path(session: str) -> str:
    """Where logind keeps a session; it escapes a leading digit."""
    return f"{MANAGER}/session/_3{session}" if session[:1].isdigit() else f"{MANAGER}/session/{session}"
