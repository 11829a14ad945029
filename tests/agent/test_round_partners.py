"""A round and what is of the same exposure as a photo that a word removes: sealed, put back and let go with it."""

from datetime import timedelta
from pathlib import Path

import pytest

from agreement.agreement import Agreement
from agreement.boxes import new_pair, open_key
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.facts import GiveBack, Word
from agreement.letters import PhotoDiscarded, PhotoHeld, PhotoPurged, PhotoRestored, PhotoSaid
from tests.agreement.cast import ONLY_LARKFIELD
from tests.parts.held import held
from tests.parts.tablet import Tablet

PRIVATE, PUBLIC = new_pair()
TERMS = Agreement(secure_network=ONLY_LARKFIELD, uploaded_photos=UploadedPhotos(hold_for=timedelta(hours=1)))


@pytest.fixture
def tablet(tmp_path: Path) -> Tablet:
    """Sunflower 1, with a picture, its raw file, and a raw file of the same number from another day."""
    made = Tablet(tmp_path, TERMS)
    made.stands(recovery=PUBLIC)
    made.take("IMG_1.JPG")
    made.take("IMG_1.dng")
    (made.camera / "old").mkdir()
    made.take("old/IMG_1.dng")
    made.go(2)
    return made


def digest(tablet: Tablet, name: str) -> str:
    """The digest of a photo that is there."""
    return next(file.digest for file in tablet.ledger.files() if file.path.endswith(f"DCIM/{name}"))


def say(tablet: Tablet, name: str, word: Word = Word.ADDED) -> str:
    """Somebody says this of a photo; gives its digest."""
    what = digest(tablet, name)
    tablet.ledger.say(what, word, tablet.clock.now())
    return what


def give_back(tablet: Tablet, what: str) -> None:
    """The manager gives this one photo back, and knows of nothing else."""
    (told,) = [one for one in tablet.told(PhotoHeld) if one.digest == what]
    tablet.stands(give_back=(GiveBack(what, open_key(bytes.fromhex(told.sealed_key), PRIVATE).hex()),))


def boxes(tablet: Tablet) -> int:
    """How many boxes there are."""
    return len(list((tablet.home / "held").iterdir()))


def test_a_raw_file_is_held_with_its_photo_in_a_box_of_its_own(tablet: Tablet) -> None:
    photo, raw = digest(tablet, "IMG_1.JPG"), digest(tablet, "IMG_1.dng")
    say(tablet, "IMG_1.JPG")
    tablet.go(2)
    assert tablet.photos() == ["old"]
    assert [path.name for path in (tablet.camera / "old").iterdir()] == ["IMG_1.dng"]
    assert [told.digest for told in tablet.told(PhotoHeld)] == [photo, raw]
    assert boxes(tablet) == 2
    assert [told.digest for told in tablet.told(PhotoSaid)] == [photo]
    assert tablet.told(PhotoPurged) == []


def test_the_photo_brings_its_raw_file_back(tablet: Tablet) -> None:
    before = {name: (tablet.camera / name).read_bytes() for name in ("IMG_1.JPG", "IMG_1.dng")}
    raw, photo = digest(tablet, "IMG_1.dng"), say(tablet, "IMG_1.JPG")
    tablet.go(2)
    give_back(tablet, photo)
    tablet.go(3)
    assert {name: (tablet.camera / name).read_bytes() for name in before} == before
    assert [told.digest for told in tablet.told(PhotoRestored)] == [raw, photo]
    tablet.stands(give_back=())
    tablet.go(3)
    assert tablet.photos() == ["IMG_1.JPG", "IMG_1.dng", "old"]
    assert boxes(tablet) == 0


def test_what_an_export_should_hold_is_waited_for_with_its_raw_file(tablet: Tablet) -> None:
    photo = say(tablet, "IMG_1.JPG")
    tablet.go(2)
    (word,) = tablet.ledger.attested()
    tablet.ledger.missing(word, 3, tablet.clock.now())
    tablet.clock.advance(timedelta(hours=2))
    tablet.go()
    assert boxes(tablet) == 2
    give_back(tablet, photo)
    tablet.go(2)
    assert tablet.photos() == ["IMG_1.JPG", "IMG_1.dng", "old"]


