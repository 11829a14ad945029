"""The verdicts for a person at a terminal: a progress bar while it works, a table, a summary; or lines of JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from agent.matching.matching import Outcome, Verdict
from agent.matching.matching import Progress as Told

SIGNS = {"added": "[green]✓ added[/]", "not_added": "· not added", "ask": "[yellow]? ask[/]"}
MOST_UNUSED = 10


@contextmanager
def progress_on(console: Console) -> Iterator[Told]:
    """A progress bar for each step."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    steps: dict[str, TaskID] = {}
    with Progress(*columns, console=console, transient=True) as bar:

        def tell(step: str, done: int, total: int) -> None:
            if step not in steps:
                steps[step] = bar.add_task(step, total=total)
            bar.update(steps[step], completed=done)

        yield tell


def show_json(outcome: Outcome, write: "Console") -> None:
    """One object a line for every file of the tablet."""
    for verdict in outcome.verdicts:
        write.out(msgspec.json.encode(verdict).decode(), highlight=False)


def show_table(outcome: Outcome, write: Console) -> None:
    """A table of all files, and a summary."""
    table = Table("file", "verdict", "journal picture", "why", box=None, pad_edge=False, header_style="bold")
    for verdict in outcome.verdicts:
        table.add_row(escape(verdict.file), SIGNS[verdict.verdict], escape(verdict.picture or "–"), escape(verdict.why))
    write.print(table)
    write.print(summary(outcome.verdicts, outcome.pictures))


def summary(verdicts: Sequence[Verdict], pictures: int) -> str:
    """How many there are of each."""
    count = Counter(verdict.verdict for verdict in verdicts)
    return (
        f"\n{len(verdicts)} files on the tablet, {pictures} pictures and videos in the journal: "
        f"{count['added']} added, {count['not_added']} not added, {count['ask']} to ask a person about."
    )


def show_unused(outcome: Outcome, write: Console) -> None:
    """The journal's files that were left out, a few by name."""
    for name, why in outcome.unused[:MOST_UNUSED]:
        write.print(f"[yellow]![/] {escape(name)} in the journal was left out: {escape(why)}", soft_wrap=True)
    more = len(outcome.unused) - MOST_UNUSED
    if more > 0:
        write.print(f"[yellow]![/] and {more} more.")
