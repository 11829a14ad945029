"""What takes fingerprints: the child processes and the fake keep the same promises."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from agreement.drawers import Filling, new_key
from controller.journal.fingerprints import ChildFingerprints
from controller.seams import Fingerprinter
from tests.fakes.fingerprints import BROKEN, JPEG, FakeFingerprints

KEY = new_key()
PHOTO = Path(__file__).parents[1] / "data/photos/roses.jpg"


@pytest.fixture(params=[FakeFingerprints, ChildFingerprints])
def fingerprinter(request: pytest.FixtureRequest) -> Iterator[Fingerprinter]:
    make: Callable[[], Fingerprinter] = request.param
    made = make()
    yield made
    made.close()


def sealed(folder: Path, content: bytes, name: str = "sealed") -> Path:
    made = io.BytesIO()
    filling = Filling(made, KEY)
    filling.write(content)
    filling.finish()
    path = folder / name
    path.write_bytes(made.getvalue())
    return path


def test_a_file_is_known_by_how_it_begins(fingerprinter: Fingerprinter) -> None:
    assert fingerprinter.kind(PHOTO.read_bytes()[:64]) == "picture"
    assert fingerprinter.kind(b"\x1a\x45\xdf\xa3" + bytes(60)) == "video"
    assert fingerprinter.kind(b"%PDF-1.7") is None
    assert fingerprinter.kind(b"") is None


def test_the_same_picture_has_the_same_fingerprint(fingerprinter: Fingerprinter, tmp_path: Path) -> None:
    one = fingerprinter.fingerprint(sealed(tmp_path, PHOTO.read_bytes(), "one"), KEY, "picture")
    two = fingerprinter.fingerprint(sealed(tmp_path, PHOTO.read_bytes(), "two"), KEY, "picture")
    assert one is not None
    assert one == two
    assert msgspec.json.decode(one)["kind"] == "picture"


def test_what_cannot_be_decoded_has_none_and_the_next_picture_has(fingerprinter: Fingerprinter, tmp_path: Path) -> None:
    assert fingerprinter.fingerprint(sealed(tmp_path, JPEG + BROKEN), KEY, "picture") is None
    assert fingerprinter.fingerprint(sealed(tmp_path, PHOTO.read_bytes()), KEY, "picture") is not None


def test_it_can_be_closed_twice_and_used_again(fingerprinter: Fingerprinter) -> None:
    fingerprinter.close()
    fingerprinter.close()
    assert fingerprinter.kind(JPEG + bytes(60)) == "picture"
