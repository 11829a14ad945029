"""How long the page about photos asks the books: a chain's 3,000 tablets and a year of counts, against a nursery's ten.

One controller, SQLite, everything in one setting: the most that a page is ever asked. Seconds of the wall clock of the
slower of the page's two spans, the year; the month is shown beside it.
"""

import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure, main, median
from controller import trends
from controller.seams import Books
from controller.store.books import SqlStore
from controller.store.database import Database, raw_of
from controller.store.tables import metadata

CHAIN, NURSERY = 3000, 10
"""Tablets."""
TODAY = datetime(2026, 11, 24, tzinfo=UTC).toordinal()
BUCKETS = range(40, 60)
"""About an hour to about a day."""
SPANS = {"month": 30, "year": trends.KEPT}
TIMES = 5
AIM = 2.0
"""Seconds that a chain's manager may wait for a year."""
DEVICE = """INSERT INTO devices (id, setting, name, key, state, held_code, held_why, enrolled_at, machine, standing,
 standing_seen, standing_applied, sequence, created, agent, posture, number, chain, era, open, hour, worst)
 VALUES (?, 'main', ?, '', 'active', '', '', 0, x'7b7d', 1, 0, 0, 0, 0, '', x'', 0, '', 1, 0, 0, 0)"""


def fill(books: Books, tablets: int) -> None:
    """A year and a little of every tablet: each day a count, each week twenty lengths of time."""
    raw = raw_of(books.connection)  # type: ignore[attr-defined]  # the real books have one
    names = [f"tablet-{n:04}" for n in range(tablets)]
    days = range(TODAY - trends.KEPT + 1, TODAY + 1)
    weeks = range(trends.week_of(days[0]), trends.week_of(TODAY) + 1)
    raw.execute("INSERT INTO settings (id, name, check_in_seconds) VALUES ('main', 'Larkfield Nursery', 300)")
    raw.executemany(DEVICE, ((name, name) for name in names))
    counts = ((name, day, 9, day % 4, 1) for name in names for day in days)
    raw.executemany("INSERT INTO waiting_days (device, day, most, last, heard) VALUES (?, ?, ?, ?, ?)", counts)
    lengths = ((name, week, bucket, 5, 40_000, 9000) for name in names for week in weeks for bucket in BUCKETS)
    raw.executemany(
        "INSERT INTO gone_weeks (device, week, bucket, many, seconds, worst) VALUES (?, ?, ?, ?, ?, ?)", lengths
    )
    raw.execute("INSERT INTO gone_tablets SELECT device, week, sum(many), max(worst) FROM gone_weeks GROUP BY 1, 2")
    raw.execute(
        "INSERT INTO gone_totals SELECT 'main', week, bucket, sum(many), sum(seconds), max(worst) FROM gone_weeks"
        " GROUP BY 2, 3"
    )
    for day in days:
        books.trends.carry(day)


def ask(store: SqlStore, days: int) -> float:
    """Seconds that one page asks."""
    began = time.perf_counter()
    with store.read() as books:
        trends.of_setting(books, "main", TODAY, days)
        trends.slowest(books, "main", TODAY, days)
    return time.perf_counter() - began


def asked(tablets: int) -> dict[str, float]:
    """The middle of several, for each span."""
    with tempfile.TemporaryDirectory() as folder, closing(Database(Path(folder) / "safeuse.sqlite3")) as database:
        store = SqlStore(database)
        database.write(metadata.create_all)
        store.write(lambda books: fill(books, tablets))
        return {span: median(ask(store, days) for _ in range(TIMES)) for span, days in SPANS.items()}


def measure() -> Sequence[Figure]:
    """Both spans, for a chain and for a nursery."""
    chain, nursery = asked(CHAIN), asked(NURSERY)
    return [
        Figure(
            f"a {span} of photos, {CHAIN:,} tablets",
            chain[span],
            "s",
            f"{NURSERY} tablets",
            nursery[span],
            f"≤ {AIM} s",
            met=chain[span] <= AIM,
        )
        for span in SPANS
    ]


if __name__ == "__main__":
    main(measure)
