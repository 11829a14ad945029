"""The shortlist holds everything that is near, nothing that is far, and asks about all at once."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.matching.known import Fingerprint, Frame, Kind
from agreement.matching.shortlist import NEAR, Index, groups, same_shape


def still(bits: bytes, width: int = 1600, height: int = 1200, quality: int = 100) -> Fingerprint:
    """A picture that is known by its hash alone."""
    return Fingerprint(Kind.PICTURE, width, height, bits, quality)


def flipped(bits: bytes, count: int, dice: random.Random) -> bytes:
    """The hash with so many bits turned."""
    turned = sum(1 << at for at in dice.sample(range(256), count))
    return (int.from_bytes(bits, "big") ^ turned).to_bytes(32, "big")


@given(st.integers(0, 2**32), st.lists(st.integers(0, 256), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_exactly_what_is_near_is_found_the_nearest_first(seed: int, distances: list[int]) -> None:
    dice = random.Random(seed)  # noqa: S311 - a seeded test
    asked = dice.randbytes(32)
    index = Index((str(at), still(flipped(asked, apart, dice))) for at, apart in enumerate(distances))
    found = [distances[int(name)] for name in index.near(still(asked))]
    assert found == sorted(apart for apart in distances if apart <= NEAR)


def test_a_picture_is_no_video_and_a_video_no_picture() -> None:
    bits = bytes(32)
    clip = Fingerprint(Kind.VIDEO, 640, 480, bits, 100, 3.0, (Frame(0.1, bits),))
    index = Index([("still", still(bits)), ("clip", clip)])
    assert index.near(still(bits)) == ["still"]
    assert index.near(clip) == ["clip"]


def test_a_clip_of_another_length_only_shows_a_part() -> None:
    bits = bytes(32)
    long, short = (Fingerprint(Kind.VIDEO, 640, 480, bits, 100, each, (Frame(0.1, bits),)) for each in (9.0, 3.0))
    index = Index([("long", long)])
    assert (index.near(short), index.near_parts(short)) == ([], ["long"])


def test_an_empty_index_answers_too() -> None:
    assert Index([]).near(still(bytes(32))) == []
    assert Index([]).near_parts(still(bytes(32))) == []


def test_pictures_with_little_in_them_are_found_by_their_shape() -> None:
    dark, clear = still(bytes(32), quality=20), still(bytes(32))
    tall = still(bytes(32), 1200, 1600, quality=20)
    assert Index([("dark", dark), ("clear", clear), ("tall", tall)]).unclear(still(b"\xff" * 32)) == ["dark"]


def test_the_shape_allows_for_the_rounding_of_a_pixel() -> None:
    assert same_shape(still(b"", 4031, 3024), still(b"", 1000, 750))
    assert not same_shape(still(b"", 4000, 3000), still(b"", 1000, 720))


def test_groups_hold_together_what_may_have_to_do_with_each_other_and_no_more() -> None:
    found = groups({"a": ["1", "2"], "b": ["2"], "c": ["3"]})
    assert sorted((sorted(photos), sorted(pictures)) for photos, pictures in found) == [
        (["a", "b"], ["1", "2"]),
        (["c"], ["3"]),
    ]
