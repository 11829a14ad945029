"""Loads everything that decodes, at once: for a process that gives up its rights before it looks at the first file.

Libraries load parts of themselves when they first need them, which such a process can no longer do. So each way is gone
once, with a picture and a clip of its own making.
"""

from collections.abc import Callable
from functools import partial
from typing import BinaryIO

import av
import numpy as np
from PIL import ExifTags, Image

from agreement.matching.fingerprints import fingerprint
from agreement.matching.known import Kind
from agreement.matching.verdicts import Photo, Picture, judge

Memory = Callable[[bytes], BinaryIO]
SIDE = 128
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "GIF", "BMP")
FRAMES = 6


def load(memory: Memory) -> None:
    """Go every way once; afterwards no file of a library is opened any more. `memory` gives files in memory."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8))
    known = {kind: written(memory(b""), noise, kind) for kind in FORMATS}
    for content in known.values():
        taken = fingerprint(memory(content), Kind.PICTURE)
    for content in (known["JPEG"], clip(memory(b""))):
        kind = Kind.PICTURE if content is known["JPEG"] else Kind.VIDEO
        taken = fingerprint(memory(content), kind)
        pixels = partial(memory, content)
        judge([Photo("photo", taken, pixels)], [Picture("picture", taken, pixels)], {})


def written(out: BinaryIO, image: Image.Image, kind: str) -> bytes:
    """A picture with a date, in this format."""
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = "2026:01:05 12:00:00"
    exif[ExifTags.Base.Orientation] = 6
    image.save(out, kind, exif=exif)
    return content_of(out)


def clip(out: BinaryIO) -> bytes:
    """A clip of a few frames."""
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuv420p"
        for number in range(FRAMES):
            greys = np.full((SIDE, SIDE, 3), 20 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(greys, format="rgb24")))
        container.mux(stream.encode())
    return content_of(out)


def content_of(file: BinaryIO) -> bytes:
    """Everything that was written into a file."""
    file.seek(0)
    return file.read()
