"""People: who may sign in, the links that wait, adding someone and ending someone's sign-in."""

from starlette.responses import Response

from controller import people
from controller.people import PeopleError
from controller.records import Role
from controller.web.visit import Visit


def show(visit: Visit) -> Response:
    """Everyone, and the links that wait to be used."""
    return people_page(visit)


def people_page(visit: Visit, link: str = "", note: str = "") -> Response:
    """The page; right after a link was made it shows it, once."""
    with visit.parts.store.read() as books:
        everyone, links = books.people.every(), books.people.links(visit.now)
    return visit.page("people.html", people=everyone, links=links, link=link, note=note)


def invite(visit: Visit) -> Response:
    """Make a link with which someone joins, and show it once. Raises PeopleError."""
    note, role = visit.form.get("note", ""), visit.form.get("role", "")
    if role not in set(Role):
        msg = "choose whether they join as staff or as a manager"
        raise PeopleError(msg)
    token = people.invite(visit.parts.store, Role(role), note, visit.author)
    return people_page(visit, f"{visit.origin}/link/{token}", note)


def let_in(visit: Visit) -> Response:
    """Make a link for someone who forgot the password, and show it once. Raises PeopleError."""
    token = people.sign_in_link_for(visit.parts.store, visit.params["person"], visit.author)
    with visit.parts.store.read() as books:
        known = books.people.get(visit.params["person"])
    return people_page(visit, f"{visit.origin}/link/{token}", known.name if known else "")


def end(visit: Visit) -> Response:
    """End someone's sign-in. Raises PeopleError."""
    people.end(visit.parts.store, visit.params["person"], visit.author)
    return visit.go("/people", "ended")


def withdraw(visit: Visit) -> Response:
    """A link works no more. Raises LinkError."""
    people.withdraw(visit.parts.store, visit.params["link"], visit.author)
    return visit.go("/people", "withdrawn")
