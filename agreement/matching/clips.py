"""Videos: a few frames for the fingerprint, and greys at a steady pace for the comparison.

Frames are taken by their time from the start, so that a copy with another frame rate or other key frames shows the
same moments.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import BinaryIO

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from agreement.matching.known import Fingerprint, Frame, Kind, UndecodableError
from agreement.matching.pdq import pdq
from agreement.matching.pictures import Grey, as_array
from agreement.matching.stills import SIDE

SAMPLED = 9
"""Frames in a fingerprint, an odd number: the middle one stands for the whole."""

MOST_PIXELS = 36_000_000
LONGEST = 4 * 3600.0
"""Seconds; a nursery's clip is minutes long."""

WATCHED = 160
"""Frames that are compared at the most."""

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"
_QUARTERS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


@contextmanager
def opened(source: BinaryIO) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a video's first picture track. Raises UndecodableError, then and for whatever its decoding raises."""
    try:
        source.seek(0)
        with av.open(source, "r", options={"format_whitelist": FORMATS, "protocol_whitelist": ""}) as container:
            yield container, track_of(container)
    except UndecodableError:
        raise
    except MemoryError as full:
        msg = "it needs more memory to decode than is given to it"
        raise UndecodableError(msg) from full
    except FFmpegError as broken:
        msg = "the video is damaged, cut short, or of a kind that is not known here"
        raise UndecodableError(msg) from broken
    except Exception as broken:  # a hostile file may raise anything in a decoder
        msg = "the video cannot be read"
        raise UndecodableError(msg) from broken


def track_of(container: InputContainer) -> VideoStream:
    """The first track of pictures. Raises UndecodableError where there is none, or its frames are too large."""
    if not container.streams.video:
        msg = "it holds sound, and no pictures"
        raise UndecodableError(msg)
    stream = container.streams.video[0]
    check_size(stream)
    stream.thread_type = "SLICE"
    return stream


def check_size(stream: VideoStream) -> None:
    """Refuse frames that are too large. Raises UndecodableError."""
    if stream.width * stream.height > MOST_PIXELS:
        msg = f"it claims frames of {stream.width}×{stream.height} pixels, more than is decoded here"
        raise UndecodableError(msg)


def fingerprint_of_clip(source: BinaryIO) -> Fingerprint:
    """Take the fingerprint of a video. Raises UndecodableError."""
    with opened(source) as (container, stream):
        duration = duration_of(container, stream)
        wanted = [duration * (k + 0.5) / SAMPLED for k in range(SAMPLED)]
        found = [(at, upright(frame)) for at, frame in frames_at(container, stream, wanted)]
        if not found:
            msg = "not one frame of it can be shown"
            raise UndecodableError(msg)
        hashed = [(at, *pdq(as_array(squared(image)))) for at, image in found]
        middle = hashed[len(hashed) // 2]
        width, height = found[0][1].size
        frames = tuple(Frame(round(at, 3), bits) for at, bits, _ in hashed)
        quality = sorted(worth for _, _, worth in hashed)[len(hashed) // 2]
        return Fingerprint(
            Kind.VIDEO, width, height, middle[1], quality, round(duration, 3), frames,
            taken_at(container), moment=moment_of(container),
        )  # fmt: skip


def duration_of(container: InputContainer, stream: VideoStream) -> float:
    """Seconds of the picture track, else of the whole. Raises UndecodableError where nothing tells."""
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    else:
        seconds = (container.duration or 0) / av.time_base
    if not 0 < seconds <= LONGEST:
        msg = "it does not tell how long it is" if seconds <= 0 else "it is longer than four hours"
        raise UndecodableError(msg)
    return seconds


def frames_at(
    container: InputContainer, stream: VideoStream, wanted: Sequence[float]
) -> Iterator[tuple[float, VideoFrame]]:
    """The frame that is on the screen at each wanted time (seconds from the start, rising); leaps over long gaps."""
    start = start_of(stream)
    shown: VideoFrame | None = None
    waiting = list(wanted)
    frames = container.decode(stream)
    while waiting:
        if shown is not None and waiting[0] - time_of(shown, start) > LEAP and stream.time_base:
            container.seek(int((waiting[0] + start) / float(stream.time_base)), stream=stream)
            frames = container.decode(stream)
        following = next(frames, None)
        while following is not None and time_of(following, start) <= waiting[0]:
            shown, following = following, next(frames, None)
        last = following is None
        while waiting and shown is not None and (last or time_of(following, start) > waiting[0]):
            yield waiting.pop(0), shown
        shown = following if following is not None else shown
        if last:
            return


LEAP = 20.0
"""Seconds beyond which it is quicker to seek than to decode on."""


def start_of(stream: VideoStream) -> float:
    """Seconds at which the track says that it starts."""
    return float((stream.start_time or 0) * (stream.time_base or 0))


def time_of(frame: VideoFrame | None, start: float) -> float:
    """Seconds from the start of the track."""
    return 0.0 if frame is None or frame.time is None else frame.time - start


def upright(frame: VideoFrame) -> Image.Image:
    """A frame as greys, turned as its track says."""
    grey = Image.fromarray(frame.reformat(format="gray").to_ndarray())
    quarter = _QUARTERS.get(int(getattr(frame, "rotation", 0)) % 360)
    return grey if quarter is None else grey.transpose(quarter)


def squared(image: Image.Image) -> Image.Image:
    """A frame at the size that PDQ is taken from."""
    return image.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)


def taken_at(container: InputContainer) -> datetime | None:
    """When the clip was taken, by its own metadata."""
    told = container.metadata.get("com.apple.quicktime.creationdate") or container.metadata.get("creation_time", "")
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def moment_of(container: InputContainer) -> str:
    """Apple's content identifier, which the still of a live photo has too."""
    return container.metadata.get("com.apple.quicktime.content.identifier", "")


def paced(source: BinaryIO, pace: float, size: tuple[int, int]) -> tuple[list[float], list[Grey]]:
    """Frames of a clip, one every `pace` seconds where there are so many, at most `WATCHED`: their moments and greys.

    The moments are those at which they come onto the screen, in seconds from the start. A transcoder that leaves frames
    out shows those that it keeps at their own moments; between them it still shows what another has left. Raises
    UndecodableError.
    """
    with opened(source) as (container, stream):
        start = start_of(stream)
        shown: dict[float, Grey] = {}
        for _, frame in frames_at(container, stream, every(duration_of(container, stream), pace)):
            shown.setdefault(round(time_of(frame, start), 4), greys_of(frame, size))
    if not shown:
        msg = "not one frame of it can be shown"
        raise UndecodableError(msg)
    return list(shown), list(shown.values())


def every(duration: float, pace: float) -> list[float]:
    """Moments at a steady pace."""
    count = min(int(duration / pace), WATCHED)
    return [pace * (k + 0.5) for k in range(max(count, 1))]


def watched(source: BinaryIO, times: Sequence[float], size: tuple[int, int]) -> list[Grey]:
    """Greys at some moments (rising), scaled to a size; fewer where the clip ends before. Raises UndecodableError."""
    with opened(source) as (container, stream):
        last = duration_of(container, stream) + LATE
        wanted = [at + LATE for at in times if at + LATE <= last]
        return [greys_of(frame, size) for _, frame in frames_at(container, stream, wanted)]


def greys_of(frame: VideoFrame, size: tuple[int, int]) -> Grey:
    """A frame as greys, upright, scaled to a size."""
    return as_array(upright(frame).resize(size, Image.Resampling.BOX))


LATE = 0.008
"""Seconds after its moment at which a frame is looked at: containers round the moments, to milliseconds some."""
