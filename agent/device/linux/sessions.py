"""Who is signed in, and locking their screens: through the login service (logind, or elogind) on the system bus.

The login service passes the request on to whatever draws the session's screen, and cannot make it obey. A screen that
obeys says so (LockedHint); a session that has nothing to lock it with, such as a console, never does.
"""

from dataclasses import replace
from typing import Final

from agent.device.linux.bus import Bus, Thing
from agreement.facts import Session

LOGIN: Final = "org.freedesktop.login1"
MANAGER = Thing(LOGIN, "/org/freedesktop/login1", f"{LOGIN}.Manager")
CONFIRMS_WITHIN: Final = 0.8
"""Seconds that a screen may take to say that it is locked."""

GONE: Final = "closing"


class Sessions:
    """The people's sessions on this tablet."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._unconfirmed: frozenset[str] = frozenset()

    def look(self) -> tuple[Session, ...]:
        """Every session of a person. Raises OSError when no login service answers."""
        return tuple(self.things().values())

    def things(self) -> dict[Thing, Session]:
        """Every session of a person, with the login service's own object."""
        found = {}
        for _id, _uid, _user, _seat, path in self._bus.call(MANAGER, "ListSessions")[0]:
            thing = Thing(LOGIN, path, f"{LOGIN}.Session")
            if session := self.session(thing):
                found[thing] = session
        return found

    def session(self, thing: Thing) -> Session | None:
        """Read one session; None when it is no person's, or ended in the meantime."""
        try:
            about = self._bus.properties(thing)
        except FileNotFoundError:
            return None
        if not str(about.get("Class", "")).startswith("user") or about.get("State") == GONE:
            return None
        return Session(str(about.get("Id", "")), str(about.get("Name", "")), bool(about.get("LockedHint")))

    def lock(self) -> tuple[Session, ...]:
        """Ask every open session to lock. Gives those asked; `locked` says whether the screen confirmed it.

        Waits a moment for screens that were not asked before. Raises OSError when no login service answers, or when
        it would not pass a request on; the other sessions are asked first.
        """
        open_ones = {thing: session for thing, session in self.things().items() if not session.locked}
        refusals = {thing: refusal for thing in open_ones if (refusal := self.ask(thing))}
        hopeful = [thing for thing, session in open_ones.items() if thing not in refusals and self.is_new(session)]
        if hopeful:
            self._bus.wait_for_changes(LOGIN, lambda: all(map(self.is_locked, hopeful)), CONFIRMS_WITHIN)
        asked = tuple(replace(session, locked=self.is_locked(thing)) for thing, session in open_ones.items())
        self._unconfirmed = frozenset(session.id for session in asked if not session.locked)
        for refusal in refusals.values():
            raise refusal
        return asked

    def ask(self, thing: Thing) -> OSError | None:
        """Ask one session to lock; gives the refusal, if any. One that has ended needs no lock."""
        try:
            self._bus.call(thing, "Lock")
        except FileNotFoundError:
            return None
        except OSError as refusal:
            return refusal
        return None

    def is_new(self, session: Session) -> bool:
        """Tell whether its screen was not asked before, or confirmed it then."""
        return session.id not in self._unconfirmed

    def is_locked(self, thing: Thing) -> bool:
        """Tell whether one screen says that it is locked; a session that has ended shows nothing to anyone."""
        try:
            return bool(self._bus.property(thing, "LockedHint"))
        except FileNotFoundError:
            return True
