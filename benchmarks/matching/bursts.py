"""Bursts: photos of one moment that differ by little, as staff take three in a second. Real ones, and made ones."""

import math
import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.matching.scenes import Scene, frames, picture

STEPS = (0.033, 0.067, 0.167, 0.33)
"""Seconds between two photos."""

LONG, MADE_LONG = 6, 4
"""Photos in a burst cut from a clip, and in one that is made."""

MADE_SIDE = 2000

ONE_EXPOSURE = 0.6
"""Grey levels (rms) up to which two frames of a clip are one exposure, which its camera, too slow, repeated.

Two exposures of the very same light differ by 0.41 merely since each is rounded to whole levels; the clip's encoder
adds its own. In the clips at hand frames differ by up to 0.6, or by 0.8 and more, apart from one clip that a fixed
camera took of a yard in which little moves."""

MOST_REPEATS = 5


@dataclass(frozen=True, slots=True)
class Burst:
    """Photos of one moment, and how they came about."""

    photos: tuple[Image.Image, ...]
    kind: str


@lru_cache(maxsize=2)
def exposures(scene: Scene) -> tuple[Image.Image, ...]:
    """The frames of a clip that are exposures of their own: a camera that is too slow for its clip repeats some."""
    kept: list[Image.Image] = []
    for _, frame in frames(scene):
        if not kept or apart(kept[-1], frame) > ONE_EXPOSURE:
            kept.append(frame)
    return tuple(kept)


def apart(one: Image.Image, other: Image.Image) -> float:
    """By how many grey levels (rms) two pictures differ."""
    first, second = (np.asarray(each.convert("L"), np.float32) for each in (one, other))
    return float(np.sqrt(np.square(first - second).mean()))


def pace_of(scene: Scene) -> float:
    """Seconds from frame to frame."""
    shown = frames(scene)
    return (shown[-1][0] - shown[0][0]) / (len(shown) - 1)


def real_burst(scene: Scene, dice: random.Random) -> Burst | None:
    """Exposures of a clip, a step apart; a step that the clip's own pace and length allow. None where none does."""
    shown, pace = exposures(scene), pace_of(scene)
    paces = {max(1, round(step / pace)) for step in STEPS}
    able = sorted(step for step in paces if step * (LONG - 1) < len(shown))
    if not able:
        return None
    step = dice.choice(able)
    first = dice.randrange(len(shown) - step * (LONG - 1))
    photos = tuple(shown[first + step * k] for k in range(LONG))
    return Burst(photos, f"clip {round(step * pace * 1000)} ms")


def repeats(scene: Scene) -> list[Burst]:
    """Frames of a clip that repeat one exposure, as pairs."""
    shown = [frame for _, frame in frames(scene)]
    pairs = [(one, other) for one, other in pairwise(shown) if 0 < apart(one, other) <= ONE_EXPOSURE]
    return [Burst(pair, "repeated") for pair in pairs[:MOST_REPEATS]]


def made_burst(scene: Scene, dice: random.Random) -> Burst:
    """A still taken several times by a hand that shakes, with fresh noise; things may move, and the light flicker."""
    still = picture(scene)
    still.thumbnail((MADE_SIDE, MADE_SIDE))
    shake, noise = dice.choice((0.5, 1.0, 2.0, 5.0)), dice.choice((1.0, 2.0, 4.0))
    flicker, moving = dice.choice((0.0, 0.0, 0.01, 0.03)), dice.choice((False, True))
    photos = [still]
    while len(photos) < MADE_LONG:
        shot = shaken(still, shake, dice)
        photos.append(moved(shot, dice) if moving else shot)
    kind = f"made shake {shake:g} px{' moving' if moving else ''}{' flicker' if flicker else ''}"
    return Burst(tuple(noisy(lit(photo, flicker, dice), noise, dice) for photo in photos), kind)


def shaken(still: Image.Image, pixels: float, dice: random.Random) -> Image.Image:
    """Moved and turned a little, as by a hand; `pixels` at the rim, give or take."""
    angle = dice.gauss(0, pixels / max(still.size))
    right, down = dice.gauss(0, pixels), dice.gauss(0, pixels)
    cosine, sine = math.cos(angle), math.sin(angle)
    x, y = still.width / 2, still.height / 2
    grid = (cosine, sine, x - cosine * x - sine * y + right, -sine, cosine, y + sine * x - cosine * y + down)
    return still.transform(still.size, Image.Transform.AFFINE, grid, Image.Resampling.BICUBIC)


def moved(still: Image.Image, dice: random.Random) -> Image.Image:
    """A part of the picture, the size of a head or a hand, is somewhere else."""
    side = int(min(still.size) * dice.choice((0.05, 0.1, 0.2)))
    left, top = dice.randrange(still.width - side), dice.randrange(still.height - side)
    step = max(2, int(side * dice.uniform(0.05, 0.5)))
    to = (min(still.width - side, left + step), min(still.height - side, top + step // 2))
    oval = Image.new("L", (side, side))
    ImageDraw.Draw(oval).ellipse((0, 0, side - 1, side - 1), fill=255)
    other = still.copy()
    other.paste(still.crop((left, top, left + side, top + side)), to, oval)
    return other


def lit(still: Image.Image, flicker: float, dice: random.Random) -> Image.Image:
    """A little brighter or darker."""
    gain = 1 + dice.gauss(0, flicker)
    return still.point([min(255, round(level * gain)) for level in range(256)] * 3)


def noisy(still: Image.Image, level: float, dice: random.Random) -> Image.Image:
    """With a sensor's noise, fresh each time."""
    grains = np.random.default_rng(dice.getrandbits(32)).normal(0, level, (still.height, still.width, 1))
    return Image.fromarray(np.clip(np.asarray(still) + grains, 0, 255).astype(np.uint8))
