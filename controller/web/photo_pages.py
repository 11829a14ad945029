"""Photos: what wants the manager, what is held and can be put back, the terms, and the trends."""

from starlette.responses import Response

from agreement.deadlines import DAYS
from controller import disputes, held, keeps, photo_rules, photos_seen, plots, standings, trends
from controller import tablets as use
from controller.photo_records import TabletGone
from controller.photo_rules import PhotoRules, RulesError
from controller.records import TabletState
from controller.seams import Books
from controller.trends import Trend
from controller.web.visit import Visit

SPANS = {"month": 30, "year": trends.KEPT}
"""Days that the plots look back."""
WRONG = 422


def show(visit: Visit) -> Response:
    """Everything about photos; the plots look back a month, or a year."""
    parts, span = visit.parts, visit.query.get("span", "month")
    span = span if span in SPANS else "month"
    with parts.store.read() as books:
        cards = [one for one in use.every(books, parts.presence, visit.now) if one.state is not TabletState.RETIRED]
        seen = photos_seen.see(books, parts.setting)
        kept = books.keeps.running(parts.setting, visit.now, photos_seen.MOST)
        clause = standings.terms(books, parts.setting).uploaded_photos
        trend, slowest = looking_back(books, visit, SPANS[span])
    waiting = sum(card.device.posture.photos.waiting for card in cards if card.device.posture)
    return visit.page(
        "photos.html",
        names={card.device.id: card.device.name for card in cards},
        seen=seen,
        kept=kept,
        waiting=waiting,
        clause=clause,
        deadline=photo_rules.deadline(clause),
        closes=clause.closing.next_after(visit.now),
        plots=plots.plots(trend),
        slow=plots.slow(slowest),
        span=span,
    )


def looking_back(books: Books, visit: Visit, days: int) -> tuple[Trend, tuple[tuple[TabletGone, float], ...]]:
    """The trends, and the slowest tablets. A page that refreshes itself takes neither anew."""
    if visit.is_live:
        return Trend(), ()
    setting, today = visit.parts.setting, visit.today
    return trends.of_setting(books, setting, today, days), trends.slowest(books, setting, today, days)


def give_back(visit: Visit) -> Response:
    """Ask a photo back, or all that a tablet holds. Raises HeldError."""
    device = visit.params["device"]
    asked = held.give_back(visit.parts.store, visit.parts.setting, device, visit.form.get("digest", ""), visit.author)
    return visit.go(f"/tablets/{device}", "given-back" if asked else "given-back-before")


def note(visit: Visit) -> Response:
    """Note as seen that an export lacks a photo. Raises HeldError."""
    form = visit.form
    held.note(visit.parts.store, visit.parts.setting, form.get("device", ""), form.get("digest", ""), visit.author)
    return visit.go("/photos", "noted")


def note_second(visit: Visit) -> Response:
    """Note as seen that a second photo was found to be a journal picture. Raises DisputeError."""
    picture, device = visit.form.get("picture", ""), visit.form.get("device", "")
    disputes.note(visit.parts.store, visit.parts.setting, picture, device, visit.author)
    return visit.go("/photos", "noted")


def keep(visit: Visit) -> Response:
    """Let a photo stay for a while, or not. Raises KeepError."""
    form = visit.form
    photo, answer = (form.get("device", ""), form.get("digest", "")), form.get("until", "")
    keeps.decide(visit.parts.store, visit.parts.setting, photo, answer, visit.author)
    return visit.go("/photos", "kept" if answer != keeps.Until.NO else "not-kept")


def end_keep(visit: Visit) -> Response:
    """Let a photo stay no longer. Raises KeepError."""
    photo = visit.form.get("device", ""), visit.form.get("digest", "")
    keeps.withdraw(visit.parts.store, visit.parts.setting, photo, visit.author)
    return visit.go("/photos", "keep-ended")


def show_rules(visit: Visit) -> Response:
    """The terms that hold, in a form."""
    with visit.parts.store.read() as books:
        clause = standings.terms(books, visit.parts.setting).uploaded_photos
    return rules_page(visit, photo_rules.rules_of(clause), "")


def take_rules(visit: Visit) -> Response:
    """Put other terms into force; what cannot be is said in the form."""
    rules = photo_rules.read(visit.form)
    try:
        photo_rules.change(visit.parts.store, visit.parts.setting, rules, visit.author)
    except RulesError as wrong:
        return rules_page(visit, rules, str(wrong), WRONG)
    return visit.go("/photos", "rules")


def rules_page(visit: Visit, rules: PhotoRules, wrong: str, status: int = 200) -> Response:
    """The form."""
    return visit.page("photo_rules.html", status, rules=rules, wrong=wrong, days=DAYS)
