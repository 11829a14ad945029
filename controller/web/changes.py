"""What was changed: the audit log, each line with its author."""

from starlette.responses import Response

from controller.web.visit import Visit

MOST = 200


def show(visit: Visit) -> Response:
    """The latest changes first."""
    with visit.parts.store.read() as books:
        lines = books.audit.latest(MOST)
        names = {device.id: device.name for device in books.devices.every()}
    return visit.page("changes.html", lines=lines, names=names)
