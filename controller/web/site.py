"""The site: a table of doors, each with who may pass; everything else is the same for all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from controller import sessions
from controller.apps import AppError
from controller.disputes import DisputeError
from controller.enrol import TabletNameError
from controller.held import HeldError
from controller.journal.ending import JournalError
from controller.keeps import KeepError
from controller.lost import ReportError
from controller.networks import NetworkError
from controller.passwords import PasswordError
from controller.people import PeopleError
from controller.sessions import Doors, Right
from controller.tablets import TabletError
from controller.web import (
    changes,
    dashboard,
    decisions,
    enrolling,
    incident_pages,
    journal_pages,
    people_pages,
    photo_pages,
    sign_in,
    staff_portal,
)
from controller.web.events import Events
from controller.web.pages import environment, static_files
from controller.web.parts import Parts
from controller.web.security import COOKIE, FormError, Headers, check_csrf, inner_path, read_form
from controller.web.uploads import Uploads
from controller.web.visit import SEE_OTHER, Visit

TROUBLE: Final = (
    AppError,
    DisputeError,
    HeldError,
    JournalError,
    KeepError,
    NetworkError,
    PasswordError,
    PeopleError,
    ReportError,
    TabletError,
    TabletNameError,
)
"""What a use case refuses with a sentence for people."""

log = structlog.get_logger()


ANYONE: Final = None
"""Not a right: the page is for everyone, signed in or not."""


@dataclass(frozen=True, slots=True)
class Door:
    """One page or one form, and who may pass."""

    method: str
    path: str
    answer: Callable[[Visit], Response]
    right: Right | None


DOORS = (
    Door("GET", "/sign-in", sign_in.show, ANYONE),
    Door("POST", "/sign-in", sign_in.take, ANYONE),
    Door("GET", "/link/{token}", sign_in.show_link, ANYONE),
    Door("POST", "/link/{token}", sign_in.take_link, ANYONE),
    Door("POST", "/sign-out", sign_in.leave, Right.REPORT),
    Door("GET", "/password", sign_in.show_password, Right.REPORT),
    Door("POST", "/password", sign_in.take_password, Right.REPORT),
    Door("GET", "/report", staff_portal.show, Right.REPORT),
    Door("POST", "/report", staff_portal.take, Right.REPORT),
    Door("GET", "/report/taken", staff_portal.taken, Right.REPORT),
    Door("GET", "/", dashboard.today, Right.REPORT),
    Door("GET", "/tablets", dashboard.tablets, Right.SEE),
    Door("GET", "/tablets/{device}", dashboard.tablet, Right.SEE),
    Door("POST", "/tablets/{device}/retire", dashboard.retire, Right.ENROL),
    Door("POST", "/tablets/{device}/release", dashboard.release, Right.DECIDE),
    Door("POST", "/tablets/{device}/anew", enrolling.anew, Right.ENROL),
    Door("POST", "/tablets/{device}/give-back", photo_pages.give_back, Right.DECIDE),
    Door("GET", "/photos", photo_pages.show, Right.SEE),
    Door("POST", "/photos/noted", photo_pages.note, Right.DECIDE),
    Door("POST", "/photos/second", photo_pages.note_second, Right.DECIDE),
    Door("POST", "/photos/keep", photo_pages.keep, Right.DECIDE),
    Door("POST", "/photos/keep/end", photo_pages.end_keep, Right.DECIDE),
    Door("GET", "/photos/rules", photo_pages.show_rules, Right.DECIDE),
    Door("POST", "/photos/rules", photo_pages.take_rules, Right.DECIDE),
    Door("GET", "/enrol", enrolling.show, Right.ENROL),
    Door("POST", "/enrol", enrolling.take, Right.ENROL),
    Door("GET", "/enrol/waiting", enrolling.waiting, Right.ENROL),
    Door("GET", "/networks", decisions.networks_page, Right.SEE),
    Door("POST", "/networks/trust", decisions.trust, Right.DECIDE),
    Door("POST", "/networks/distrust", decisions.distrust, Right.DECIDE),
    Door("POST", "/networks/rename", decisions.rename, Right.DECIDE),
    Door("GET", "/apps", decisions.apps_page, Right.SEE),
    Door("POST", "/apps/approve", decisions.approve, Right.DECIDE),
    Door("POST", "/apps/refuse", decisions.refuse, Right.DECIDE),
    Door("GET", "/journal", journal_pages.show, Right.SEE),
    Door("POST", "/journal/{ident}/cancel", journal_pages.cancel, Right.DECIDE),
    Door("GET", "/incidents", incident_pages.every, Right.SEE),
    Door("GET", "/incidents/{incident}", incident_pages.one, Right.SEE),
    Door("GET", "/incidents/{incident}/report.pdf", incident_pages.pdf, Right.SEE),
    Door("POST", "/incidents/{incident}/found", incident_pages.found, Right.DECIDE),
    Door("GET", "/people", people_pages.show, Right.PEOPLE),
    Door("POST", "/people/invite", people_pages.invite, Right.PEOPLE),
    Door("POST", "/people/{person}/link", people_pages.let_in, Right.PEOPLE),
    Door("POST", "/people/{person}/end", people_pages.end, Right.PEOPLE),
    Door("POST", "/people/links/{link}/withdraw", people_pages.withdraw, Right.PEOPLE),
    Door("GET", "/changes", changes.show, Right.SEE),
)
"""Every door there is. Whoever may only report is led from the first page to the report."""


@dataclass(frozen=True, slots=True)
class Site:
    """What answering needs, whatever the door."""

    parts: Parts
    doors: Doors
    templates: Environment

    def endpoint(self, door: Door) -> Callable[[Request], object]:
        """What answers at a door: the form is read here, all the rest happens in a thread."""

        async def answer(request: Request) -> Response:
            form = None
            if door.method == "POST":
                try:
                    form = await read_form(request)
                except FormError as wrong:
                    return await run_in_threadpool(self.refused, request, wrong)
            return await run_in_threadpool(self.pass_through, door, request, form)

        return answer

    def visit(self, request: Request, form: dict[str, str] | None = None) -> Visit:
        """Who asks, with what, and when."""
        now, cookie = self.parts.clock(), request.cookies.get(COOKIE, "")
        is_live = "hx-request" in request.headers
        visitor = sessions.who(self.parts.store, cookie, now, by_hand=not is_live) if cookie else None
        return Visit(
            parts=self.parts,
            doors=self.doors,
            templates=self.templates,
            visitor=visitor,
            now=now,
            path=request.url.path,
            params=dict(request.path_params),
            query=dict(request.query_params),
            form=form or {},
            address=request.client.host if request.client else "",
            cookie=cookie,
            origin=f"{request.url.scheme}://{request.url.netloc}",
            is_live=is_live,
        )

    def pass_through(self, door: Door, request: Request, form: dict[str, str] | None) -> Response:
        """Let through who may pass; say plainly what a use case refuses."""
        visit = self.visit(request, form)
        if door.right is not ANYONE and visit.visitor is None:
            return self.to_sign_in(visit, request)
        if door.right is not ANYONE and not visit.someone.may(door.right):
            return visit.trouble("This page is for the manager.", 403)
        try:
            if form is not None and door.right is not ANYONE:
                check_csrf(form, visit.someone.csrf)
            return door.answer(visit)
        except FormError as wrong:
            return visit.trouble(str(wrong), wrong.status)
        except TROUBLE as refusal:
            return visit.trouble(str(refusal))

    def refused(self, request: Request, wrong: FormError) -> Response:
        """A form that must not count."""
        return self.visit(request).trouble(str(wrong), wrong.status)

    def to_sign_in(self, visit: Visit, request: Request) -> Response:
        """Ask for a sign-in first; a page that refreshes itself is to load anew as a whole."""
        if visit.is_live:
            return Response(status_code=401, headers={"hx-refresh": "true"})
        if request.method != "GET":
            return visit.go("/sign-in")
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(sign_in.address_of(inner_path(wanted)), SEE_OTHER)

    async def nothing_here(self, request: Request, wrong: Exception) -> Response:
        """No such page, or not in that way."""
        status = wrong.status_code if isinstance(wrong, HTTPException) else 404
        message = "There is no such page." if status == 404 else "That is not how to ask for this page."  # noqa: PLR2004 - as HTTP has it
        return await run_in_threadpool(lambda: self.visit(request).trouble(message, status))

    async def broken(self, request: Request, wrong: Exception) -> Response:
        """A fault of ours: logged with its place, and said without it."""
        log.error("a page failed", path=request.url.path, exc_info=wrong)
        return Response("Something went wrong here. It is noted in the controller’s log.", 500, media_type="text/plain")


def site(parts: Parts) -> Starlette:
    """The ASGI app that answers everything that is not the device API's."""
    static = static_files()
    made = Site(parts, Doors(), environment(static))
    routes: list[BaseRoute] = [Route(door.path, made.endpoint(door), methods=[door.method]) for door in DOORS]
    routes.append(Route("/static/{path:path}", static.answer, methods=["GET"]))
    routes += Uploads(parts).routes()
    routes.append(Route("/events", Events(parts), methods=["GET"]))
    return Starlette(
        routes=routes,
        middleware=[Middleware(Headers)],
        exception_handlers={HTTPException: made.nothing_here, Exception: made.broken},
    )
