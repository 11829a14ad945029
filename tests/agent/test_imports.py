"""A tablet works through the journal's exports: the photo that was added is proved, and its neighbours never are."""

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.imports import Imports
from agent.ledger import Ledger
from agent.media import Media
from agent.seams.photos import Box, FoundFile
from agreement.facts import Evidence, Strength, Word
from agreement.imports import blinded
from agreement.letters import NotInExport
from tests.agreement.cast import NOON
from tests.fakes.exports import FakeExports
from tests.parts.pictures import crop, in_journal, neighbour, photo
from tests.parts.waiting import eventually

LATER = NOON + timedelta(hours=1)


class Tablet:
    """Photos, a ledger, and the real child that looks at them."""

    def __init__(self, home: Path) -> None:
        self.home, self.camera = home, home / "DCIM"
        self.camera.mkdir()
        self.exports = FakeExports()
        self.ledger = Ledger(home / "state/ledger.sqlite3")
        self.media = Media([self.camera], [home], self.ledger.digests(), timedelta(microseconds=1), lambda: 10**19)
        self.rounds = 0
        self.imports = Imports(
            self.ledger, self.exports, lambda: LATER, home / "state", self.ring, opened=self.media.opened
        )

    def ring(self) -> None:
        """A round was asked for."""
        self.rounds += 1

    def take(self, name: str, content: bytes) -> str:
        """Take a photo; gives its digest."""
        (self.camera / name).write_bytes(content)
        return hashlib.sha256(content).hexdigest()

    def look(self) -> dict[str, FoundFile]:
        """One look; gives what is there by name."""
        self.ledger.note(self.media.settled(), NOON)
        return {os.path.basename(file.path): file for file in self.ledger.files()}  # noqa: PTH119 - a name

    def remember(self) -> None:
        """Look, and wait until every photo has its fingerprint."""
        self.look()
        self.imports.consider(0)
        eventually(lambda: all(self.imports.remembers(file.digest) for file in self.ledger.files()), within=60)

    def work(self, number: int) -> None:
        """Wait until the exports up to this number are worked through."""
        self.imports.consider(number)
        eventually(lambda: self.ledger.imports_done() >= number, within=60)

    def evidence(self) -> dict[str, Evidence | None]:
        """What is proved, by digest."""
        return {p.digest: p.evidence for p in self.ledger.note(self.media.settled(), NOON)}

    def proved(self) -> set[str]:
        """The digests of what is proved to be in the journal."""
        return {digest for digest, evidence in self.evidence().items() if evidence}

    def remove(self, name: str) -> None:
        """The photo leaves the tablet."""
        (self.camera / name).unlink()
        self.look()

    def close(self) -> None:
        """The end."""
        self.imports.stop()
        self.ledger.close()


@pytest.fixture
def tablet(tmp_path: Path) -> Iterator[Tablet]:
    made = Tablet(tmp_path)
    yield made
    made.close()


def test_of_a_burst_the_one_that_was_added_is_proved_and_its_neighbours_are_not(tablet: Tablet) -> None:
    frog = photo("frog")
    added = tablet.take("2.jpg", neighbour(frog))
    tablet.take("1.jpg", frog)
    tablet.take("3.jpg", neighbour(frog, 12))
    tablet.remember()
    number = tablet.exports.hand_in(in_journal(neighbour(frog)), in_journal(photo("valley")))
    tablet.work(number)
    assert tablet.proved() == {added}
    evidence = tablet.evidence()[added]
    assert evidence == Evidence(added, Strength.PUBLISHED, "journal export of 5 January 2026 (import 1)", LATER)
    assert tablet.ledger.doubts() == ()


def test_only_the_pictures_that_may_be_photos_of_the_tablet_are_fetched_and_none_is_kept(tablet: Tablet) -> None:
    tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    copies = [in_journal(photo(name)) for name in ("frog", "valley", "tractor", "trees", "roses")]
    tablet.work(tablet.exports.hand_in(*copies))
    assert tablet.exports.fetched == [hashlib.sha256(copies[0]).hexdigest()]
    assert list((tablet.home / "state/exports").iterdir()) == []


def test_the_neighbour_of_a_photo_that_left_is_asked_about_with_the_journals_picture(tablet: Tablet) -> None:
    frog = photo("frog")
    tablet.take("1.jpg", frog)
    orphan = tablet.take("2.jpg", neighbour(frog))
    tablet.remember()
    tablet.remove("1.jpg")
    copy = in_journal(frog)
    tablet.work(tablet.exports.hand_in(copy))
    assert tablet.proved() == set()
    (doubt,) = tablet.ledger.doubts()
    assert (doubt.digest, doubt.picture, doubt.number) == (orphan, hashlib.sha256(copy).hexdigest(), 1)
    (kept,) = (tablet.home / "state/doubts").iterdir()
    assert kept.read_bytes() == copy
    assert kept.stat().st_mode & 0o077 == 0


