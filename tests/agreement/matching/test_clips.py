"""Videos: known again after a transcoder, told from another clip of the same scene, and never by one frame."""

import hashlib
import io
from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from PIL import Image

from agreement.matching.fingerprints import Kind, UndecodableError, fingerprint, kind_of
from agreement.matching.verdicts import Judgement, Photo, Picture, Verdict, judge
from tests.agreement.matching.cast import picture

SECONDS, PACE = 3, 15


def moving(seed: int) -> list[Image.Image]:
    """A hand-held clip: the camera wanders before one scene, another way for each seed."""
    still, dice = picture("frog", 700), np.random.default_rng(seed)
    path = np.cumsum(dice.normal(0, 4, (SECONDS * PACE, 2)), axis=0)
    corners = np.clip(path + 90, 0, 180).astype(int)
    return [still.crop((x, y, x + 480, y + 320)) for x, y in corners]


def filmed(frames: Sequence[Image.Image], form: str, codec: str, size: tuple[int, int], rate: int) -> bytes:
    """A clip in a container."""
    sink = io.BytesIO()
    with av.open(sink, "w", format=form) as container:
        stream = container.add_stream(codec, rate=len(frames) // SECONDS)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *size, "yuv420p", rate
        stream.codec_context.time_base = Fraction(1, len(frames) // SECONDS)
        for image in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(image.resize(size)), format="rgb24")))
        container.mux(stream.encode(None))
    return sink.getvalue()


def original(seed: int) -> bytes:
    """What the tablet's camera keeps."""
    return filmed(moving(seed), "mp4", "libx264", (480, 320), 2_000_000)


def transcoded(seed: int, form: str = "mp4", codec: str = "libx264") -> bytes:
    """What the journal keeps of it."""
    return filmed(moving(seed), form, codec, (360, 240), 400_000)


def judged(clips: Sequence[bytes], copy: bytes, gone: Sequence[bytes] = ()) -> list[Judgement]:
    """The judgements on clips of a tablet, against one video of the journal."""

    def photo(name: str, data: bytes, here: bool) -> Photo:  # noqa: FBT001 - a helper of two lines
        return Photo(name, fingerprint(io.BytesIO(data), Kind.VIDEO), lambda: io.BytesIO(data) if here else None)

    photos = [photo(f"here {at}", data, here=True) for at, data in enumerate(clips)]
    photos += [photo(f"left {at}", data, here=False) for at, data in enumerate(gone)]
    known = fingerprint(io.BytesIO(copy), Kind.VIDEO)
    return judge(photos, [Picture(hashlib.sha256(copy).hexdigest(), known, lambda: io.BytesIO(copy))], {})


@pytest.mark.parametrize(
    ("form", "codec"),
    [("mp4", "libx264"), ("mov", "libx264"), ("matroska", "libx264"), ("webm", "libvpx-vp9"), ("3gp", "mpeg4")],
)
def test_a_transcoded_clip_is_found_among_clips_of_the_same_scene(form: str, codec: str) -> None:
    copy = transcoded(1, form, codec)
    assert kind_of(copy[:64]) is Kind.VIDEO
    assert [one.verdict.value for one in judged([original(1), original(2)], copy)] == ["added", "not_added"]


def test_a_clip_of_which_every_third_frame_is_left_is_found() -> None:
    copy = filmed(moving(1)[::3], "mp4", "libx264", (360, 240), 400_000)
    assert [one.verdict for one in judged([original(1), original(2)], copy)] == [Verdict.ADDED, Verdict.NOT_ADDED]


def test_a_clip_of_the_same_scene_is_not_taken_for_one_that_is_not_here() -> None:
    assert judged([original(2)], transcoded(1))[0].verdict is not Verdict.ADDED


def test_a_clip_like_one_that_has_left_is_asked_about() -> None:
    assert judged([original(1)], transcoded(1), gone=[original(1)])[0].verdict is Verdict.ASK


def test_a_clip_that_was_cut_shorter_is_asked_about() -> None:
    cut = filmed(moving(1)[: PACE * 2], "mp4", "libx264", (360, 240), 400_000)
    assert judged([original(1)], cut)[0].verdict is Verdict.ASK


def test_a_clip_in_which_nothing_moves_is_asked_about() -> None:
    still = [moving(1)[0]] * (SECONDS * PACE)
    clip, copy = (filmed(still, "mp4", "libx264", size, 400_000) for size in ((480, 320), (360, 240)))
    (found,) = judged([clip], copy)
    assert found.verdict is Verdict.ASK
    assert "nothing moves" in found.why


@pytest.mark.parametrize("kept", [0, 40, 2000, 20_000])
def test_a_clip_that_is_cut_off_never_raises_anything_else(kept: int) -> None:
    with pytest.raises(UndecodableError):
        fingerprint(io.BytesIO(original(1)[:kept]), Kind.VIDEO)
