"""Drawers: what is put in comes out at any place, can be added to, and is noticed when it was changed."""

import io
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.drawers import (
    PAGE,
    SEALED,
    Drawer,
    DrawerError,
    Filling,
    content_size,
    new_key,
    whole_pages,
)

KEY = new_key()


def noise(size: int) -> bytes:
    return Random(size).randbytes(size)  # noqa: S311 - content for a test


def filled(content: bytes, key: bytes = KEY, piece: int = 10_000) -> io.BytesIO:
    made = io.BytesIO()
    filling = Filling(made, key)
    for start in range(0, len(content), piece):
        filling.write(content[start : start + piece])
    filling.finish()
    return made


@pytest.mark.parametrize("size", [0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 17])
def test_what_is_put_in_comes_out_whole(size: int) -> None:
    content = noise(size)
    sealed = filled(content)
    drawer = Drawer(sealed, KEY)
    assert (drawer.size, content_size(len(sealed.getvalue()))) == (size, size)
    assert drawer.read() == content
    assert b"".join(drawer.pages()) == content
    assert size < 32 or content[:32] not in sealed.getvalue()


@given(places=st.lists(st.tuples(st.integers(0, 3 * PAGE), st.integers(0, PAGE * 2), st.sampled_from([0, 1, 2]))))
def test_it_reads_at_any_place_as_a_plain_file_does(places: list[tuple[int, int, int]]) -> None:
    content = noise(2 * PAGE + 99)
    drawer, plain = Drawer(filled(content, piece=PAGE), KEY), io.BytesIO(content)
    for offset, size, whence in places:
        assert drawer.seek(-offset if whence == 2 else offset, whence) == plain.seek(
            max(len(content) - offset, 0) if whence == 2 else offset, 0 if whence == 2 else whence
        )
        assert drawer.read(size) == plain.read(size)
        assert drawer.tell() == plain.tell()


def test_a_buffer_is_filled_as_far_as_there_is_content() -> None:
    drawer, buffer = Drawer(filled(b"paint"), KEY), bytearray(10)
    assert drawer.readinto(buffer) == 5
    assert buffer.startswith(b"paint")
    assert (drawer.readable(), drawer.seekable(), drawer.writable()) == (True, True, False)
    drawer.close()
    assert drawer.closed


def test_it_goes_on_after_whole_pages_and_forgets_the_rest() -> None:
    content = noise(PAGE + 500)
    sealed = filled(content[: PAGE + 100])
    kept = whole_pages(len(sealed.getvalue()))
    assert kept == 1
    sealed.truncate(kept * SEALED)
    sealed.seek(0, 2)
    filling = Filling(sealed, KEY, kept)
    filling.write(content[PAGE:])
    filling.finish()
    assert Drawer(sealed, KEY).read() == content


def changed(whole: bytes) -> bytes:
    return whole[:-1] + bytes([whole[-1] ^ 1])


def swapped(whole: bytes) -> bytes:
    return whole[SEALED : 2 * SEALED] + whole[:SEALED] + whole[2 * SEALED :]


def cut(whole: bytes) -> bytes:
    return whole[: SEALED + 50]


@pytest.mark.parametrize("harm", [changed, swapped, cut])
def test_what_was_changed_moved_or_cut_does_not_open(harm: Callable[[bytes], bytes]) -> None:
    harmed = io.BytesIO(harm(filled(noise(3 * PAGE)).getvalue()))
    with pytest.raises(DrawerError):
        Drawer(harmed, KEY).read()


def test_another_key_opens_nothing() -> None:
    with pytest.raises(DrawerError, match="not its key"):
        Drawer(filled(b"paint"), new_key()).read()


def test_two_drawers_of_the_same_content_do_not_look_alike() -> None:
    assert filled(b"paint").getvalue() != filled(b"paint").getvalue()
