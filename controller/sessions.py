"""Signing in, and staying signed in: what each role may do, and for how long a session lasts."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from controller import passwords
from controller.patience import Patience
from controller.records import Person, Role, Session
from controller.seams import Books, Store

IDLE = {Role.STAFF: timedelta(minutes=30), Role.MANAGER: timedelta(hours=2)}
"""A session ends when nobody used it for so long: sooner on the phones that staff share."""
ABSOLUTE = timedelta(hours=12)
"""A session ends after so long in any case: a working day."""
LONGEST_NAME = 200
"""Characters of what is typed as a name that are looked at."""
TOUCH = timedelta(minutes=1)
"""How exactly it is kept when a session was last used; it spares a commit for every page."""


class Right(StrEnum):
    """What someone may do."""

    REPORT = "report"  # a tablet lost or damaged
    SEE = "see"  # every page of the dashboard
    DECIDE = "decide"  # networks, apps, incidents, clones
    ENROL = "enrol"  # and retire
    PEOPLE = "people"  # add and end


RIGHTS = {Role.MANAGER: frozenset(Right), Role.STAFF: frozenset({Right.REPORT})}
"""Who may do what; nothing else grants anything."""


class SignInError(ValueError):
    """Name and password do not fit, or it is too soon to try again."""

    def __init__(self, message: str, wait: timedelta = timedelta()) -> None:
        """Keep how long to wait before the next try."""
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in, and the secret that every form of this session carries."""

    person: Person
    session: Session
    csrf: str

    def may(self, right: Right) -> bool:
        """Tell whether this person may do that."""
        return right in RIGHTS[self.person.role]


class Doors:
    """Counts who gets a password wrong, by address and by name."""

    def __init__(self) -> None:
        self._addresses = Patience(free=5, most=timedelta(minutes=15))
        self._names = Patience(free=5, most=timedelta(seconds=30))  # short: nobody can lock Ada out for long

    def knock(self, address: str, name: str, now: datetime) -> None:
        """Count a try, as failed until it proves right. Raises SignInError when it is too soon."""
        folded = name.casefold()
        wait = max(self._addresses.wait(address, now), self._names.wait(folded, now))
        if wait:
            seconds = int(wait.total_seconds()) + 1
            msg = f"That was wrong too often. Wait {seconds} seconds, then try once more."
            raise SignInError(msg, timedelta(seconds=seconds))
        self._addresses.failed(address, now)
        self._names.failed(folded, now)

    def open(self, address: str, name: str) -> None:
        """It was right. Other failures from there still count: who has a sign-in may guess at others'."""
        self._addresses.forgive(address)
        self._names.fine(name.casefold())


def sign_in(store: Store, doors: Doors, told: tuple[str, str], address: str, now: datetime) -> str:
    """Check name and password; gives the token of a session. Raises SignInError, which never says which was wrong."""
    name, password = " ".join(told[0].split())[:LONGEST_NAME], told[1]
    doors.knock(address, name, now)
    with store.read() as books:
        person = books.people.named(name)
    if not passwords.is_right(password, person.password if person else None) or person is None:
        msg = "Name and password do not fit. Check both; the password knows upper and lower case."
        raise SignInError(msg)
    doors.open(address, name)
    return store.write(lambda books: begun(books, person.id, now))


def begun(books: Books, person: str, now: datetime) -> str:
    """Begin a session: a fresh token each time, of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    books.people.forget_sessions(now - ABSOLUTE)
    books.people.add_session(Session(digest(token), person, now, now))
    return token


def who(store: Store, token: str, now: datetime, *, by_hand: bool = True) -> Visitor | None:
    """Who has this cookie; None when the session is over. A page that refreshes itself is nobody's hand."""
    with store.read() as books:
        session = books.people.session(digest(token))
        person = books.people.get(session.person) if session else None
    if session is None or person is None or person.ended_at is not None or is_over(session, person, now):
        return None
    if by_hand and now - session.seen_at >= TOUCH:
        store.write(lambda books: books.people.seen(session.hash, now))
    return Visitor(person, session, csrf_of(token))


def is_over(session: Session, person: Person, now: datetime) -> bool:
    """Tell whether a session has ended by itself."""
    return now - session.seen_at >= IDLE[person.role] or now - session.made_at >= ABSOLUTE


def sign_out(store: Store, token: str) -> None:
    """End a session."""
    store.write(lambda books: books.people.end_session(digest(token)))


def digest(token: str) -> str:
    """How a token is kept. It has 256 random bits, so a plain digest tells nothing of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_of(token: str) -> str:
    """The secret of a session's forms: follows from the cookie, and gives nothing of it away."""
    return hmac.new(token.encode(), b"forms", "sha256").hexdigest()
