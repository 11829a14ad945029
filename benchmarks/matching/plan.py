"""Which trials are run: every still and clip of one half, so many times."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.matching.films import film_trial
from benchmarks.matching.scenes import Scene, clips, stills
from benchmarks.matching.trials import Decision, burst_trial, repeated_trial, single_trial


@dataclass(frozen=True, slots=True)
class Amount:
    """How many trials: copies of a still, bursts made of a still, bursts of a clip, copies of a video."""

    copies: int
    made: int
    cut: int
    filmed: int


FULL, QUICK = Amount(3, 1, 15, 1), Amount(1, 1, 1, 1)
Job = tuple[Callable[..., list[Decision]], tuple[object, ...]]


def jobs_for(half: str, amount: Amount, seed: int = 0, only: str = "") -> list[Job]:
    """Every trial of one half, in no order; the long one first. Another seed gives other trials; `only` one kind."""
    reported = half == "report"
    pictures = [scene for scene in stills() if scene.reported is reported]
    films = [scene for scene in clips() if scene.reported is reported]
    jobs: list[Job] = [(single_trial, (scene, seed, amount.copies)) for scene in pictures]
    jobs += [(burst_trial, (scene, seed + at, "made")) for scene in pictures for at in range(amount.made)]
    jobs += [(bursts_of, (scene, seed + at, CHUNK)) for scene in films for at in range(0, amount.cut, CHUNK)]
    jobs += [(repeated_trial, (scene, seed)) for scene in films]
    random.Random(seed).shuffle(jobs)
    jobs.insert(0, (film_trial, (films, seed, amount.filmed)))
    return [job for job in jobs if job[0].__name__.startswith(only)]


CHUNK = 5
"""Bursts of one clip in one piece of work, so that its frames are decoded once."""


def bursts_of(scene: Scene, seed: int, count: int) -> list[Decision]:
    """A few bursts of one clip, whose frames are decoded once."""
    return [one for at in range(count) for one in burst_trial(scene, seed + at, "clip")]


def run(job: Job) -> list[Decision]:
    """Run one trial in a worker."""
    work, arguments = job
    began = time.process_time()
    found = work(*arguments)
    if os.environ.get("SAFEUSE_BENCH_COSTS"):
        print(work.__name__, round(time.process_time() - began, 2), len(found), flush=True)
    return found
