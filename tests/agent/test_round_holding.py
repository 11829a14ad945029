"""A round and people's words: sealed before it leaves, put back on the manager's word, let go when its time is over."""

import errno
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.seams.photos import Box, FoundFile
from agreement.agreement import Agreement
from agreement.boxes import new_pair, open_key
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.facts import GiveBack, Strength, Word
from agreement.letters import OrderEnded, PhotoDiscarded, PhotoHeld, PhotoPurged, PhotoRestored
from tests.agreement.cast import ONLY_LARKFIELD
from tests.parts.interrupted import Interrupted
from tests.parts.tablet import Tablet

PRIVATE, PUBLIC = new_pair()
TERMS = Agreement(secure_network=ONLY_LARKFIELD, uploaded_photos=UploadedPhotos(hold_for=timedelta(hours=1)))


@pytest.fixture
def tablet(tmp_path: Path) -> Tablet:
    """Sunflower 1, with the setting's recovery key."""
    made = Tablet(tmp_path, TERMS)
    made.stands(recovery=PUBLIC)
    return made


def spoken(tablet: Tablet, word: Word = Word.ADDED) -> str:
    """A photo of which someone said this, and one of which nobody said anything."""
    digest = tablet.take("a.jpg")
    tablet.take("b.jpg")
    tablet.go(2)
    tablet.ledger.say(digest, word, tablet.clock.now())
    return digest


def boxes(tablet: Tablet) -> list[Path]:
    """The boxes on the disk."""
    return list((tablet.home / "held").iterdir())


def give_back(tablet: Tablet) -> None:
    """The manager gives back whatever was told to be held."""
    keys = tuple(
        GiveBack(held.digest, open_key(bytes.fromhex(held.sealed_key), PRIVATE).hex())
        for held in tablet.told(PhotoHeld)
    )
    tablet.stands(give_back=keys)


@pytest.mark.parametrize("word", [Word.ADDED, Word.UNWANTED])
def test_what_a_word_removes_is_sealed_and_told(tablet: Tablet, word: Word) -> None:
    digest = spoken(tablet, word)
    content = (tablet.camera / "a.jpg").read_bytes()
    tablet.go()
    assert tablet.photos() == ["b.jpg"]
    (box,) = boxes(tablet)
    assert content[:100] not in box.read_bytes()
    assert box.stat().st_mode & 0o077 == 0
    (told,) = tablet.told(PhotoHeld)
    assert (told.digest, told.word) == (digest, word)
    assert tablet.told(PhotoPurged) == []


def test_without_the_settings_key_a_photo_stays_and_that_is_told_once(tmp_path: Path) -> None:
    tablet = Tablet(tmp_path, TERMS)
    spoken(tablet)
    tablet.go(3)
    assert tablet.photos() == ["a.jpg", "b.jpg"]
    (told,) = [ended for ended in tablet.told(OrderEnded) if ended.order == "hold"]
    assert "key" in told.detail


def test_the_manager_gives_a_photo_back(tablet: Tablet) -> None:
    digest = spoken(tablet)
    content = (tablet.camera / "a.jpg").read_bytes()
    tablet.go()
    give_back(tablet)
    tablet.go(3)
    assert (tablet.camera / "a.jpg").read_bytes() == content
    assert tablet.told(PhotoRestored) == [PhotoRestored(digest)]
    assert boxes(tablet) == []
    counts = tablet.ledger.counts(tablet.clock.now(), 0)
    assert (counts.taken, counts.held, counts.waiting) == (2, 0, 2)


def test_a_photo_that_was_given_back_may_be_held_again(tablet: Tablet) -> None:
    digest = spoken(tablet)
    tablet.go()
    give_back(tablet)
    tablet.go(3)
    tablet.stands(give_back=())
    tablet.ledger.say(digest, Word.ADDED, tablet.clock.now())
    tablet.go()
    assert tablet.photos() == ["b.jpg"]
    assert len(tablet.told(PhotoHeld)) == 2


def test_a_wrong_key_puts_nothing_back_and_is_told_once(tablet: Tablet) -> None:
    digest = spoken(tablet)
    tablet.go()
    tablet.stands(give_back=(GiveBack(digest, "00" * 32),))
    tablet.go(3)
    assert (tablet.photos(), len(boxes(tablet))) == (["b.jpg"], 1)
    assert len([ended for ended in tablet.told(OrderEnded) if ended.order == "put back"]) == 1


def test_a_held_photo_goes_when_its_time_is_over(tablet: Tablet) -> None:
    digest = spoken(tablet, Word.UNWANTED)
    tablet.go()
    tablet.clock.advance(timedelta(minutes=59))
    tablet.go()
    assert len(boxes(tablet)) == 1
    tablet.clock.advance(timedelta(minutes=1))
    tablet.go()
    assert boxes(tablet) == []
    (gone,) = tablet.told(PhotoDiscarded)
    assert (gone.digest, gone.word) == (digest, Word.UNWANTED)
    assert tablet.told(PhotoPurged) == []


