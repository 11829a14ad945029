"""Apps: those that wait for the manager's word, and the decisions, which persist."""

from dataclasses import dataclass, replace
from datetime import datetime

from agreement.agreement import Agreement
from agreement.clauses.approved_apps import ApprovedApps
from controller import standings
from controller.notices import APPS
from controller.records import AppChange, AppDecision, Author, Decision
from controller.seams import Books, Store

MOST = 200
"""Decisions and changes that a page looks back on."""


class AppError(ValueError):
    """There is nothing to decide about this app; says why."""


@dataclass(frozen=True, slots=True)
class AppAsked:
    """An app that someone installed and the manager has not approved."""

    key: str  # source and package
    name: str
    devices: tuple[str, ...]  # ids of the tablets that have it
    since: datetime
    refused: bool  # decided against, and still there


@dataclass(frozen=True, slots=True)
class AppsView:
    """What the page about apps shows."""

    asked: tuple[AppAsked, ...]
    decided: tuple[AppDecision, ...]
    changes: tuple[AppChange, ...]
    approved: frozenset[str]


def view(books: Books, setting: str) -> AppsView:
    """Apps that wait for a word first; then the history."""
    clause = standings.terms(books, setting).approved_apps
    changes = books.reports.app_changes(None, MOST)
    return AppsView(asked(books, setting, clause), books.apps.decided(setting, MOST), changes, clause.approved)


def asked(books: Books, setting: str, clause: ApprovedApps) -> tuple[AppAsked, ...]:
    """Every app that is not approved and still there, those without a decision first."""
    known = set(books.devices.in_setting(setting))
    names = named(books.reports.app_changes(None, MOST))
    waiting: dict[str, AppAsked] = {}
    for finding in books.findings.open(clause=ApprovedApps.number):
        key = finding.subject
        if finding.device not in known or key in clause.approved:
            continue
        held = waiting.get(key) or AppAsked(key, names.get(key, plain(key)), (), finding.since, key in clause.refused)
        waiting[key] = replace(held, devices=(*held.devices, finding.device))
    return tuple(sorted(waiting.values(), key=lambda app: (app.refused, app.since)))


def named(changes: tuple[AppChange, ...]) -> dict[str, str]:
    """What people call each app, by its key."""
    return {f"{change.source}:{change.package}": change.name for change in reversed(changes) if change.name}


def plain(key: str) -> str:
    """The package's own name, where nothing better is known."""
    return key.partition(":")[2] or key


def approve(store: Store, setting: str, key: str, author: Author) -> None:
    """Approve an app, on every tablet of the setting. Raises AppError."""
    store.write(lambda books: decide(books, setting, key, Decision.APPROVED, author))


def refuse(store: Store, setting: str, key: str, author: Author) -> None:
    """Decide against an app, on every tablet of the setting. Raises AppError."""
    store.write(lambda books: decide(books, setting, key, Decision.REFUSED, author))


def decide(books: Books, setting: str, key: str, decision: Decision, author: Author) -> None:
    """Put the decision into the agreement, the history and the audit log."""
    clause = standings.terms(books, setting).approved_apps
    if key not in clause.approved | clause.refused | {app.key for app in asked(books, setting, clause)}:
        msg = "no tablet has this app any more"
        raise AppError(msg)
    name = named(books.reports.app_changes(None, MOST)).get(key, plain(key))
    why = f"{decision.value.capitalize()} the app {name} ({key})"
    standings.change(books, setting, lambda held: deciding(held, key, decision), author, why)
    books.apps.decide(setting, AppDecision(key, name, decision, author.by, author.at))
    books.ring(APPS)


def deciding(held: Agreement, key: str, decision: Decision) -> Agreement:
    """The agreement with this decision in place of any before."""
    one, clause = frozenset({key}), held.approved_apps
    if decision is Decision.APPROVED:
        new = replace(clause, approved=clause.approved | one, refused=clause.refused - one)
    else:
        new = replace(clause, approved=clause.approved - one, refused=clause.refused | one)
    return replace(held, approved_apps=new)
