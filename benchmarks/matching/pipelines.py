"""What journals do to a picture: other encoders, sizes, kernels and qualities; and what people do to it before.

Every copy is made by a recipe that can be printed, drawn at random from a seed. The encoders are real: Pillow, OpenCV,
vips and FFmpeg's mjpeg.
"""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np
import pyvips
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import Interpolation
from PIL import Image, ImageChops, ImageDraw, ImageEnhance

Picture = Image.Image
Encoder = Callable[[Picture, int, int, random.Random], tuple[bytes, str]]
Edit = Callable[[Picture, random.Random], Picture]

SIZES, QUALITIES = (1000, 2000), (60, 85)
"""What journals keep: the longer side in pixels, and the quality; from, to."""

TWICE = 0.25
"""How often a copy was encoded twice: by the app, then by the journal."""

_KERNELS = tuple(Image.Resampling[name] for name in ("LANCZOS", "BICUBIC", "BILINEAR", "BOX"))
_OPENCV = {"area": cv2.INTER_AREA, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC, "lanczos": cv2.INTER_LANCZOS4}


@dataclass(frozen=True, slots=True)
class Made:
    """A journal's copy and how it was made."""

    data: bytes
    recipe: str
    twice: bool = False


def fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """A size with the same shape whose longer side is at most `longest`; never larger than it was."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def by_pillow(picture: Picture, longest: int, quality: int, dice: random.Random) -> tuple[bytes, str]:
    """Pillow: four kernels, with and without the reducing gap."""
    kernel, gap = dice.choice(_KERNELS), dice.choice([None, 2.0, 3.0])
    small = picture.resize(fitted(picture.size, longest), kernel, reducing_gap=gap)
    subsampling, progressive, optimize = (
        dice.choice([0, 1, 2, 2, 2]),
        dice.choice([False, True]),
        dice.choice([False, True]),
    )
    sink = io.BytesIO()
    small.save(sink, "JPEG", quality=quality, subsampling=subsampling, progressive=progressive, optimize=optimize)
    return sink.getvalue(), f"Pillow {kernel.name.lower()} gap {gap} sub {subsampling} q{quality}"


def by_opencv(picture: Picture, longest: int, quality: int, dice: random.Random) -> tuple[bytes, str]:
    """OpenCV: area, and the kernels that do not smooth."""
    name = dice.choice(["area", "area", "linear", "cubic", "lanczos"])
    colours = cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR)
    small = cv2.resize(colours, fitted(picture.size, longest), interpolation=_OPENCV[name])
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes(), f"OpenCV {name} q{quality}"


def by_vips(picture: Picture, longest: int, quality: int, dice: random.Random) -> tuple[bytes, str]:
    """Vips: its thumbnailer, which shrinks while it decodes, or its resize."""
    width, height = fitted(picture.size, longest)
    kernel = dice.choice(["lanczos3", "lanczos2", "cubic", "mitchell", "linear"])
    if dice.choice([False, True]):
        small = pyvips.Image.thumbnail_buffer(as_photo(picture, 95), width, height=height, size="force")
        kernel = "thumbnail"
    else:
        image = pyvips.Image.new_from_array(np.asarray(picture)).copy(interpretation="srgb")
        small = image.resize(width / image.width, vscale=height / image.height, kernel=kernel)
    data = small.jpegsave_buffer(
        Q=quality, optimize_coding=dice.choice([False, True]), interlace=dice.choice([False, True])
    )
    return bytes(data), f"vips {kernel} q{quality}"


def by_ffmpeg(picture: Picture, longest: int, quality: int, dice: random.Random) -> tuple[bytes, str]:
    """FFmpeg's scaler and mjpeg."""
    width, height = (side - side % 2 for side in fitted(picture.size, longest))
    name, scale = dice.choice(["BICUBIC", "BILINEAR", "LANCZOS", "AREA"]), max(2, round((100 - quality) / 4.5))
    frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
    small = frame.reformat(width, height, "yuvj420p", interpolation=Interpolation[name])
    codec = av.CodecContext.create("mjpeg", "w")
    if not isinstance(codec, VideoCodecContext):
        raise TypeError(codec)
    codec.width, codec.height, codec.pix_fmt = width, height, "yuvj420p"
    codec.time_base = small.time_base = Fraction(1, 25)
    codec.options = {"qmin": str(scale), "qmax": str(scale)}
    small.pts = 0
    packets = [*codec.encode(small), *codec.encode(None)]
    return b"".join(bytes(packet) for packet in packets), f"FFmpeg {name.lower()} scale {scale}"