def test_a_raw_file_is_let_go_with_its_photo(tablet: Tablet) -> None:
    raw, photo = digest(tablet, "IMG_1.dng"), say(tablet, "IMG_1.JPG", Word.UNWANTED)
    tablet.go(2)
    tablet.clock.advance(timedelta(hours=1))
    tablet.go()
    assert [told.digest for told in tablet.told(PhotoDiscarded)] == [raw, photo]
    assert boxes(tablet) == 0


def test_a_raw_file_of_which_somebody_said_that_it_should_stay_stays(tablet: Tablet) -> None:
    say(tablet, "IMG_1.dng", Word.KEEP)
    say(tablet, "IMG_1.JPG")
    tablet.go(3)
    assert tablet.photos() == ["IMG_1.dng", "old"]


def test_a_word_on_the_raw_file_says_nothing_of_the_picture(tablet: Tablet) -> None:
    say(tablet, "IMG_1.dng", Word.UNWANTED)
    tablet.go(3)
    assert tablet.photos() == ["IMG_1.JPG", "old"]


@pytest.mark.parametrize("word", [None, Word.KEEP])
def test_a_word_that_is_taken_back_in_time_is_taken_back_for_the_raw_file_too(
    tablet: Tablet, word: Word | None
) -> None:
    photo = say(tablet, "IMG_1.JPG")
    with held(tablet.camera / "IMG_1.JPG", "reads"):  # the picture waits, and its raw file for it
        tablet.go(3)
        assert tablet.photos() == ["IMG_1.JPG", "IMG_1.dng", "old"]
        if word:
            tablet.ledger.say(photo, word, tablet.clock.now())
        else:
            tablet.ledger.unsay(photo, tablet.clock.now())
    tablet.go(3)
    assert tablet.photos() == ["IMG_1.JPG", "IMG_1.dng", "old"]
    assert tablet.told(PhotoHeld) == []


def test_a_raw_file_that_is_open_is_held_once_it_is_closed_and_comes_back_all_the_same(tablet: Tablet) -> None:
    photo = say(tablet, "IMG_1.JPG")
    with held(tablet.camera / "IMG_1.dng", "reads"):
        tablet.go(3)
        assert tablet.photos() == ["IMG_1.dng", "old"]
    tablet.restart()
    tablet.go(3)
    assert tablet.photos() == ["old"]
    give_back(tablet, photo)
    tablet.go(2)
    assert tablet.photos() == ["IMG_1.JPG", "IMG_1.dng", "old"]


def test_a_photo_that_is_back_leaves_no_word_on_a_raw_file_that_never_went(tablet: Tablet) -> None:
    photo = say(tablet, "IMG_1.JPG")
    with held(tablet.camera / "IMG_1.dng", "reads"):
        tablet.go(2)
        give_back(tablet, photo)
        tablet.go(2)
    tablet.go(3)
    assert tablet.photos() == ["IMG_1.JPG", "IMG_1.dng", "old"]
    assert [told.digest for told in tablet.told(PhotoHeld)] == [photo]


@pytest.mark.parametrize("name", ["IMG_1.JPG", "gone.jpg"])
def test_what_a_crash_left_of_a_photo_that_was_being_put_back_goes(tablet: Tablet, name: str) -> None:
    photo = say(tablet, "IMG_1.JPG")
    content = (tablet.camera / "IMG_1.JPG").read_bytes()
    tablet.go(2)
    place = tablet.ledger.place_of(photo)
    assert place
    (tablet.camera / f".pending-{place[0]}").write_bytes(content[:100])
    (tablet.camera / name).write_bytes(content)  # it had its name already, or not
    give_back(tablet, photo)
    tablet.go(2)
    assert [path.name for path in tablet.camera.glob(".pending-*")] == []
    assert (tablet.camera / "IMG_1.JPG").read_bytes() == content
