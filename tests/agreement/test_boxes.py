"""Sealed boxes: whoever has the key gets back what went in, and nobody is fooled by a changed one."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.boxes import (
    HEADER,
    MARK,
    PIECE,
    SEALED_KEY,
    BoxError,
    beginning,
    new_pair,
    open_key,
    seal,
    sealed_key,
    unseal,
)
from agreement.boxes import (
    PUBLIC as PUBLIC_SIZE,
)

PRIVATE, PUBLIC = new_pair()


def boxed(content: bytes, public: str = PUBLIC, photo: str = "") -> bytes:
    """A sealed box with this content."""
    box = io.BytesIO()
    told = seal(io.BytesIO(content), box, public, photo)
    assert (told.digest, told.size) == (hashlib.sha256(content).hexdigest(), len(content))
    return box.getvalue()


def opened(box: bytes, private: bytes = PRIVATE) -> bytes:
    """What is in a box."""
    out = io.BytesIO()
    told = unseal(io.BytesIO(box), out, open_key(sealed_key(io.BytesIO(box)), private))
    assert (told.digest, told.size) == (hashlib.sha256(out.getvalue()).hexdigest(), len(out.getvalue()))
    return out.getvalue()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7])
def test_what_went_in_comes_out(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert opened(boxed(content[:size])) == content[:size]


class Dripping(io.BytesIO):
    """Gives a byte or two at a time, as a slow line does."""

    def read(self, size: int | None = -1, /) -> bytes:
        """At most two bytes."""
        return super().read(min(size or 0, 2))


def test_a_source_that_gives_little_at_a_time_is_sealed_whole() -> None:
    box = io.BytesIO()
    seal(Dripping(b"frog" * 1000), box, PUBLIC)
    assert opened(box.getvalue()) == b"frog" * 1000


def test_two_boxes_with_the_same_content_have_nothing_in_common() -> None:
    one, other = boxed(b"frog"), boxed(b"frog")
    assert one[len(MARK) :] != other[len(MARK) :]


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(BoxError, match="another key"):
        opened(boxed(b"frog"), new_pair()[0])


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_box_with_one_changed_byte_does_not_open(where: int, by: int) -> None:
    box = bytearray(boxed(b"frog" * 20_000))
    box[where % len(box)] ^= by
    with pytest.raises(BoxError):
        opened(bytes(box))


@given(st.integers(min_value=0))
def test_a_box_that_was_cut_short_does_not_open(where: int) -> None:
    box = boxed(b"frog" * 20_000)
    with pytest.raises(BoxError):
        opened(box[: where % len(box)])


def test_pieces_in_another_order_or_added_ones_do_not_open() -> None:
    box = boxed(bytes(PIECE) + b"frog" * (PIECE // 4) + b"end")
    body, piece = len(MARK) + 2 * SEALED_KEY + PUBLIC_SIZE + HEADER, PIECE + 17
    swapped = box[:body] + box[body + piece : body + 2 * piece] + box[body : body + piece] + box[body + 2 * piece :]
    for wrong in (swapped, box + b"x"):
        with pytest.raises(BoxError):
            opened(wrong)


def test_what_is_no_box_is_told_to_be_none() -> None:
    with pytest.raises(BoxError, match="no sealed box"):
        sealed_key(io.BytesIO(b"\xff\xd8\xff\xe0 a picture"))


def key_of(box: bytes) -> bytes:
    """The key of a box, as the holder of the private key hands it out."""
    return open_key(sealed_key(io.BytesIO(box)), PRIVATE)


def test_the_key_of_a_photos_box_opens_its_partners_box_and_not_the_other_way_round() -> None:
    photo = boxed(b"a picture")
    partner = boxed(b"a raw file", photo=beginning(io.BytesIO(photo)).partners)
    out = io.BytesIO()
    unseal(io.BytesIO(partner), out, key_of(photo))
    assert out.getvalue() == b"a raw file"
    assert opened(partner) == b"a raw file"
    with pytest.raises(BoxError):
        unseal(io.BytesIO(photo), io.BytesIO(), key_of(partner))


def test_the_key_of_another_photos_box_does_not_open_a_partners_box() -> None:
    photo, other = boxed(b"a picture"), boxed(b"another picture")
    partner = boxed(b"a raw file", photo=beginning(io.BytesIO(photo)).partners)
    with pytest.raises(BoxError):
        unseal(io.BytesIO(partner), io.BytesIO(), key_of(other))


FIRST_KIND = bytes.fromhex(
    "5341464555534531c43b49d1d54701d1e6e6a95cda9c5806f385fa5c4688d2a54bf9daf4fd0ec42f22151be45d0e3528"
    "4c586af4ed53710b21670658887e7f9eca47e1ecfd85a8516f2d451af67ce72d0747caa1297479da80860d989989cfb8"
    "653117025996f49eb0943053b03512bc98dd58adb230476b77f1be01d7cc1db913450e374e"
)
FIRST_PRIVATE = bytes.fromhex("3d445068af8e816db4fca64cc1df7e80729cf92938285bab7837681c8a3c08c1")


def test_a_box_of_the_first_kind_still_opens() -> None:
    assert opened(FIRST_KIND, FIRST_PRIVATE) == b"frog"
    assert beginning(io.BytesIO(FIRST_KIND)).partners == ""
