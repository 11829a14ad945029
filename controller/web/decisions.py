"""The manager's decisions: which networks are trusted, which apps are approved."""

from collections.abc import Callable

from starlette.responses import Response

from controller import apps, networks
from controller.records import Author
from controller.seams import Store
from controller.web.visit import Visit

Decide = Callable[[Store, str, str, Author], None]


def networks_page(visit: Visit) -> Response:
    """Every network that tablets were on, and what to decide about it."""
    with visit.parts.store.read() as books:
        found = networks.every(books, visit.parts.setting)
        names = {device.id: device.name for device in books.devices.every()}
    return visit.page("networks.html", networks=found, names=names)


def trust(visit: Visit) -> Response:
    """Trust a network. Raises NetworkError."""
    return decided(visit, networks.trust, "/networks", "trusted")


def distrust(visit: Visit) -> Response:
    """Trust a network no more. Raises NetworkError."""
    return decided(visit, networks.distrust, "/networks", "distrusted")


def rename(visit: Visit) -> Response:
    """Call a network by a word of one's own. Raises NetworkError."""
    key, word = visit.form.get("key", ""), visit.form.get("word", "")
    networks.rename(visit.parts.store, visit.parts.setting, key, word, visit.author)
    return visit.go("/networks", "renamed")


def apps_page(visit: Visit) -> Response:
    """Apps that wait for a word first; then what was decided, and what came and went."""
    with visit.parts.store.read() as books:
        view = apps.view(books, visit.parts.setting)
        names = {device.id: device.name for device in books.devices.every()}
    return visit.page("apps.html", view=view, names=names)


def approve(visit: Visit) -> Response:
    """Approve an app. Raises AppError."""
    return decided(visit, apps.approve, "/apps", "approved")


def refuse(visit: Visit) -> Response:
    """Refuse an app. Raises AppError."""
    return decided(visit, apps.refuse, "/apps", "refused")


def decided(visit: Visit, decide: Decide, path: str, said: str) -> Response:
    """Decide about what the form names, and say so."""
    decide(visit.parts.store, visit.parts.setting, visit.form.get("key", ""), visit.author)
    return visit.go(path, said)