ENCODERS: tuple[Encoder, ...] = (by_pillow, by_opencv, by_vips, by_ffmpeg)


def journal_copy(picture: Picture, dice: random.Random, sizes: tuple[int, int] = SIZES) -> Made:
    """A copy as a journal may keep it: scaled and encoded once, or twice."""
    data, recipe = dice.choice(ENCODERS)(picture, dice.randint(*sizes), dice.randint(*QUALITIES), dice)
    if dice.random() >= TWICE:
        return Made(data, recipe)
    again, then = dice.choice(ENCODERS)(decoded(data), dice.randint(*sizes), dice.randint(*QUALITIES), dice)
    return Made(again, f"{recipe}, then {then}", twice=True)


def decoded(data: bytes) -> Picture:
    """A JPEG's colours."""
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB")


def as_photo(picture: Picture, quality: int = 93) -> bytes:
    """A picture as a tablet's camera keeps it."""
    sink = io.BytesIO()
    picture.save(sink, "JPEG", quality=quality)
    return sink.getvalue()


def cropped(picture: Picture, dice: random.Random) -> Picture:
    """A part of it, from 60 to 95 in a hundred of each side."""
    width, height = (int(side * dice.uniform(0.6, 0.95)) for side in picture.size)
    left, top = dice.randint(0, picture.width - width), dice.randint(0, picture.height - height)
    return picture.crop((left, top, left + width, top + height))


def turned(picture: Picture, dice: random.Random) -> Picture:
    """A quarter turn, or set straight by a few degrees and cut to fit."""
    if dice.choice([False, True]):
        return picture.transpose(dice.choice([Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270]))
    angle = dice.choice([-1, 1]) * dice.uniform(1, 7)
    leaning, part = picture.rotate(angle, Image.Resampling.BICUBIC), 1 - abs(angle) / 45
    width, height = int(picture.width * part), int(picture.height * part)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return leaning.crop((left, top, left + width, top + height))


def with_logo(picture: Picture, dice: random.Random) -> Picture:
    """The nursery's name in a corner: white, or black where white would not show."""
    size = max(14, int(picture.height * dice.uniform(0.03, 0.08)))
    place = (dice.choice([size, picture.width // 2]), dice.choice([size, picture.height - 3 * size]))
    first = dice.choice(["white", "black"])
    marked = marked_with(first, picture, size, place)
    if np.asarray(ImageChops.difference(marked, picture)).max() >= SHOWS:
        return marked
    return marked_with("black" if first == "white" else "white", picture, size, place)


SHOWS = 16
"""Levels of a colour by which a logo differs from its ground at the least: what nobody sees is no logo."""


def marked_with(fill: str, picture: Picture, size: int, place: tuple[int, int]) -> Picture:
    """The nursery's name, written on a picture."""
    marked = picture.copy()
    ImageDraw.Draw(marked).text(place, "Larkfield Nursery", fill=fill, font_size=size)
    return marked


def toned(picture: Picture, dice: random.Random) -> Picture:
    """Brighter or darker, flatter or harsher, and another colour."""
    for change in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        picture = change(picture).enhance(1 + dice.choice([-1, 1]) * dice.uniform(0.1, 0.3))
    return picture


EDITS: dict[str, Edit] = {"cropped": cropped, "turned": turned, "with a logo": with_logo, "toned": toned}
