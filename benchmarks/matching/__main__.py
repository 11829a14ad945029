"""`make bench-matching`: evaluate the matcher and print its table.

The thresholds were tuned on one half of the scenes (--half tune); the table is of the other. --quick takes minutes.
"""

import json
import multiprocessing
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.matching.pipelines import EDITS
from benchmarks.matching.plan import FULL, QUICK, Job, jobs_for, run
from benchmarks.matching.scenes import NoPicturesError
from benchmarks.matching.table import REPEATED, markdown
from benchmarks.matching.trials import Decision


def main(  # noqa: PLR0913 - the options of a command
    half: Annotated[str, typer.Option(help="Which scenes: report, or tune.")] = "report",
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A few minutes instead of most of an hour.")] = False,
    seed: Annotated[int, typer.Option(help="Draw other trials of the same kinds.")] = 0,
    only: Annotated[str, typer.Option(help="Only one kind of trial: single, burst or film.")] = "",
    workers: Annotated[int | None, typer.Option(help="How many trials side by side; else one a core.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Write every decision to a file, one JSON object a line.")] = None,
    show: Annotated[
        list[Path] | None, typer.Option(help="Only print the table of what was kept; may be repeated.")
    ] = None,
) -> None:
    """Evaluate the matcher on journal-style copies of stills, bursts and videos."""
    err = Console(stderr=True)
    if show:
        print(
            markdown([Decision(**json.loads(line)) for path in show for line in path.read_text().splitlines()], EDITS)
        )
        return
    try:
        with err.status("looking through the pictures …"):
            jobs = jobs_for(half, QUICK if quick else FULL, seed, only)
    except NoPicturesError as reason:
        err.print(f"[red]✕[/] {reason}", soft_wrap=True)
        raise typer.Exit(1) from reason
    began, spent, found = time.monotonic(), os.times(), evaluated(jobs, err, keep, workers)
    print(markdown(found, EDITS))
    now = os.times()
    cpu = now.children_user + now.children_system - spent.children_user - spent.children_system
    print(f"{len(found):,} decisions in {(time.monotonic() - began) / 60:.0f} minutes ({cpu / 60:.0f} of CPU).")
    sys.exit(any(one.false_purge for one in found if one.group != REPEATED))


def evaluated(jobs: list[Job], console: Console, keep: Path | None, workers: int | None) -> list[Decision]:
    """Run all trials side by side, with a progress bar; decisions are kept as they come."""
    found: list[Decision] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in the agent's children
    many = workers or len(os.sched_getaffinity(0))
    with Progress(*columns, console=console) as bar, multiprocessing.get_context("spawn").Pool(many) as pool:
        for one in bar.track(pool.imap_unordered(run, jobs), total=len(jobs), description="matching"):
            found += one
            if keep:
                with keep.open("a") as file:
                    file.writelines(f"{json.dumps(asdict(decision))}\n" for decision in one)
    return found


if __name__ == "__main__":
    typer.run(main)
