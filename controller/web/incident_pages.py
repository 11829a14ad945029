"""Incidents: the list, one that reads like a letter, the same as PDF, and its end."""

from starlette.responses import Response

from controller import incidents, letter, lost, reports
from controller.web.visit import Visit

GONE = 404


def every(visit: Visit) -> Response:
    """The incidents, open ones first."""
    with visit.parts.store.read() as books:
        found = incidents.every(books)
        names = {device.id: device.name for device in books.devices.every()}
    return visit.page("incidents.html", incidents=found, names=names)


def one(visit: Visit) -> Response:
    """One incident, as a letter."""
    report = report_of(visit)
    if report is None:
        return visit.trouble("There is no such incident.", GONE)
    return visit.page("incident.html", letter=report)


def pdf(visit: Visit) -> Response:
    """The same as a document to hand on."""
    report = report_of(visit)
    if report is None:
        return visit.trouble("There is no such incident.", GONE)
    name = f'attachment; filename="incident-{visit.params["incident"]}.pdf"'
    return Response(reports.pdf(report), media_type="application/pdf", headers={"content-disposition": name})


def report_of(visit: Visit) -> letter.Letter | None:
    """All that is known of an incident, in words."""
    with visit.parts.store.read() as books:
        found = incidents.report(books, visit.params["incident"])
        setting = books.agreements.setting(visit.parts.setting).name
    return letter.letter(found, setting, visit.wall) if found else None


def found(visit: Visit) -> Response:
    """The tablet was found: close the incident. Raises ReportError."""
    how = " ".join(visit.form.get("how", "").split()) or "found again"
    lost.found(visit.parts.store, visit.params["incident"], visit.author, how)
    return visit.go(f"/incidents/{visit.params['incident']}", "closed")
