"""A round and what comes after a photo went: a thumbnail that was written late, a copy that somebody restores."""

import hashlib
from pathlib import Path

from agent.media.copies import uri
from agent.media.late import WHILE, Late
from agent.media.places import Place
from agreement.letters import AgentNote, PhotoPurged
from tests.parts.tablet import Tablet

CONTENT = b"a frog on a stone" * 100


def purged(tablet: Tablet) -> str:
    """A photo that was in the journal, and is gone; gives its digest."""
    digest = tablet.take("a.jpg", CONTENT)
    tablet.go(2)
    tablet.add_to_journal(digest)
    tablet.go()
    assert tablet.photos() == []
    return digest


def thumbnails(tablet: Tablet, name: str) -> list[Path]:
    """What a thumbnailer writes of a photo."""
    address = hashlib.md5(uri(str(tablet.camera / name)).encode(), usedforsecurity=False).hexdigest()
    paths = [tablet.home / ".cache/thumbnails/large" / f"{address}.png", tablet.camera / ".thumbnails" / name]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"small")
    return paths


def test_a_thumbnail_that_is_written_after_its_photo_went_goes_at_the_next_look(tablet: Tablet) -> None:
    purged(tablet)
    paths = thumbnails(tablet, "a.jpg") + thumbnails(tablet, "b.jpg")
    tablet.go()
    assert [path.exists() for path in paths] == [False, False, True, True]


def test_the_thumbnail_of_another_picture_that_has_the_name_by_now_stays(tablet: Tablet) -> None:
    purged(tablet)
    tablet.take("a.jpg", b"another picture")
    paths = thumbnails(tablet, "a.jpg")
    tablet.go(3)
    assert all(path.exists() for path in paths)


def test_a_photo_is_looked_after_for_a_while_and_once_more_after_that() -> None:
    now = [0]
    late, place = Late(lambda: now[0]), Place("/home/cleo", (), "a.jpg")
    late.note(place)
    for now[0] in (1, WHILE - 1, WHILE + 5):
        assert list(late.places()) == [place]
    assert list(late.places()) == []


def test_a_copy_in_the_trash_goes_with_its_photo(tablet: Tablet) -> None:
    copy = tablet.home / ".local/share/Trash/files/a.jpg"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(CONTENT)
    purged(tablet)
    assert not copy.exists()
    assert tablet.told(PhotoPurged)[0].copies == {"trash": 1}


def test_a_purged_photo_that_somebody_brings_back_goes_again_and_is_told_as_back(tablet: Tablet) -> None:
    digest = purged(tablet)
    tablet.take("from the trash.jpg", CONTENT)
    tablet.go(3)
    assert tablet.photos() == []
    assert [record.digest for record in tablet.told(PhotoPurged)] == [digest, digest]
    backs = [note for note in tablet.told(AgentNote) if "back" in note.event]
    assert [note.detail for note in backs] == [digest]
    counts = tablet.ledger.counts(tablet.clock.now(), 0)
    assert (counts.taken, counts.purged, counts.gone) == (2, 2, 0)


def test_two_files_with_one_picture_are_not_told_as_back(tablet: Tablet) -> None:
    tablet.take("copy.jpg", CONTENT)
    purged(tablet)
    tablet.go(2)
    assert [note for note in tablet.told(AgentNote) if "back" in note.event] == []


def test_a_photo_that_lay_in_the_trash_alone_goes_with_the_trash_copy_once_it_is_brought_back(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg", CONTENT)
    tablet.go(2)
    thrown = tablet.home / ".local/share/Trash/files/a.jpg"
    thrown.parent.mkdir(parents=True)
    (tablet.camera / "a.jpg").rename(thrown)
    tablet.go()
    tablet.add_to_journal(digest)
    tablet.go(2)
    assert thrown.exists(), "docs/limits.md says so: nothing in sight is purged"
    tablet.take("a.jpg", CONTENT)
    tablet.go(2)
    assert (tablet.photos(), thrown.exists()) == ([], False)