def test_a_picture_that_claimed_a_photo_never_claims_its_neighbour_in_a_later_export(tablet: Tablet) -> None:
    frog = photo("frog")
    tablet.take("1.jpg", frog)
    tablet.take("2.jpg", neighbour(frog))
    tablet.remember()
    copy = in_journal(frog)
    tablet.work(tablet.exports.hand_in(copy))
    assert len(tablet.proved()) == 1
    tablet.remove("1.jpg")
    tablet.work(tablet.exports.hand_in(copy, at=LATER))
    tablet.work(tablet.exports.hand_in(in_journal(frog, quality=70), at=LATER))
    assert tablet.proved() == set()


def test_a_photo_that_left_unseen_makes_everything_of_that_moment_doubtful(tablet: Tablet) -> None:
    frog = photo("frog")
    tablet.take("unseen.jpg", neighbour(frog))
    tablet.look()
    tablet.remove("unseen.jpg")
    tablet.take("1.jpg", frog)
    tablet.remember()
    tablet.work(tablet.exports.hand_in(in_journal(frog)))
    assert tablet.proved() == set()
    (doubt,) = tablet.ledger.doubts()
    assert "left the tablet before it could be looked at" in doubt.why


def test_a_photo_that_was_cropped_on_its_way_is_asked_about(tablet: Tablet) -> None:
    frog = photo("frog")
    cropped = tablet.take("1.jpg", frog)
    tablet.remember()
    copy = in_journal(crop(frog))
    tablet.work(tablet.exports.hand_in(copy, in_journal(photo("valley"))))
    assert tablet.proved() == set()
    (doubt,) = tablet.ledger.doubts()
    assert (doubt.digest, doubt.picture) == (cropped, hashlib.sha256(copy).hexdigest())


def test_of_two_files_with_the_same_pixels_one_is_proved_and_the_other_is_asked_about(tablet: Tablet) -> None:
    frog = photo("frog")
    tablet.take("1.jpg", frog)
    tablet.take("2.jpg", frog + b"a trailer that some program left")
    tablet.remember()
    tablet.work(tablet.exports.hand_in(in_journal(frog)))
    assert len(tablet.proved()) == 1
    (doubt,) = tablet.ledger.doubts()
    assert "second copy" in doubt.why


def test_what_is_no_picture_is_remembered_as_such_and_holds_nothing_up(tablet: Tablet) -> None:
    tablet.take("broken.jpg", b"\xff\xd8\xff\xe0 and then nothing")
    tablet.take("noise.jpg", os.urandom(5000))
    added = tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    tablet.work(tablet.exports.hand_in(in_journal(photo("frog"))))
    assert tablet.proved() == {added}


