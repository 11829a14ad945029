"""`make bench-matching`: evaluate the matcher and print its table.

The thresholds were tuned on one half of the scenes (--half tune); the table is of the other. --quick takes minutes.
"""

import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.matching.films import film_trial
from benchmarks.matching.pipelines import EDITS
from benchmarks.matching.scenes import NoPicturesError, Scene, clips, stills
from benchmarks.matching.table import markdown
from benchmarks.matching.trials import Decision, burst_trial, single_trial


@dataclass(frozen=True, slots=True)
class Amount:
    """How many trials: copies of a still, bursts made of a still, bursts of a clip, copies of a video."""

    copies: int
    made: int
    cut: int
    filmed: int


FULL, QUICK = Amount(8, 2, 30, 4), Amount(2, 1, 3, 1)
Job = tuple[Callable[..., list[Decision]], tuple[object, ...]]


def jobs_for(half: str, amount: Amount) -> list[Job]:
    """Every trial of one half, in an order that keeps the frames of a clip together."""
    reported = half == "report"
    pictures = [scene for scene in stills() if scene.reported is reported]
    films = [scene for scene in clips() if scene.reported is reported]
    jobs: list[Job] = [(single_trial, (scene, 0, amount.copies)) for scene in pictures]
    jobs += [(burst_trial, (scene, seed, "made")) for scene in pictures for seed in range(amount.made)]
    random.Random(0).shuffle(jobs)
    jobs += [(bursts_of, (scene, first, amount.cut)) for scene in films for first in range(0, amount.cut, CHUNK)]
    return [*jobs, (film_trial, (films, 0, amount.filmed))]


CHUNK = 5


def bursts_of(scene: Scene, first: int, last: int) -> list[Decision]:
    """A few bursts of one clip, whose frames are decoded once."""
    return [one for seed in range(first, min(first + CHUNK, last)) for one in burst_trial(scene, seed, "clip")]


def run(job: Job) -> list[Decision]:
    """Run one trial in a worker."""
    work, arguments = job
    return work(*arguments)


def main(
    half: Annotated[str, typer.Option(help="Which scenes: report, or tune.")] = "report",
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A few minutes instead of most of an hour.")] = False,
    keep: Annotated[Path | None, typer.Option(help="Write every decision to a file, one JSON object a line.")] = None,
) -> None:
    """Evaluate the matcher on journal-style copies of stills, bursts and videos."""
    err = Console(stderr=True)
    try:
        jobs = jobs_for(half, QUICK if quick else FULL)
    except NoPicturesError as reason:
        err.print(f"[red]✕[/] {reason}", soft_wrap=True)
        raise typer.Exit(1) from reason
    began, spent, found = time.monotonic(), os.times(), evaluated(jobs, err)
    if keep:
        keep.write_text("".join(f"{json.dumps(asdict(one))}\n" for one in found))
    print(markdown(found, EDITS))
    now = os.times()
    cpu = now.children_user + now.children_system - spent.children_user - spent.children_system
    print(f"{len(found):,} decisions in {(time.monotonic() - began) / 60:.0f} minutes ({cpu / 60:.0f} of CPU).")
    sys.exit(any(one.false_purge for one in found))


def evaluated(jobs: list[Job], console: Console) -> list[Decision]:
    """Run all trials side by side, with a progress bar."""
    found: list[Decision] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    workers = len(os.sched_getaffinity(0))
    with Progress(*columns, console=console) as bar, multiprocessing.get_context("spawn").Pool(workers) as pool:
        for one in bar.track(pool.imap_unordered(run, jobs), total=len(jobs), description="matching"):
            found += one
    return found


if __name__ == "__main__":
    typer.run(main)
