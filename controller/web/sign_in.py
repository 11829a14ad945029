"""Signing in and out, one-time links, and a new password."""

from urllib.parse import urlencode

from starlette.responses import Response

from controller import passwords, people, sessions
from controller.passwords import PasswordError
from controller.people import LinkError, PeopleError
from controller.records import Link, LinkKind
from controller.sessions import Right, SignInError
from controller.web.security import inner_path
from controller.web.visit import Visit

TOO_MANY = 429
WRONG = 422
GONE = 410


def address_of(path: str) -> str:
    """Where to sign in, to be led on to that page."""
    return "/sign-in" if path == "/" else f"/sign-in?{urlencode({'next': path})}"


def show(visit: Visit) -> Response:
    """The form to sign in; whoever is signed in already is led on."""
    path = inner_path(visit.query.get("next", "/"))
    if visit.visitor is not None:
        return visit.go(path)
    return visit.page("sign_in.html", path=path, wrong="", name="")


def take(visit: Visit) -> Response:
    """Check name and password. A session that the browser brings along ends first: none is ever taken over."""
    name, path = visit.form.get("name", ""), inner_path(visit.form.get("next", "/"))
    told = (name, visit.form.get("password", ""))
    try:
        token = sessions.sign_in(visit.parts.store, visit.doors, told, visit.address, visit.now)
    except SignInError as wrong:
        status = TOO_MANY if wrong.wait else WRONG
        answer = visit.as_nobody().page("sign_in.html", status, path=path, wrong=str(wrong), name=name)
        if wrong.wait:
            answer.headers["retry-after"] = str(int(wrong.wait.total_seconds()))
        return answer
    end_session(visit)
    return visit.signed_in(token, path)


def end_session(visit: Visit) -> None:
    """End the session that the browser brings."""
    if visit.cookie:
        sessions.sign_out(visit.parts.store, visit.cookie)


def leave(visit: Visit) -> Response:
    """Sign out."""
    end_session(visit)
    return visit.signed_out("/sign-in")


def show_link(visit: Visit) -> Response:
    """What a one-time link is for. To look does not use it up: a preview of a message must not."""
    try:
        return link_page(visit, usable(visit), "")
    except LinkError as wrong:
        return visit.as_nobody().page("link_gone.html", GONE, message=str(wrong))


def take_link(visit: Visit) -> Response:
    """Join, or sign in, by a one-time link."""
    try:
        link = usable(visit)
    except LinkError as wrong:
        return visit.as_nobody().page("link_gone.html", GONE, message=str(wrong))
    try:
        token = joined(visit) if link.kind is LinkKind.JOIN else entered(visit)
    except LinkError as wrong:
        return visit.as_nobody().page("link_gone.html", GONE, message=str(wrong))
    except (PeopleError, PasswordError) as wrong:
        return link_page(visit, link, str(wrong), WRONG)
    end_session(visit)
    return visit.signed_in(token, "/")


def usable(visit: Visit) -> Link:
    """The link that the address names. Raises LinkError."""
    with visit.parts.store.read() as books:
        return people.usable(books, visit.params["token"], visit.now)


def link_page(visit: Visit, link: Link, wrong: str, status: int = 200) -> Response:
    """The page of a link that works."""
    page = "join.html" if link.kind is LinkKind.JOIN else "enter.html"
    path, name = f"/link/{visit.params['token']}", visit.form.get("name", "")
    shortest = passwords.SHORTEST
    return visit.as_nobody().page(page, status, link=link, path=path, wrong=wrong, name=name, shortest=shortest)


def joined(visit: Visit) -> str:
    """Become a person here. Raises LinkError, PeopleError, PasswordError."""
    form, token = visit.form, visit.params["token"]
    return people.join(visit.parts.store, token, form.get("name", ""), form.get("password", ""), visit.now)


def entered(visit: Visit) -> str:
    """Sign in by a link. Raises LinkError, PasswordError."""
    return people.enter(visit.parts.store, visit.params["token"], visit.form.get("password", ""), visit.now)


def show_password(visit: Visit) -> Response:
    """The form for a new password."""
    return visit.page("password.html", wrong="", shortest=passwords.SHORTEST)


def take_password(visit: Visit) -> Response:
    """Change the password; every other session of this person ends."""
    old, new = visit.form.get("old", ""), visit.form.get("new", "")
    try:
        visit.doors.knock(visit.address, visit.someone.person.name, visit.now)
        token = people.change_password(visit.parts.store, visit.someone.person, old, new, visit.now)
    except (PasswordError, SignInError) as wrong:
        return visit.page("password.html", WRONG, wrong=str(wrong), shortest=passwords.SHORTEST)
    visit.doors.open(visit.address, visit.someone.person.name)
    return visit.signed_in(token, "/" if visit.someone.may(Right.SEE) else "/report")
