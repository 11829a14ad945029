"""What matching costs, in CPU time: python -m benchmarks.matching.speed [PHOTOS PICTURES].

Photos are crops of the stills, 12 megapixels each, and one in four has a copy in the journal; the rest of the journal
is other crops. There are at least as many pictures as photos. The whole command is run on them, children and all.
"""

import io
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image
from rich.progress import track

from agreement.matching.fingerprints import Fingerprint, Kind, fingerprint
from agreement.matching.shortlist import Index
from benchmarks.figures import Figure, median, show
from benchmarks.matching.pipelines import as_photo, journal_copy
from benchmarks.matching.scenes import DATA, Scene, picture, stills
from benchmarks.matching.trials import judged_alone, on_tablet

TWELVE = (4000, 3000)
TIMES = 9
AIM, MINUTES = 60.0, 5.0
IN_JOURNAL = 0.25
"""The part of the tablet's photos of which the journal has a copy."""


def cpu_of(work: Callable[[], object], times: int = TIMES) -> float:
    """Milliseconds of CPU, the median of several."""

    def once() -> float:
        began = time.process_time()
        work()
        return (time.process_time() - began) * 1000

    return median(once() for _ in range(times))


@lru_cache(maxsize=1)
def shown(scene: Scene) -> Image.Image:
    """A still, decoded once for all the crops that are made of it in a row."""
    return picture(scene)


def crop_of(scene: Scene, dice: random.Random, size: tuple[int, int]) -> Image.Image:
    """A part of a still, at a size."""
    still = shown(scene)
    width, height = (int(side * dice.uniform(0.3, 0.5)) for side in still.size)
    left, top = dice.randrange(still.width - width), dice.randrange(still.height - height)
    return still.resize(size, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height))


def one_photo() -> list[Figure]:
    """What one photo of 12 megapixels costs."""
    scene = Scene("Canon_EOS_5D", DATA / "photos/Canon_EOS_5D.jpg")
    data = as_photo(picture(scene).resize(TWELVE[::-1]))
    plain = cpu_of(lambda: fingerprint(io.BytesIO(data), Kind.PICTURE))
    parts = cpu_of(lambda: fingerprint(io.BytesIO(data), Kind.PICTURE, parts=True))
    full = cpu_of(lambda: Image.open(io.BytesIO(data)).convert("RGB"))
    made, photo = journal_copy(picture(scene), random.Random(1)), on_tablet("photo", data)
    compared = cpu_of(lambda: judged_alone(photo, scene, "single", made))
    apart = query(photo.known)
    bound, aim = "a full decode", f"≤ {AIM:.0f} ms"
    return [
        Figure("fingerprint, 12 MP JPEG", plain, "ms CPU", bound, full, aim, plain <= AIM),
        Figure("with its parts", parts, "ms CPU", bound, full, aim, parts <= AIM),
        Figure("compared with one picture", compared, "ms CPU", bound, full, "–", met=True),
        Figure("shortlisted among 10,000", apart, "ms CPU", bound, full, "–", met=True),
    ]


def query(asked: Fingerprint) -> float:
    """Milliseconds of CPU to look for a picture and all its parts among 10,000."""
    dice = np.random.default_rng(2)
    others = [
        (str(at), Fingerprint(Kind.PICTURE, 1600, int(dice.integers(900, 2400)), dice.bytes(32), 100))
        for at in range(10_000)
    ]
    index = Index(others)
    return cpu_of(lambda: (index.near(asked), index.near_parts(asked)))


def made(at: int, photos: int, pictures: int, folder: str) -> None:
    """Make a photo of the tablet, a picture of the journal, or both; the journal has a copy of one in four."""
    scenes = [scene for scene in stills() if scene.path.suffix != ".png"]
    dice, scene = random.Random(f"speed {at}"), scenes[at * len(scenes) // max(photos, pictures)]
    is_photo = at * photos // pictures != (at + 1) * photos // pictures
    shot = crop_of(scene, dice, TWELVE if is_photo else (2000, 1500))
    if is_photo:
        Path(folder, "tablet", f"{at}.jpg").write_bytes(as_photo(shot))
        shot = shot if dice.random() < IN_JOURNAL else crop_of(scene, dice, (2000, 1500))
    Path(folder, "journal", f"{at}.jpg").write_bytes(journal_copy(shot, dice).data)


def whole(photos: int, pictures: int) -> Figure:
    """The whole command on so many photos and pictures."""
    stills()  # looked through once, not by each process
    with tempfile.TemporaryDirectory() as name:
        tablet, journal = Path(name, "tablet"), Path(name, "journal")
        tablet.mkdir()
        journal.mkdir()
        making = partial(made, photos=photos, pictures=pictures, folder=name)
        with multiprocessing.get_context("spawn").Pool() as pool:
            for _ in track(
                pool.imap_unordered(making, range(pictures), 20), total=pictures, description="making pictures"
            ):
                pass
            pool.close()
            pool.join()
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        command = [sys.executable, "-m", "agent", "match", str(tablet), str(journal), "--json"]
        subprocess.run(command, check=True, capture_output=True)
        after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), (time.monotonic() - began) / 60
    spent = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 60
    title = f"{photos:,} photos × {pictures:,} pictures"
    cores = len(os.sched_getaffinity(0))
    each = spent / cores
    return Figure(title, each, f"min CPU on each of {cores} cores", "by the clock", wall, "≤ 5 min", each <= MINUTES)


def main(
    photos: Annotated[int, typer.Argument(help="Photos of 12 megapixels on the tablet.")] = 1_000,
    pictures: Annotated[int, typer.Argument(help="Pictures in the journal; 0: only what one photo costs.")] = 10_000,
) -> None:
    """Measure what matching costs."""
    show([*one_photo(), *([whole(photos, pictures)] if pictures else [])])


if __name__ == "__main__":
    typer.run(main)
