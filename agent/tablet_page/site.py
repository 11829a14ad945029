"""The pages and their forms. Every page asks the agent afresh; a form says one thing, and leads back to a page."""

import os
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from agent.tablet_page import showing, talk
from agent.tablet_page.entry import cookies, give_cookie
from agent.tablet_page.forms import FORMS, Form, FormError, read_form
from agent.tablet_page.line import NoAgentError
from agent.tablet_page.pictures import CannotShowError
from agent.tablet_page.visit import Note, Visit

LEAVING = '"cache", "cookies", "storage"'
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
NOT_LET_IN = "Open it from the menu of this tablet: “Photos on this tablet”."
PAGES = {"/", "/same"}
STYLE = "page.css"
"""Sent with the look that all pages of Safeuse share in front of it."""

Endpoint = Callable[[Request], Response]


class Site:
    """The pages of one visit."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self._pages = Environment(
            loader=PackageLoader("agent.tablet_page"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._static = {
            file.name: file.read_bytes() for file in files("agent.tablet_page").joinpath("static").iterdir()
        }
        self._static[STYLE] = (files("configs") / "look.css").read_bytes() + self._static[STYLE]

    def app(self) -> Starlette:
        """Everything that is served."""
        forms = [Route(path, self.formed(form), methods=["POST"]) for path, form in FORMS.items()]
        app = Starlette(
            routes=[
                Route("/enter", self.entered, methods=["POST"]),
                Route("/enter/{token}", self.typed),
                Route("/static/{name}", self.static),
                Route("/pulse", self.guarded(self.pulse)),
                Route("/", self.guarded(self.first)),
                Route("/same", self.guarded(self.same)),
                Route("/photo/{digest}", self.guarded(self.photo)),
                Route("/photo/{digest}/may-be/{picture}", self.guarded(self.journals_picture)),
                *forms,
            ],
            exception_handlers={404: self.nothing, NoAgentError: self.agent_gone, FormError: self.refused},
        )
        app.router.redirect_slashes = False
        return app

    # letting in

    async def entered(self, request: Request) -> Response:
        """The file that the browser was handed posts its token."""
        return self.let_in((await read_form(request)).get("token", ""))

    async def typed(self, request: Request) -> Response:
        """A person typed, or pasted, the link that was printed at a terminal. No page may link here."""
        if request.headers.get("sec-fetch-site", "none") != "none":
            return self.not_let_in()
        return self.let_in(request.path_params["token"])

    def let_in(self, token: str) -> Response:
        """Give the cookie for the token. The next page is fetched by this one, so that the browser sends the cookie."""
        secret = self.visit.entry.redeem(token, self.visit.now())
        if secret is None:
            return self.not_let_in()
        self.visit.touch()
        answer = self.page("entered.html")
        give_cookie(answer, secret)
        return answer

    def not_let_in(self) -> Response:
        """Whoever was not let in is told how."""
        return self.page("trouble.html", 403, title="This page is not open here.", why=NOT_LET_IN)

    def is_in(self, request: Request) -> bool:
        """Tell whether a request comes from the browser that was let in."""
        return self.visit.entry.knows(cookies(request.headers.get("cookie", "")))

    def guarded(self, endpoint: Callable[[Request, talk.Shown], Response]) -> Endpoint:
        """A page for who was let in, with what the agent tells now; a lost tablet has but one page."""

        def answer(request: Request) -> Response:
            if not self.is_in(request):
                return self.not_let_in()
            shown = self.look()
            if shown.lost is not None and request.url.path != "/pulse":
                self.visit.pictures.forget()
                return self.page("lost.html", 403, shown=shown, pulse=showing.pulse(shown))
            return endpoint(request, shown)

        return answer

    def look(self) -> talk.Shown:
        """How the tablet stands. Raises NoAgentError."""
        answer = self.visit.line.ask(talk.Look())
        if isinstance(answer, talk.Shown):
            return answer
        raise NoAgentError(answer.why if isinstance(answer, talk.Refused) else "The agent gave no answer.")

    # pages

    def first(self, request: Request, shown: talk.Shown) -> Response:
        """What waits."""
        self.visit.touch()
        number = request.query_params.get("page", "1")
        listing = showing.listing(shown, int(number) if number.isdecimal() and len(number) < 5 else 1)  # noqa: PLR2004
        self.visit.later = frozenset()
        return self.page("list.html", shown=shown, listing=listing, pulse=showing.pulse(shown))

    def same(self, _request: Request, shown: talk.Shown) -> Response:
        """One question: whether two pictures are the same."""
        self.visit.touch()
        question = showing.question(shown, self.visit.later)
        if question is None:
            return RedirectResponse("/", 303)
        return self.page("same.html", shown=shown, question=question, pulse=showing.pulse(shown))

    def pulse(self, _request: Request, shown: talk.Shown) -> Response:
        """Whether the page that is open still says what is so. Nobody's touch."""
        return PlainTextResponse(showing.pulse(shown))

    def photo(self, request: Request, shown: talk.Shown) -> Response:
        """The small picture of a photo that waits."""
        digest = request.path_params["digest"]
        found = next((photo for photo in shown.photos if photo.digest == digest), None)
        if found is None:
            return self.static_file("no-picture.svg", 404)
        return self.picture(lambda: self.visit.pictures.of(found))

    def journals_picture(self, request: Request, _shown: talk.Shown) -> Response:
        """The small picture of a picture of the journal, where it is at hand."""
        question = talk.JournalPicture(request.path_params["digest"], request.path_params["picture"])
        _, descriptor = self.visit.line.ask_for_file(question)
        if descriptor is None:
            return self.static_file("not-at-hand.svg")
        try:
            return self.picture(lambda: self.visit.pictures.of_journal(descriptor))
        finally:
            os.close(descriptor)

    def picture(self, draw: Callable[[], bytes]) -> Response:
        """A small picture, or the sign that there is none to show."""
        try:
            return Response(draw(), media_type="image/jpeg")
        except CannotShowError:
            return self.static_file("no-picture.svg")

    async def static(self, request: Request) -> Response:
        """The few files that every page needs; there is nothing of the tablet in them."""
        name = request.path_params["name"]
        return self.static_file(name) if name in self._static else self.nothing(request, None)

    def static_file(self, name: str, status: int = 200) -> Response:
        """One of them."""
        return Response(self._static[name], status, media_type=TYPES[name.rpartition(".")[2]])

    # forms

    def formed(self, form: Form) -> Callable[[Request], Awaitable[Response]]:
        """A form for who was let in; what it did is said on the next page."""

        async def answer(request: Request) -> Response:
            fields = await read_form(request)
            if not self.is_in(request):
                return self.not_let_in()
            if not self.visit.entry.accepts(fields):
                raise FormError(403, "This form is from an earlier visit, so it does not count.")
            self.visit.touch()
            note = await run_in_threadpool(form, self.visit, fields)
            return self.left() if note is None else self.back(fields, note)

        return answer

    def back(self, fields: Mapping[str, str], note: Note) -> Response:
        """To the page that the form was on."""
        if note.words:
            self.visit.tell(note)
        back = fields.get("back", "/")
        return RedirectResponse(back if back in PAGES else "/", 303)

    def left(self) -> Response:
        """The last page; the browser forgets everything."""
        why = "You can close this window. Nothing of it stays in the browser."
        answer = self.page("trouble.html", title="The page is closed.", why=why)
        answer.headers["clear-site-data"] = LEAVING
        return answer

    # what else may happen

    def nothing(self, _request: Request, _error: Exception | None) -> Response:
        """There is no such page."""
        return self.page("trouble.html", 404, title="There is nothing here.", why=NOT_LET_IN)

    def agent_gone(self, _request: Request, error: Exception) -> Response:
        """The agent cannot be asked; the visit ends."""
        self.visit.leave()
        return self.page("trouble.html", 503, title="The photos cannot be shown now.", why=str(error))

    def refused(self, _request: Request, error: Exception) -> Response:
        """A form that does not count."""
        status = error.status if isinstance(error, FormError) else 400
        return self.page("trouble.html", status, title="That did not count.", why=str(error))

    def note(self, shown: object) -> Note | None:
        """What the last touch did; nothing once its photo has left, for then it cannot be taken back here."""
        note = self.visit.told()
        if note and note.undo and isinstance(shown, talk.Shown):
            return note if any(photo.digest == note.digest for photo in shown.photos) else None
        return note

    def page(self, template: str, status: int = 200, **given: object) -> HTMLResponse:
        """A page made from its template."""
        note = self.note(given.get("shown")) if "listing" in given or "question" in given else None
        words = {"csrf": self.visit.entry.csrf, "note": note, "signs": showing.SIGNS, "pulse": "", "shown": None}
        return HTMLResponse(self._pages.get_template(template).render(words | given), status)