def test_a_held_photo_that_an_export_should_hold_outstays_its_time(tablet: Tablet) -> None:
    digest = spoken(tablet)
    tablet.go()
    (word,) = tablet.ledger.attested()
    tablet.ledger.missing(word, 3, tablet.clock.now())
    tablet.clock.advance(timedelta(hours=2))
    tablet.go()
    assert len(boxes(tablet)) == 1
    give_back(tablet)
    tablet.go(2)
    assert tablet.told(PhotoRestored) == [PhotoRestored(digest)]
    assert tablet.photos() == ["a.jpg", "b.jpg"]


def test_two_files_with_one_picture_share_a_box(tablet: Tablet) -> None:
    digest = tablet.take("a.jpg", b"one picture" * 200)
    tablet.take("copy.jpg", b"one picture" * 200)
    tablet.go(2)
    tablet.ledger.say(digest, Word.ADDED, tablet.clock.now())
    tablet.go(2)
    assert (tablet.photos(), len(boxes(tablet))) == ([], 1)
    give_back(tablet)
    tablet.go(3)
    assert tablet.photos() == ["a.jpg"]


def test_evidence_that_comes_first_purges_for_good(tablet: Tablet) -> None:
    digest = spoken(tablet)
    tablet.add_to_journal(digest, Strength.PUBLISHED)
    tablet.go()
    assert [purged.digest for purged in tablet.told(PhotoPurged)] == [digest]
    assert tablet.told(PhotoHeld) == []


def test_a_photo_that_is_exchanged_while_it_is_sealed_stays(tablet: Tablet) -> None:
    spoken(tablet)
    sealing = tablet.removing.boxes.seal

    class Swapped:
        """Boxes during whose sealing somebody edits the photo."""

        def __getattr__(self, name: str) -> object:
            return getattr(tablet.boxes, name)

        def seal(self, file: FoundFile, public: str, photo: str = "") -> Box:
            box = sealing(file, public, photo)
            (tablet.camera / "a.jpg").write_bytes(b"an edited picture")
            return box

    tablet.removing.boxes = Swapped()  # type: ignore[assignment]  # the rest is the real one's
    tablet.go()
    assert (tablet.camera / "a.jpg").read_bytes() == b"an edited picture"
    assert boxes(tablet) == []
    assert tablet.told(PhotoHeld) == []


def test_a_crash_after_the_deed_is_told_as_a_hold(tablet: Tablet) -> None:
    digest = spoken(tablet)

    def fail() -> None:
        raise OSError(errno.EIO, "the folder cannot be synced")

    tablet.removing.media = Interrupted(tablet.media, after=fail)
    tablet.go()
    tablet.restart()
    tablet.go()
    assert [held.digest for held in tablet.told(PhotoHeld)] == [digest]
    assert len(boxes(tablet)) == 1
    give_back(tablet)
    tablet.go(2)
    assert tablet.photos() == ["a.jpg", "b.jpg"]


def test_a_crash_before_the_deed_leaves_the_photo_and_no_box_of_it(tablet: Tablet) -> None:
    spoken(tablet)

    def fail() -> None:
        raise OSError(errno.EIO, "the photo cannot be read")

    tablet.removing.media = Interrupted(tablet.media, before=fail)
    tablet.go()
    first = boxes(tablet)
    tablet.restart()
    assert boxes(tablet) == []
    assert tablet.photos() == ["a.jpg", "b.jpg"]
    tablet.go(2)
    assert tablet.photos() == ["b.jpg"]
    assert boxes(tablet) != first


def test_a_box_that_a_crash_left_behind_is_swept(tablet: Tablet) -> None:
    spoken(tablet, Word.KEEP)
    tablet.removing.boxes.seal(tablet.media.settled()[0], PUBLIC)
    assert len(boxes(tablet)) == 1
    tablet.restart()
    assert boxes(tablet) == []


def test_letting_go_that_was_cut_short_is_finished(tablet: Tablet) -> None:
    digest = spoken(tablet)
    tablet.go()
    tablet.ledger.let_go(digest)
    tablet.restart()
    give_back(tablet)
    tablet.go()
    assert boxes(tablet) == []
    assert [gone.digest for gone in tablet.told(PhotoDiscarded)] == [digest]
    assert tablet.photos() == ["b.jpg"]


def test_a_photo_is_put_back_into_the_nearest_folder_that_is_there(tablet: Tablet) -> None:
    folder = tablet.camera / "walk" / "pond"
    folder.mkdir(parents=True)
    digest = tablet.take("walk/pond/a.jpg")
    tablet.go(2)
    tablet.ledger.say(digest, Word.ADDED, tablet.clock.now())
    tablet.go()
    folder.rmdir()
    give_back(tablet)
    tablet.go(2)
    assert (tablet.camera / "walk" / "a.jpg").is_file()


def test_words_remove_nothing_where_the_agreement_does_not_act_on_them(tmp_path: Path) -> None:
    terms = replace(TERMS, uploaded_photos=replace(TERMS.uploaded_photos, act_on_word=False))
    tablet = Tablet(tmp_path, terms)
    tablet.stands(recovery=PUBLIC)
    spoken(tablet)
    tablet.go(2)
    assert tablet.photos() == ["a.jpg", "b.jpg"]
