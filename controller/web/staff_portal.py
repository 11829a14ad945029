"""The page for everyone of staff: report a tablet lost, stolen or damaged, from any phone."""

from starlette.responses import Response

from controller import lost
from controller.lost import KINDS, ReportError, Told
from controller.records import Device, DeviceState
from controller.web.visit import Visit

WRONG = 422


def show(visit: Visit) -> Response:
    """The form."""
    return form_page(visit, "")


def form_page(visit: Visit, wrong: str, status: int = 200) -> Response:
    """The form, with what was filled in and what is wrong with it."""
    filled = {name: visit.form.get(name, "") for name in ("tablet", "kind", "where", "when")}
    filled["tablet"] = filled["tablet"] or visit.query.get("tablet", "")
    return visit.page("report.html", status, tablets=tablets(visit), kinds=KINDS, filled=filled, wrong=wrong)


def tablets(visit: Visit) -> tuple[Device, ...]:
    """The tablets that may be reported."""
    with visit.parts.store.read() as books:
        return tuple(one for one in books.devices.every() if one.state is not DeviceState.RETIRED)


def take(visit: Visit) -> Response:
    """Take the report: the incident is open and the order to lock is on its way when the next page shows."""
    form = visit.form
    if not form.get("tablet"):
        return form_page(visit, "choose the tablet first", WRONG)
    if not form.get("kind"):
        return form_page(visit, "say whether it is lost, stolen or damaged", WRONG)
    told = Told(form["kind"], form.get("where", ""), form.get("when", ""))
    try:
        incident = lost.report(visit.parts.store, form["tablet"], told, visit.author)
    except ReportError as wrong:
        return form_page(visit, str(wrong), WRONG)
    return visit.go(f"/report/taken?incident={incident}")


def taken(visit: Visit) -> Response:
    """What was done, and what to do now. Staff see no more of the incident than this."""
    with visit.parts.store.read() as books:
        incident = books.incidents.get(visit.query.get("incident", ""))
        device = books.devices.get(incident.device) if incident else None
    if incident is None or device is None:
        return visit.go("/report")
    return visit.page("taken.html", incident=incident, device=device)
