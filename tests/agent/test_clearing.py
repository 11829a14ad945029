"""A round and previews with numbers for names: looked at after their photos went, and gone when they show one."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from agent.seams.photos import FoundFile
from tests.parts.held import held
from tests.parts.tablet import Tablet


def looks(bits: int, width: int = 4000, height: int = 3000) -> bytes:
    """A fingerprint."""
    pdq = bits.to_bytes(32)
    return msgspec.json.encode({"kind": "picture", "width": width, "height": height, "pdq": pdq, "quality": 100})


FROG, ROSES = looks(0), looks((1 << 200) - 1)
FROG_SMALL = looks(1, 160, 120)


def planted(tablet: Tablet, number: int = 1234) -> Path:
    """A preview of the frog."""
    path = tablet.camera / f".thumbnails/{number}.jpg"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"small" * number)
    os.utime(path, ns=(tablet.wall(), tablet.wall()))
    return path


def purged(tablet: Tablet, other: bytes) -> Path:
    """The frog's photo left; another one, of these looks, is here. Gives the frog's preview."""
    frog, here = tablet.take("frog.jpg"), tablet.take("other.jpg")
    preview = planted(tablet)
    tablet.ledger.remember({frog: FROG, here: other})
    tablet.go(2)
    tablet.add_to_journal(frog)
    tablet.go()
    assert tablet.photos() == [".thumbnails", "other.jpg"]
    return preview


def see(tablet: Tablet, path: Path, fingerprint: bytes = FROG_SMALL) -> None:
    """The child has looked at a preview."""
    tablet.imports.looks[str(path)] = fingerprint


def test_a_preview_goes_once_it_was_looked_at_and_not_before(tablet: Tablet) -> None:
    preview = purged(tablet, ROSES)
    tablet.go(3)
    assert preview.exists()
    see(tablet, preview)
    tablet.go()
    assert not preview.exists()
    assert (tablet.camera / "other.jpg").exists()


def test_a_preview_that_may_be_of_a_photo_that_is_here_stays_until_that_goes_too(tablet: Tablet) -> None:
    preview = purged(tablet, looks(0b111))
    see(tablet, preview)
    tablet.go(3)
    assert preview.exists()
    (neighbour,) = tablet.ledger.files()
    tablet.add_to_journal(neighbour.digest)
    tablet.go(3)
    assert not preview.exists()


def test_nothing_is_decided_while_a_photo_was_not_looked_at(tablet: Tablet) -> None:
    preview = purged(tablet, ROSES)
    fresh = tablet.take("fresh.jpg")
    tablet.go(2)
    see(tablet, preview)
    tablet.go(2)
    assert preview.exists()
    tablet.ledger.remember({fresh: ROSES})
    tablet.go()
    assert not preview.exists()


def test_what_cannot_be_decoded_stays(tablet: Tablet) -> None:
    preview = purged(tablet, ROSES)
    see(tablet, preview, b"")
    tablet.go(3)
    assert preview.exists()
    assert tablet.media.previews() == ()


def test_the_preview_of_a_photo_that_its_person_deleted_stays(tablet: Tablet) -> None:
    preview = purged(tablet, ROSES)
    see(tablet, preview, looks((1 << 200) - 1, 160, 120))
    (tablet.camera / "other.jpg").unlink()
    tablet.go(3)
    assert preview.exists()


def test_a_preview_that_is_open_goes_once_it_is_closed(tablet: Tablet) -> None:
    preview = purged(tablet, ROSES)
    see(tablet, preview)
    with held(preview, "reads"):
        tablet.go(2)
        assert preview.exists()
    tablet.go()
    assert not preview.exists()


def test_another_picture_under_the_number_stays(tablet: Tablet) -> None:
    preview = purged(tablet, ROSES)
    tablet.go()
    preview.unlink()
    planted(tablet, 1234).write_bytes(b"another picture")
    see(tablet, preview)
    tablet.go(2)
    assert preview.read_bytes() == b"another picture"


def test_what_a_restart_forgot_goes_with_the_next_purge(tablet: Tablet) -> None:
    preview = purged(tablet, ROSES)
    tablet.restart()
    see(tablet, preview)
    tablet.go(2)
    assert preview.exists()
    (other,) = tablet.ledger.files()
    tablet.add_to_journal(other.digest)
    tablet.go(3)
    assert not preview.exists()


def test_few_are_looked_at_in_one_round_and_the_newest_first(tablet: Tablet) -> None:
    purged(tablet, ROSES)
    asked: list[FoundFile] = []
    glance = tablet.imports.glance

    def noted(files: Sequence[FoundFile]) -> Mapping[FoundFile, bytes]:
        asked[:] = files
        return glance(files)

    for number in range(1, 300):
        planted(tablet, number)
    (other,) = tablet.ledger.files()
    tablet.add_to_journal(other.digest)
    tablet.imports.glance = noted  # type: ignore[method-assign]  # looked over the shoulder
    tablet.go(2)
    assert len(asked) == 200
    assert min(file.mtime_ns for file in asked) >= max(
        file.mtime_ns for file in tablet.media.previews() if file not in asked
    )
