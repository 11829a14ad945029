"""What is remembered of the house: its agreement, its people, its incidents, and who changed what."""

from datetime import datetime
from typing import Protocol

from agreement.agreement import Agreement
from controller.records import (
    AppDecision,
    Author,
    Change,
    Entry,
    Incident,
    Link,
    Person,
    Session,
    Setting,
    Version,
)


class Agreements(Protocol):
    """The settings and their agreements."""

    def settings(self) -> tuple[Setting, ...]:
        """Every setting."""
        ...

    def setting(self, name: str) -> Setting:
        """One setting by its id. Raises KeyError."""
        ...

    def found(self, setting: Setting) -> None:
        """Remember a setting, or its new name."""
        ...

    def current(self, setting: str) -> Agreement | None:
        """The agreement in force; None while there is none."""
        ...

    def put(self, setting: str, agreement: Agreement, author: Author, why: str) -> None:
        """Put a version into force; its number must be new."""
        ...

    def versions(self, setting: str) -> tuple[Version, ...]:
        """Every version, newest first."""
        ...


class Apps(Protocol):
    """The decisions on apps."""

    def decide(self, setting: str, decision: AppDecision) -> None:
        """Add a decision."""
        ...

    def decided(self, setting: str, most: int) -> tuple[AppDecision, ...]:
        """The decisions, the latest first."""
        ...


class Audit(Protocol):
    """The audit log."""

    def add(self, author: Author, what: str, about: str) -> None:
        """Add one line: what (a few words), about whom or which tablet."""
        ...

    def latest(self, most: int, before: datetime | None = None) -> tuple[Change, ...]:
        """The newest lines first."""
        ...


class Incidents(Protocol):
    """The incidents."""

    def open(self, incident: Incident) -> None:
        """Remember a new incident."""
        ...

    def get(self, incident: str) -> Incident | None:
        """One incident."""
        ...

    def every(self, most: int) -> tuple[Incident, ...]:
        """The incidents, open ones first, then the latest."""
        ...

    def applied(self, incident: str, at: datetime) -> None:
        """The tablet goes by the standing that tells of its loss."""
        ...

    def locked(self, incident: str, at: datetime, heard_at: datetime, detail: str) -> None:
        """The tablet itself said what became of the lock; the first time stays, the last detail too."""
        ...

    def close(self, incident: str, by: str, at: datetime) -> None:
        """The tablet was found, or given up."""
        ...

    def add(self, entry: Entry) -> None:
        """Add one line; lines are never changed."""
        ...

    def entries(self, incident: str) -> tuple[Entry, ...]:
        """Every line of an incident, in the order in which it was heard."""
        ...


class People(Protocol):
    """The people, their one-time links and their sessions."""

    def add(self, person: Person) -> None:
        """Remember a person. The name must be free."""
        ...

    def get(self, person: str) -> Person | None:
        """One person by id, gone or not."""
        ...

    def named(self, name: str) -> Person | None:
        """The person of this name who may sign in; upper and lower case are the same."""
        ...

    def every(self) -> tuple[Person, ...]:
        """Everyone, by name; those who are gone last."""
        ...

    def password(self, person: str, hashed: str) -> None:
        """Keep the hash of a new password."""
        ...

    def end(self, person: str, by: str, at: datetime) -> None:
        """Someone may not sign in any more; the name is free again."""
        ...

    def add_link(self, link: Link) -> None:
        """Remember a one-time link."""
        ...

    def link(self, digest: str) -> Link | None:
        """The link with this hash."""
        ...

    def use_link(self, digest: str, at: datetime) -> bool:
        """Use a link up; False when another request got there first."""
        ...

    def links(self, now: datetime) -> tuple[Link, ...]:
        """The links that may still be used, newest first."""
        ...

    def add_session(self, session: Session) -> None:
        """Remember that someone signed in."""
        ...

    def session(self, digest: str) -> Session | None:
        """The session with this hash."""
        ...

    def seen(self, digest: str, at: datetime) -> None:
        """Someone used a session."""
        ...

    def end_session(self, digest: str) -> None:
        """Forget a session."""
        ...

    def end_sessions(self, person: str) -> None:
        """Forget every session of a person."""
        ...

    def forget_sessions(self, before: datetime) -> None:
        """Forget the sessions that began before this."""
        ...
