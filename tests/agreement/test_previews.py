"""Previews whose names say nothing: they go for a photo that left, and stay for the sake of any that is here."""

from dataclasses import dataclass

import msgspec
import pytest

from agreement.previews import NEAR, Looks, looks, shows


@dataclass(frozen=True)
class Print:
    """What is kept of a picture, as it is written down."""

    bits: int = 0
    width: int = 4000
    height: int = 3000
    quality: int = 100
    kind: str = "picture"

    def written(self) -> bytes:
        """As the child writes it, with what nobody reads here."""
        pdq = self.bits.to_bytes(32)
        return msgspec.json.encode(
            {
                "kind": self.kind,
                "width": self.width,
                "height": self.height,
                "pdq": pdq,
                "quality": self.quality,
                "at": 1,
            }
        )

    def read(self) -> Looks:
        """As it is read again."""
        read = looks(self.written())
        assert read is not None
        return read


PREVIEW = Print(width=160, height=120).read()
LEFT = Print().read()


def differing(bits: int, width: int = 4000, height: int = 3000) -> Looks:
    """A photo that differs from the preview in so many bits."""
    return Print((1 << bits) - 1, width, height).read()


def test_a_preview_of_a_photo_that_left_goes() -> None:
    assert shows(PREVIEW, [LEFT], [])
    assert shows(PREVIEW, [differing(NEAR)], [])


def test_a_preview_of_nothing_that_left_stays() -> None:
    assert not shows(PREVIEW, [], [])
    assert not shows(PREVIEW, [differing(NEAR + 1)], [])


def test_a_preview_of_another_shape_stays() -> None:
    assert not shows(PREVIEW, [differing(0, width=4000, height=2250)], [])
    assert shows(PREVIEW, [differing(0, width=4032, height=3024)], [])


@pytest.mark.parametrize("bits", [0, NEAR])
def test_a_preview_that_may_be_of_a_photo_that_is_here_stays(bits: int) -> None:
    assert not shows(PREVIEW, [LEFT], [differing(bits)])
    assert shows(PREVIEW, [LEFT], [differing(NEAR + 1)])


def test_a_preview_is_never_taken_for_a_video_that_left_and_stays_for_one_that_is_here() -> None:
    clip = Print(kind="video").read()
    assert not shows(PREVIEW, [clip], [])
    assert not shows(PREVIEW, [LEFT], [clip])


@pytest.mark.parametrize("body", [None, b"", b"{}", b"\xff", Print(quality=49).written(), Print(width=0).written()])
def test_what_has_no_looks_to_speak_of_is_known_by_none(body: bytes | None) -> None:
    assert looks(body) is None
