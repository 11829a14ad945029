"""The inventory of apps: the first is the baseline; after it, what came, changed or went is news."""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from agent.ledger.clip import short
from agent.ledger.outbox import Outbox
from agent.ledger.schema import keep, kept
from agent.seams.tablet import AppEvent, AppHistory
from agreement.facts import App
from agreement.letters import AppChanged, AppTurn

log = logging.getLogger(__name__)
Inventory = dict[str, App]


class Apps(Outbox):
    """Which apps are installed, compared with the last look."""

    def anew(self) -> None:
        """Read the inventory again."""
        super().anew()
        self._seen: tuple[App, ...] | None = None
        self._apps: Inventory | None = None
        self._baseline: frozenset[str] | None = None

    def inventory(self, apps: Sequence[App], history: AppHistory, at: datetime) -> frozenset[str]:
        """Compare with the last inventory: what came, changed and went is news. Gives the baseline's App.keys.

        The first inventory is the baseline. Raises OSError.
        """
        seen = tuple(apps)
        if self._baseline is None or self._apps is None:
            self._apps, self._baseline = self.read(load), self.read(baseline)
        if self._baseline is None:
            self._apps, self._baseline = self.begin_with(indexed(seen))
        elif seen != self._seen:
            self._apps = self.renew(self._apps, indexed(seen), history, at)
        self._seen = seen
        return self._baseline

    def begin_with(self, apps: Inventory) -> tuple[Inventory, frozenset[str]]:
        """Take the baseline, silently."""

        def job(connection: sqlite3.Connection) -> None:
            keep(connection, "baseline_taken", 1)
            connection.executemany("INSERT INTO baseline VALUES (?)", ((raw(key),) for key in apps))
            store(connection, apps.values())

        self.write(job)
        return apps, frozenset(apps)

    def renew(self, before: Inventory, after: Inventory, history: AppHistory, at: datetime) -> Inventory:
        """Write down what differs, and tell it."""
        if after != before:
            news = tuple(changes(before, after, history))
            gone = [app for key, app in before.items() if key not in after]
            new = [app for key, app in after.items() if before.get(key) != app]

            def job(connection: sqlite3.Connection) -> None:
                for change in news:
                    self.put(connection, change, at)
                connection.executemany("DELETE FROM apps WHERE app = ?", ((raw(app.key),) for app in gone))
                store(connection, new)

            self.write(job)
        return after


def indexed(apps: Sequence[App]) -> Inventory:
    """The apps by key; of several with one key the first."""
    inventory: Inventory = {}
    for app in apps:
        inventory.setdefault(app.key, app)
    return inventory


def changes(before: Inventory, after: Inventory, history: AppHistory) -> Iterator[AppChanged]:
    """What came, changed its version, or went; with who and when where the system logs it."""
    for key, app in after.items():
        was = before.get(key)
        if was is None:
            yield change(app, AppTurn.INSTALLED, "", app.version, logged(history, key))
        elif was.version != app.version:
            yield change(app, AppTurn.UPDATED, was.version, app.version, logged(history, key))
    for key, app in before.items():
        if key not in after:
            yield change(app, AppTurn.REMOVED, app.version, "", logged(history, key))


def logged(history: AppHistory, key: str) -> AppEvent | None:
    """What the package system's log says; a log that cannot be read says nothing, and that is in our own log."""
    try:
        return history.last(key)
    except OSError as failure:
        log.warning("who changed %s, and when, cannot be read: %s", short(key), failure.strerror)
        return None


def change(app: App, turn: AppTurn, was: str, now: str, event: AppEvent | None) -> AppChanged:
    """One change as news."""
    return AppChanged(
        short(app.source),
        short(app.package),
        short(app.name),
        turn,
        short(was),
        short(now),
        by=short(event.by) if event else "",
        happened=event.at if event else None,
        automatic=app.automatic,
    )


def raw(text: str) -> bytes:
    """A name as it is stored: it may hold surrogates, and must come back as it was."""
    return text.encode("utf-8", "surrogatepass")


def text(stored: bytes) -> str:
    """The name that raw was given."""
    return stored.decode("utf-8", "surrogatepass")


def load(connection: sqlite3.Connection) -> Inventory:
    """The last inventory."""
    rows = connection.execute("SELECT source, package, version, name, automatic FROM apps")
    apps = (App(text(s), text(p), text(v), text(n), bool(automatic)) for s, p, v, n, automatic in rows)
    return {app.key: app for app in apps}


def baseline(connection: sqlite3.Connection) -> frozenset[str] | None:
    """The keys of what was there at enrolment; None before the first inventory."""
    if not kept(connection, "baseline_taken"):
        return None
    return frozenset(text(key) for (key,) in connection.execute("SELECT app FROM baseline"))


def store(connection: sqlite3.Connection, apps: Iterable[App]) -> None:
    """Write these down as installed."""
    rows = ((raw(app.key), *map(raw, (app.source, app.package, app.version, app.name)), app.automatic) for app in apps)
    connection.executemany("INSERT OR REPLACE INTO apps VALUES (?, ?, ?, ?, ?, ?)", rows)
