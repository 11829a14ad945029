"""Videos: pieces of the clips, and what transcoders make of them."""

import hashlib
import io
import random
from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
from av.video.stream import VideoStream
from PIL import Image

from agreement.matching.fingerprints import Kind, fingerprint
from agreement.matching.verdicts import Photo, Picture, judge
from benchmarks.matching.scenes import Scene, frames
from benchmarks.matching.trials import Decision

LONGEST, MOST_PIECES = 4.0, 8
"""Seconds of a piece, and pieces of one clip."""

FORMS = (("mp4", "libx264"), ("mov", "libx264"), ("matroska", "libx264"), ("webm", "libvpx"), ("3gp", "mpeg4"))
Shown = Sequence[tuple[float, Image.Image]]


def pieces(scene: Scene) -> list[Shown]:
    """A clip in pieces, each a video of its own."""
    shown: Shown = frames(scene)
    found: list[Shown] = []
    while shown and len(found) < MOST_PIECES:
        begin = shown[0][0]
        piece = [frame for frame in shown if frame[0] - begin < LONGEST]
        shown = shown[len(piece) :]
        if piece[-1][0] - begin >= 1:
            found.append(piece)
    return found


def filmed(shown: Shown, form: tuple[str, str], width: int, rate: int, *, every: int = 1) -> bytes:
    """A video file; `every` second frame where a transcoder lowers the pace."""
    first = shown[0][1]
    size = (width - width % 2, round(first.height * width / first.width / 2) * 2)
    pace = round((len(shown) - 1) / (shown[-1][0] - shown[0][0]) / every)
    sink = io.BytesIO()
    with av.open(sink, "w", format=form[0]) as container:
        stream = container.add_stream(form[1], rate=pace)
        if not isinstance(stream, VideoStream):
            raise TypeError(stream)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *size, "yuv420p", rate
        stream.codec_context.time_base = Fraction(1, pace)
        for _, image in shown[::every]:
            small = np.asarray(image.resize(size, Image.Resampling.BICUBIC))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(small, format="rgb24")))
        container.mux(stream.encode(None))
    return sink.getvalue()


def film_trial(scenes: Sequence[Scene], seed: int, copies: int) -> list[Decision]:
    """Every piece of all clips on one tablet; each transcoded, and judged with its own here, and gone and forgotten."""
    dice = random.Random(f"film {seed}")
    shown = {f"{scene.name} {at}": piece for scene in scenes for at, piece in enumerate(pieces(scene))}
    tablet = {name: clip(name, filmed(piece, FORMS[0], piece[0][1].width, 4_000_000)) for name, piece in shown.items()}
    found: list[Decision] = []
    for name, piece in shown.items():
        for _ in range(copies):
            form = dice.choice(FORMS)
            width, rate = round(piece[0][1].width * dice.uniform(0.5, 1)), dice.randint(250_000, 1_500_000)
            data = filmed(piece, form, width, rate, every=dice.choice([1, 1, 1, 2]))
            found += judged(tablet, name, data, f"{' '.join(form)} {width} px {rate // 1000} kbit/s")
    return found


def clip(name: str, data: bytes) -> Photo:
    """A clip on the tablet."""
    return Photo(name, fingerprint(io.BytesIO(data), Kind.VIDEO), lambda: io.BytesIO(data))


def judged(tablet: dict[str, Photo], name: str, data: bytes, recipe: str) -> list[Decision]:
    """Judge all clips against one video of the journal, with its own clip here, and without."""
    known = fingerprint(io.BytesIO(data), Kind.VIDEO)
    copy = Picture(hashlib.sha256(data).hexdigest(), known, lambda: io.BytesIO(data))
    found = []
    for case in ("here", "forgotten"):
        photos = [photo for photo in tablet.values() if case == "here" or photo.id != name]
        for said in judge(photos, [copy], {}):
            found.append(Decision("video", case, name, recipe, truth=said.photo == name, verdict=said.verdict))  # noqa: PERF401
    return found
