"""People, their one-time links and their sessions. Passwords, tokens and cookies are kept as hashes only."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, String, Table, select

from controller.records import Link, LinkKind, Person, Role, Session
from controller.store.schema import Instant, metadata

people = Table(
    "people",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("folded", String, nullable=False),  # the name without upper and lower case
    Column("role", String, nullable=False),
    Column("password", String, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", String, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", String, nullable=False, default=""),
)
Index("ix_people_folded", people.c.folded, unique=True, sqlite_where=people.c.ended_at.is_(None))

links = Table(
    "links",
    metadata,
    Column("hash", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("role", String, nullable=False),
    Column("person", ForeignKey(people.c.id)),
    Column("note", String, nullable=False),
    Column("by", String, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String, primary_key=True),
    Column("person", ForeignKey(people.c.id), nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)


class People:
    """The people, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, person: Person) -> None:
        """Remember a person. The name must be free."""
        self._connection.execute(
            people.insert().values(
                id=person.id,
                name=person.name,
                folded=person.name.casefold(),
                role=person.role.value,
                password=person.password,
                made_at=person.made_at,
                made_by=person.made_by,
            )
        )

    def get(self, person: str) -> Person | None:
        """One person by id, gone or not."""
        row = self._connection.execute(select(people).where(people.c.id == person)).one_or_none()
        return None if row is None else as_person(row)

    def named(self, name: str) -> Person | None:
        """The person of this name who may sign in; upper and lower case are the same."""
        query = select(people).where(people.c.folded == name.casefold(), people.c.ended_at.is_(None))
        row = self._connection.execute(query).one_or_none()
        return None if row is None else as_person(row)

    def every(self) -> tuple[Person, ...]:
        """Everyone, by name; those who are gone last."""
        query = select(people).order_by(people.c.ended_at.is_not(None), people.c.folded)
        return tuple(as_person(row) for row in self._connection.execute(query))

    def password(self, person: str, hashed: str) -> None:
        """Keep the hash of a new password."""
        self._connection.execute(people.update().where(people.c.id == person).values(password=hashed))

    def end(self, person: str, by: str, at: datetime) -> None:
        """Someone may not sign in any more; the name is free again."""
        ended = people.update().where(people.c.id == person).values(ended_at=at, ended_by=by, password="")
        self._connection.execute(ended)

    def add_link(self, link: Link) -> None:
        """Remember a one-time link."""
        self._connection.execute(
            links.insert().values(
                hash=link.hash,
                kind=link.kind.value,
                role=link.role.value,
                person=link.person,
                note=link.note,
                by=link.by,
                made_at=link.made_at,
                expires_at=link.expires_at,
                used_at=link.used_at,
            )
        )

    def link(self, digest: str) -> Link | None:
        """The link with this hash."""
        row = self._connection.execute(select(links).where(links.c.hash == digest)).one_or_none()
        return None if row is None else as_link(row)

    def use_link(self, digest: str, at: datetime) -> bool:
        """Use a link up; False when another request got there first."""
        used = links.update().where(links.c.hash == digest, links.c.used_at.is_(None)).values(used_at=at)
        return self._connection.execute(used).rowcount == 1

    def links(self, now: datetime) -> tuple[Link, ...]:
        """The links that may still be used, newest first."""
        query = select(links).where(links.c.used_at.is_(None), links.c.expires_at > now)
        return tuple(as_link(row) for row in self._connection.execute(query.order_by(links.c.made_at.desc())))

    def add_session(self, session: Session) -> None:
        """Remember that someone signed in."""
        self._connection.execute(
            sessions.insert().values(
                hash=session.hash, person=session.person, made_at=session.made_at, seen_at=session.seen_at
            )
        )

    def session(self, digest: str) -> Session | None:
        """The session with this hash."""
        row = self._connection.execute(select(sessions).where(sessions.c.hash == digest)).one_or_none()
        return None if row is None else Session(row.hash, row.person, row.made_at, row.seen_at)

    def seen(self, digest: str, at: datetime) -> None:
        """Someone used a session."""
        self._connection.execute(sessions.update().where(sessions.c.hash == digest).values(seen_at=at))

    def end_session(self, digest: str) -> None:
        """Forget a session."""
        self._connection.execute(sessions.delete().where(sessions.c.hash == digest))

    def end_sessions(self, person: str) -> None:
        """Forget every session of a person."""
        self._connection.execute(sessions.delete().where(sessions.c.person == person))

    def forget_sessions(self, before: datetime) -> None:
        """Forget the sessions that began before this."""
        self._connection.execute(sessions.delete().where(sessions.c.made_at < before))


def as_person(row: Row[Any]) -> Person:
    """A row as a record."""
    return Person(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        password=row.password,
        made_at=row.made_at,
        made_by=row.made_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def as_link(row: Row[Any]) -> Link:
    """A row as a record."""
    return Link(
        hash=row.hash,
        kind=LinkKind(row.kind),
        role=Role(row.role),
        person=row.person,
        note=row.note,
        by=row.by,
        made_at=row.made_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )
