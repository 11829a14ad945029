"""People: who may sign in, and the one-time links by which they come.

Nobody is given a password. The first manager, and everyone after, gets a link that works once, and chooses a name and a
password there. Of passwords, links and cookies only hashes are kept.
"""

import secrets
import unicodedata
from datetime import datetime, timedelta

from controller import passwords
from controller.notices import PEOPLE
from controller.passwords import PasswordError
from controller.records import Author, Link, LinkKind, Person, Role
from controller.seams import Books, Store
from controller.sessions import begun, digest

LINK_LIFE = timedelta(hours=24)
ENTER_LIFE = timedelta(minutes=30)
LONGEST = 60
"""Characters of a person's name, and of a note."""


class PeopleError(ValueError):
    """It cannot be done; says why and what to do."""


class LinkError(PeopleError):
    """The one-time link does not work; says why and what to do."""


def first_manager_link(store: Store, now: datetime) -> str | None:
    """The token of a link that makes the first manager; None when there is one. A link made before works no more."""

    def job(books: Books) -> str | None:
        if any(one.role is Role.MANAGER and one.ended_at is None for one in books.people.every()):
            return None
        for link in books.people.links(now):
            books.people.use_link(link.hash, now)
        return linked(
            books, (LinkKind.JOIN, Role.MANAGER, None), "the first manager", Author("Safeuse", now), LINK_LIFE
        )

    return store.write(job)


def sign_in_link(store: Store, name: str, author: Author) -> str:
    """The token of a link that signs a manager in who forgot the password. Raises PeopleError.

    Without a name it is for the only manager there is. Whoever can run this has the database in hand anyway.
    """
    return store.write(lambda books: entering(books, manager(books, name), author))


def sign_in_link_for(store: Store, person: str, author: Author) -> str:
    """The token of a link that signs someone in who forgot the password, made by a manager. Raises PeopleError."""

    def job(books: Books) -> str:
        known = books.people.get(person)
        if known is None or known.ended_at is not None:
            msg = "this person does not take part any more"
            raise PeopleError(msg)
        return entering(books, known, author)

    return store.write(job)


def entering(books: Books, person: Person, author: Author) -> str:
    """Make a link that signs this person in."""
    books.audit.add(author, f"Made a sign-in link for {person.name}", "people")
    books.ring(PEOPLE)
    return linked(books, (LinkKind.ENTER, person.role, person.id), person.name, author, ENTER_LIFE)


def manager(books: Books, name: str) -> Person:
    """The manager of this name, or the only one. Raises PeopleError."""
    there = [one for one in books.people.every() if one.role is Role.MANAGER and one.ended_at is None]
    fitting = [one for one in there if not name or one.name.casefold() == name.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(one.name for one in there)
    msg = (
        f"say which manager it is for: {names}" if names else "there is no manager yet; use the link that serve prints"
    )
    raise PeopleError(msg)


def invite(store: Store, role: Role, note: str, author: Author) -> str:
    """The token of a link with which someone joins. Raises PeopleError."""
    note = plain_name(note)

    def job(books: Books) -> str:
        books.audit.add(author, f"Made a link for {note} to join as {role.value}", "people")
        books.ring(PEOPLE)
        return linked(books, (LinkKind.JOIN, role, None), note, author, LINK_LIFE)

    return store.write(job)


def linked(books: Books, what: tuple[LinkKind, Role, str | None], note: str, author: Author, life: timedelta) -> str:
    """Keep the hash of a fresh token, and give the token."""
    token = secrets.token_urlsafe(32)
    kind, role, person = what
    books.people.add_link(Link(digest(token), kind, role, person, note, author.by, author.at, author.at + life))
    return token


def withdraw(store: Store, link: str, author: Author) -> None:
    """A link that was made works no more. Raises LinkError."""

    def job(books: Books) -> None:
        held = books.people.link(link)
        if held is None or not books.people.use_link(link, author.at):
            msg = "this link was used already, or is not known"
            raise LinkError(msg)
        books.audit.add(author, f"Withdrew the link for {held.note}", "people")
        books.ring(PEOPLE)

    store.write(job)


def usable(books: Books, token: str, now: datetime) -> Link:
    """The link of a token. Raises LinkError: mistyped, used, expired."""
    link = books.people.link(digest(token))
    if link is None:
        msg = "This link is not known here. Was it copied whole? Ask for a new one otherwise."
        raise LinkError(msg)
    if link.used_at is not None:
        msg = "This link was used already. A link works once; sign in with your name and password."
        raise LinkError(msg)
    if now >= link.expires_at:
        msg = "This link is too old. Ask for a new one."
        raise LinkError(msg)
    return link


def join(store: Store, token: str, name: str, password: str, now: datetime) -> str:
    """Become a person here by a link; gives the token of a session. Raises LinkError, PeopleError, PasswordError."""
    name = plain_name(name)
    with store.read() as books:
        usable(books, token, now)
    passwords.check(password, name)
    kept = passwords.hashed(password)

    def job(books: Books) -> str:
        link = usable(books, token, now)
        if books.people.named(name):
            msg = f"there is a {name} here already; add a letter of your surname"
            raise PeopleError(msg)
        books.people.use_link(link.hash, now)
        person = Person(secrets.token_hex(8), name, link.role, kept, now, link.by)
        books.people.add(person)
        books.audit.add(Author(name, now), f"Joined as {link.role.value}, by the link that {link.by} made", "people")
        books.ring(PEOPLE)
        return begun(books, person.id, now)

    return store.write(job)


def enter(store: Store, token: str, password: str, now: datetime) -> str:
    """Sign in by a link, with a new password if one is given; gives the token of a session.

    Raises LinkError, PasswordError.
    """
    if password:
        with store.read() as books:
            link = usable(books, token, now)
        passwords.check(password, link.note)
    kept = passwords.hashed(password) if password else ""

    def job(books: Books) -> str:
        link = usable(books, token, now)
        person = books.people.get(link.person or "")
        if link.kind is not LinkKind.ENTER or person is None or person.ended_at is not None:
            msg = "This link is not for signing in."
            raise LinkError(msg)
        books.people.use_link(link.hash, now)
        if kept:
            books.people.password(person.id, kept)
            books.people.end_sessions(person.id)
            books.audit.add(Author(person.name, now), "Chose a new password", "people")
        return begun(books, person.id, now)

    return store.write(job)


def change_password(store: Store, person: Person, old: str, new: str, now: datetime) -> str:
    """Take a new password from who knows the old one; every session ends, and the token of a new one is given.

    Raises PasswordError.
    """
    if not passwords.is_right(old, person.password):
        msg = "the present password is another one"
        raise PasswordError(msg)
    passwords.check(new, person.name)
    kept = passwords.hashed(new)

    def job(books: Books) -> str:
        books.people.password(person.id, kept)
        books.people.end_sessions(person.id)
        books.audit.add(Author(person.name, now), "Chose a new password", "people")
        return begun(books, person.id, now)

    return store.write(job)


def end(store: Store, person: str, author: Author) -> None:
    """Someone may not sign in any more, from now on. Raises PeopleError for the last manager."""

    def job(books: Books) -> None:
        there = {one.id: one for one in books.people.every() if one.ended_at is None}
        if person not in there:
            msg = "this person does not take part any more"
            raise PeopleError(msg)
        managers = [one for one in there.values() if one.role is Role.MANAGER]
        if managers == [there[person]]:
            msg = "this is the only manager; add another one first"
            raise PeopleError(msg)
        books.people.end(person, author.by, author.at)
        books.people.end_sessions(person)
        books.audit.add(author, f"Ended the sign-in of {there[person].name}", "people")
        books.ring(PEOPLE)

    store.write(job)


def plain_name(name: str) -> str:
    """A person's name without what cannot be seen. Raises PeopleError."""
    plain = " ".join(unicodedata.normalize("NFC", name).split())
    if not plain or len(plain) > LONGEST or any(unicodedata.category(c)[0] == "C" for c in plain):
        msg = f"a name has 1 to {LONGEST} visible characters"
        raise PeopleError(msg)
    return plain
