"""Bursts: photos of one moment that differ by little, as staff take three in a second. Real ones, and made ones."""

import math
import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.matching.scenes import Scene, frames, picture

STEPS = (0.033, 0.067, 0.167, 0.33)
"""Seconds between two photos."""

LONG, MADE_LONG = 6, 4
"""Photos in a burst cut from a clip, and in one that is made."""

MADE_SIDE = 2000


@dataclass(frozen=True, slots=True)
class Burst:
    """Photos of one moment, and how they came about."""

    photos: tuple[Image.Image, ...]
    kind: str


def real_burst(scene: Scene, dice: random.Random) -> Burst | None:
    """Frames of a clip, a step apart; a step that the clip's own pace and length allow. None where none does."""
    shown = frames(scene)
    pace = (shown[-1][0] - shown[0][0]) / (len(shown) - 1)
    paces = {max(1, round(step / pace)) for step in STEPS}
    able = sorted(apart for apart in paces if apart * (LONG - 1) < len(shown))
    if not able:
        return None
    apart = dice.choice(able)
    first = dice.randrange(len(shown) - apart * (LONG - 1))
    photos = tuple(shown[first + apart * k][1] for k in range(LONG))
    return Burst(photos, f"clip {round(apart * pace * 1000)} ms")


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
