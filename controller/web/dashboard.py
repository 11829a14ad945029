"""The manager's first page, the list of tablets, and the page of each."""

from dataclasses import replace

from starlette.responses import Response

from controller import apps, incidents, networks, overview, photos_seen, plots, standings, trends
from controller import tablets as use
from controller.records import TabletState
from controller.sessions import Right
from controller.tablets import TabletError
from controller.timeline import told
from controller.trends import Trend
from controller.wanted import Seen
from controller.web.visit import Visit

GONE = 404
MONTHS = 92
"""Days that the plots of one tablet look back."""


def today(visit: Visit) -> Response:
    """How things stand; whoever may only report is led to the report."""
    if not visit.someone.may(Right.SEE):
        return visit.go("/report")
    return visit.page("today.html", today=overview.today(seen(visit), visit.wall))


def seen(visit: Visit) -> Seen:
    """One consistent view of what the first page is made from."""
    parts = visit.parts
    with parts.store.read() as books:
        cards = use.every(books, parts.presence, visit.now)
        return Seen(
            setting=books.agreements.setting(parts.setting).name,
            cards=tuple(card for card in cards if card.state is not TabletState.RETIRED),
            incidents=tuple(one for one in incidents.every(books) if one.closed_at is None),
            asked=apps.view(books, parts.setting).asked,
            agreement=standings.terms(books, parts.setting),
            photos=photos_seen.see(books, parts.setting),
        )


def tablets(visit: Visit) -> Response:
    """Every tablet, retired ones too, and the codes that wait for one."""
    with visit.parts.store.read() as books:
        cards = use.every(books, visit.parts.presence, visit.now)
        codes = books.codes.open(visit.now)
    return visit.page("tablets.html", cards=cards, codes=codes)


def tablet(visit: Visit) -> Response:
    """All there is to know of one tablet."""
    parts = visit.parts
    with parts.store.read() as books:
        detail = use.detail(books, visit.params["device"], parts.presence, visit.now)
        trend = Trend() if visit.is_live else trends.of_tablet(books, visit.params["device"], visit.today, MONTHS)
        trusted = {one.key for one in networks.every(books, parts.setting) if one.trusted}
    if detail is None:
        return visit.trouble("There is no such tablet.", GONE)
    view = replace(seen(visit), cards=(detail.card,))
    return visit.page(
        "tablet.html",
        detail=detail,
        face=overview.face(detail.card, view, visit.wall),
        rows=overview.register(view, visit.wall),
        news=tuple(told(happening) for happening in detail.news),
        trusted=trusted,
        hold_for=view.agreement.uploaded_photos.hold_for,
        plots=plots.plots(trend),
    )


def retire(visit: Visit) -> Response:
    """Listen to a tablet no more. Raises TabletError."""
    sure(visit)
    use.retire(visit.parts.store, visit.params["device"], visit.author)
    return visit.go(f"/tablets/{visit.params['device']}", "retired")


def sure(visit: Visit) -> None:
    """What cannot be undone is asked for twice. Raises TabletError."""
    if visit.form.get("sure") != "yes":
        msg = "tick the box to show that you mean it; nothing has changed"
        raise TabletError(msg)


def release(visit: Visit) -> Response:
    """Listen to a held tablet again. Raises TabletError."""
    use.release(visit.parts.store, visit.params["device"], visit.author)
    return visit.go(f"/tablets/{visit.params['device']}", "released")