def test_work_that_the_network_cut_short_begins_again(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.imports.AGAIN", 0.0)
    added = tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    number = tablet.exports.hand_in(in_journal(photo("frog")))
    tablet.exports.open = False
    tablet.imports.consider(number)
    eventually(lambda: bool(tablet.imports.trouble), within=60)
    assert (tablet.ledger.imports_done(), tablet.proved()) == (0, set())
    tablet.exports.open = True
    tablet.work(number)
    assert tablet.proved() == {added}


def test_a_picture_that_came_changed_is_not_believed(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.imports.AGAIN", 0.0)
    tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    copy = in_journal(photo("frog"))
    number = tablet.exports.hand_in(copy)
    tablet.exports.shelf[hashlib.sha256(copy).hexdigest()] = in_journal(photo("frog"), quality=60)
    tablet.imports.consider(number)
    eventually(lambda: "changed" in tablet.imports.trouble, within=60)
    assert tablet.proved() == set()


def test_an_export_whose_pictures_are_gone_is_passed_over(tablet: Tablet) -> None:
    tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    copy = in_journal(photo("frog"))
    number = tablet.exports.hand_in(copy)
    tablet.exports.shelf.clear()
    tablet.work(number)
    assert tablet.proved() == set()


def another_photo_has(tablet: Tablet, copy: bytes) -> str:
    """Another tablet has found the journal's picture to be a photo of its own; gives the picture's id."""
    picture = hashlib.sha256(copy).hexdigest()
    tablet.exports.claims[picture] = blinded("99" * 32, picture)
    return picture


def test_a_picture_that_is_another_tablets_photo_is_asked_about_and_nothing_is_proved(tablet: Tablet) -> None:
    digest = tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    copy = in_journal(photo("frog"))
    number = tablet.exports.hand_in(copy)
    picture = another_photo_has(tablet, copy)
    tablet.work(number)
    tablet.work(tablet.exports.hand_in(copy, at=LATER))
    assert tablet.proved() == set()
    assert tablet.ledger.claims() == {}
    (doubt,) = tablet.ledger.doubts()
    assert (doubt.digest, doubt.picture) == (digest, picture)
    assert "Another tablet’s photo" in doubt.why
    assert [path.name for path in (tablet.home / "state/doubts").iterdir()] == [picture]


def test_the_very_same_photo_on_another_tablet_is_proved_there_too(tablet: Tablet) -> None:
    digest = tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    copy = in_journal(photo("frog"))
    picture = hashlib.sha256(copy).hexdigest()
    tablet.exports.claims[picture] = blinded(digest, picture)
    tablet.work(tablet.exports.hand_in(copy))
    assert tablet.proved() == {digest}


def test_the_very_bytes_of_a_picture_need_nobodys_leave(tablet: Tablet) -> None:
    copy = in_journal(photo("frog"))
    digest = tablet.take("1.jpg", copy)
    tablet.remember()
    number = tablet.exports.hand_in(copy)
    another_photo_has(tablet, copy)
    tablet.work(number)
    assert tablet.proved() == {digest}


def test_a_likeness_is_no_proof_until_the_controller_has_written_it_down(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.imports.AGAIN", 0.0)
    digest = tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    tablet.exports.grants = False
    number = tablet.exports.hand_in(in_journal(photo("frog")))
    tablet.imports.consider(number)
    eventually(lambda: "could not write" in tablet.imports.trouble, within=60)
    assert (tablet.ledger.imports_done(), tablet.proved(), dict(tablet.ledger.claims())) == (0, set(), {})
    tablet.exports.grants = True
    tablet.work(number)
    assert tablet.proved() == {digest}


def test_a_grant_whose_answer_was_lost_is_no_proof_and_is_granted_again(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.imports.AGAIN", 0.0)
    digest = tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    tablet.exports.drops_answers = True
    number = tablet.exports.hand_in(in_journal(photo("frog")))
    tablet.imports.consider(number)
    eventually(lambda: "answer was lost" in tablet.imports.trouble, within=60)
    assert len(tablet.exports.claims) == 1
    assert tablet.proved() == set()
    tablet.exports.drops_answers = False
    tablet.work(number)
    assert tablet.proved() == {digest}


def test_a_controller_that_forgot_is_told_again_what_was_found(tablet: Tablet) -> None:
    digest = tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    copy = in_journal(photo("frog"))
    tablet.work(tablet.exports.hand_in(copy))
    told = dict(tablet.exports.claims)
    tablet.exports.claims.clear()
    tablet.remove("1.jpg")
    tablet.work(tablet.exports.hand_in(copy, at=LATER))
    picture = hashlib.sha256(copy).hexdigest()
    assert tablet.exports.claims == told == {picture: blinded(digest, picture)}


def held(tablet: Tablet, name: str, digest: str) -> None:
    """A photo was removed because a person said that it is in the journal."""
    tablet.ledger.say(digest, Word.ADDED, NOON)
    photos = {p.digest: p for p in tablet.ledger.note(tablet.media.settled(), NOON)}
    intent = tablet.ledger.intend_hold(photos[digest], Box("box", b"k" * 80))
    (tablet.camera / name).unlink()
    tablet.ledger.hold(intent, {}, NOON)


def missed(tablet: Tablet) -> list[str]:
    """The digests of what was told not to be in an export."""
    return [said.digest for piece in tablet.ledger.unsent(500) if isinstance(said := piece.said(), NotInExport)]


def test_a_word_that_the_next_export_does_not_bear_out_is_told(tablet: Tablet) -> None:
    digest = tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    held(tablet, "1.jpg", digest)
    tablet.work(tablet.exports.hand_in(in_journal(photo("valley")), at=NOON - timedelta(hours=1)))
    assert missed(tablet) == []  # made before the word was given
    tablet.work(tablet.exports.hand_in(in_journal(photo("valley")), at=LATER))
    assert missed(tablet) == [digest]
    assert [one.missing_from for one in tablet.ledger.held()] == [2]


def test_a_word_that_may_be_right_is_not_doubted(tablet: Tablet) -> None:
    digest = tablet.take("1.jpg", photo("frog"))
    tablet.remember()
    held(tablet, "1.jpg", digest)
    tablet.work(tablet.exports.hand_in(in_journal(photo("frog")), at=LATER))
    assert missed(tablet) == []


def test_a_neighbours_picture_does_not_bear_a_word_out(tablet: Tablet) -> None:
    frog = photo("frog")
    tablet.take("1.jpg", frog)
    said = tablet.take("2.jpg", neighbour(frog))
    tablet.remember()
    tablet.work(tablet.exports.hand_in(in_journal(frog)))
    held(tablet, "2.jpg", said)
    tablet.work(tablet.exports.hand_in(in_journal(frog), at=LATER))
    assert missed(tablet) == [said]
