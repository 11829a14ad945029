"""The strip of the week: a mark for each hour in which a tablet was heard, and the worst that it was in it."""

from datetime import UTC, datetime, timedelta

from controller.records import Card, TabletState
from controller.seams import Books

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORST = {state: rank for rank, state in enumerate(TabletState)}


def is_new_hour(card: Card, now: datetime) -> bool:
    """Tell whether the present hour has no mark yet."""
    return (now - EPOCH) // HOUR != card.hour


def mark(books: Books, card: Card, now: datetime, *, changed: bool = False) -> None:
    """Mark the present hour: when it is a new one, or when what `changed` may have made the tablet worse than that."""
    lost = WORST[TabletState.LOST] if card.incident else -1
    if not changed and not is_new_hour(card, now) and lost <= card.worst:
        return
    worst = lost if card.incident else present(books, card)
    if is_new_hour(card, now) or worst > card.worst:
        books.letters.hour(card.id, (now - EPOCH) // HOUR, worst)


def present(books: Books, card: Card) -> int:
    """How the tablet is, by what is open on it."""
    return WORST[TabletState.LOOK if books.findings.any_open(card.id) else TabletState.SAFE]
