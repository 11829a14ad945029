"""Enrolling a tablet: a name gives a code, shown once, as text and as QR, while it counts down."""

import io
from datetime import UTC, datetime

import segno
from markupsafe import Markup
from starlette.responses import Response

from controller import enrol
from controller.enrol import Made, TabletNameError
from controller.records import IssuedCode
from controller.seams import Books
from controller.web.visit import Visit

WRONG = 422


def show(visit: Visit) -> Response:
    """The form: what people call the tablet."""
    return visit.page("enrol.html", wrong="", name=visit.query.get("name", ""))


def take(visit: Visit) -> Response:
    """Make a code for a new tablet, and show it."""
    name, parts = visit.form.get("tablet", ""), visit.parts
    try:
        made = enrol.make_code(parts.store, parts.setting, name, parts.here, visit.author)
    except TabletNameError as wrong:
        return visit.page("enrol.html", WRONG, wrong=str(wrong), name=name)
    return code_page(visit, made)


def anew(visit: Visit) -> Response:
    """Make a code with which a known tablet is enrolled again as itself. Raises TabletNameError."""
    parts = visit.parts
    return code_page(visit, enrol.make_code_anew(parts.store, visit.params["device"], parts.here, visit.author))


def code_page(visit: Visit, made: Made) -> Response:
    """The code, once: only its hash is kept."""
    with visit.parts.store.read() as books:
        code = waited_for(visit, books, made.tablet)
    return visit.page(
        "code.html", made=made, qr=qr(made.code), tablet=made.tablet, device=None, code=code, since=since(visit.now)
    )


def waiting(visit: Visit) -> Response:
    """Whether the tablet has come yet, for the page that shows its code."""
    name, asked = visit.query.get("tablet", ""), visit.query.get("since", "")
    with visit.parts.store.read() as books:
        device = books.devices.named(visit.parts.setting, name)
        code = waited_for(visit, books, name)
    here = device if device and since(device.enrolled_at) > asked else None
    return visit.page("waiting.html", tablet=name, device=here, code=code, since=asked)


def waited_for(visit: Visit, books: Books, name: str) -> IssuedCode | None:
    """The code that may still be used for this name."""
    return next((one for one in books.codes.open(visit.now) if one.tablet == name), None)


def since(at: datetime) -> str:
    """An instant for the address of a page: in order as text."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"


def qr(code: str) -> Markup:
    """The code as a QR, dark on light in either theme; it stands in the page itself, so nothing else fetches it."""
    out = io.BytesIO()
    segno.make(code, error="m", boost_error=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, svgclass="qr", lineclass=None, border=2, dark="#000"
    )
    return Markup(out.getvalue().decode())  # noqa: S704 - made by segno from letters and digits
