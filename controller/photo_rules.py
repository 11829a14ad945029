"""The terms about photos (clause 10), as the manager changes them: in words, and refused in the clause's own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from agreement.agreement import Agreement
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.deadlines import DAYS, Closing, span
from controller import standings
from controller.records import Author
from controller.seams import Books, Store

CLOSING = "before closing time"
UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


class RulesError(ValueError):
    """The terms cannot be put into force; says why."""


@dataclass(frozen=True, slots=True)
class PhotoRules:
    """The terms as a form has them."""

    at_closing: bool
    within: str  # such as “24 hours”
    closes: str  # such as “18:00”
    days: tuple[str, ...]  # of DAYS
    act_on_word: bool
    hold_for: str  # such as “3 days”


def rules_of(clause: UploadedPhotos) -> PhotoRules:
    """The terms that hold, for the form."""
    at_closing = span(clause.due) is None
    return PhotoRules(
        at_closing,
        "24 hours" if at_closing else clause.due,
        clause.closing.at,
        clause.closing.days,
        clause.act_on_word,
        in_words(clause.hold_for),
    )


def read(form: Mapping[str, str]) -> PhotoRules:
    """The terms that a form brings."""
    return PhotoRules(
        form.get("due") == "closing",
        form.get("within", "").strip(),
        form.get("closes", "").strip(),
        tuple(day for day in DAYS if form.get(f"day-{day}") == "yes"),
        form.get("act-on-word") == "yes",
        form.get("hold-for", "").strip(),
    )


def change(store: Store, setting: str, rules: PhotoRules, author: Author) -> None:
    """Put these terms into force as a new version. Raises RulesError, in the clause's own words."""

    def job(books: Books) -> None:
        held = standings.terms(books, setting)
        try:
            clause = as_clause(held.uploaded_photos, rules)
        except ValueError as wrong:
            raise RulesError(str(wrong)) from wrong
        if clause == held.uploaded_photos:
            msg = "these are the terms that hold already; nothing has changed"
            raise RulesError(msg)
        standings.change(books, setting, lambda terms: changed(terms, clause), author, why(clause))

    store.write(job)


def changed(terms: Agreement, clause: UploadedPhotos) -> Agreement:
    """The agreement with this clause 10."""
    return replace(terms, uploaded_photos=clause)


def as_clause(held: UploadedPhotos, rules: PhotoRules) -> UploadedPhotos:
    """Clause 10 with these terms. Raises ValueError, as the clause says it."""
    closing = Closing(rules.closes, rules.days, held.closing.time_zone) if rules.at_closing else held.closing
    hold_for = span(rules.hold_for)
    if hold_for is None:
        msg = "a photo is held for a length of time, such as “3 days”, not until closing time"
        raise ValueError(msg)
    due = CLOSING if rules.at_closing else " ".join(rules.within.split()).lower()
    return replace(held, due=due, closing=closing, act_on_word=rules.act_on_word, hold_for=hold_for)


def why(clause: UploadedPhotos) -> str:
    """The terms in a line of the audit log."""
    word = f"a word removes, held for {in_words(clause.hold_for)}" if clause.act_on_word else "a word removes nothing"
    return f"Photos must be in the journal {deadline(clause)}; {word}"


def deadline(clause: UploadedPhotos) -> str:
    """Until when photos must be in the journal, as the end of a sentence."""
    if span(clause.due) is not None:
        return f"within {clause.due}"
    return f"before closing time ({clause.closing.at}, {days_of(clause.closing.days)})"


def days_of(days: tuple[str, ...]) -> str:
    """Days of the week as a person says them: “Monday to Friday”, “every day”, “Monday and Thursday”."""
    places = [place for place, day in enumerate(DAYS) if day in days]
    names = [DAYS[place].capitalize() for place in places]
    if len(names) == len(DAYS):
        return "every day"
    if len(names) > 2 and places[-1] - places[0] == len(places) - 1:  # noqa: PLR2004 - two days are said one by one
        return f"{names[0]} to {names[-1]}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def in_words(length: timedelta) -> str:
    """A length of time in words that deadlines.span reads back, exact to the second: “3 days”, “36 hours”."""
    for name, unit in UNITS:
        if length % unit == timedelta() and length >= unit:
            many = length // unit
            return f"{many} {name}{'' if many == 1 else 's'}"
    seconds = max(1, length // timedelta(seconds=1))
    return f"{seconds} second{'' if seconds == 1 else 's'}"
