"""What a page can ask at the agent's door, and what it hears, over the socket itself."""

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from agent.tablet_page import talk
from agent.tablet_page.door import MOST_GUESTS, NAME
from agent.tablet_page.line import Line, NoAgentError, call
from agent.tablet_page.people import People, Person
from agreement.facts import Keep, Said, Word
from agreement.letters import OrderEnded, PhotoSaid
from tests.fakes.clock import NOON
from tests.parts.door import LOST, OpenTablet, line, opened, shown
from tests.parts.needs import needs
from tests.parts.waiting import eventually

NOBODY = 65534
REFUSED = talk.Refused


@pytest.fixture
def tablet(tmp_path: Path) -> Iterator[OpenTablet]:
    with opened(tmp_path) as tablet:
        yield tablet


@pytest.fixture
def page(tablet: OpenTablet) -> Iterator[Line]:
    with line(tablet) as page:
        yield page


EVERY_QUESTION: list[talk.Question] = [
    talk.Look(),
    talk.Say("d", Word.KEEP),
    talk.Unsay("d"),
    talk.Differs("d", "p"),
    talk.MayDiffer("d"),
    talk.JournalPicture("d", "p"),
    talk.Reminded("no screen"),
]


@pytest.mark.parametrize("question", EVERY_QUESTION, ids=lambda question: type(question).__name__)
def test_every_question_is_one_line_that_reads_back(question: talk.Question) -> None:
    said = talk.line(question)
    assert said.count(b"\n") == 1
    assert talk.QUESTIONS.decode(said) == question


def test_a_photo_is_told_with_its_age_and_when_it_is_due(tablet: OpenTablet, page: Line) -> None:
    digest = tablet.take("a.jpg")
    told = shown(page)
    (photo,) = told.photos
    assert (told.tablet, told.setting, told.lost, told.more) == ("Sunflower 1", "Larkfield Nursery", None, 0)
    assert (photo.digest, os.fsdecode(photo.path)) == (digest, str(tablet.tablet.camera / "a.jpg"))
    assert photo.due_at - photo.taken_at == timedelta(hours=24)
    status = (tablet.tablet.camera / "a.jpg").stat()
    assert (photo.device, photo.inode, photo.size, photo.mtime_ns) == (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
    )
    assert not photo.overdue
    tablet.tablet.clock.advance(timedelta(hours=25))
    assert shown(page).photos[0].overdue


def test_photos_come_oldest_first_and_each_picture_once(tablet: OpenTablet, page: Line) -> None:
    names = [tablet.take(f"{number}.jpg", b"picture %d" % number) for number in range(3)]
    tablet.take("copy of 0.jpg", b"picture 0")
    assert [photo.digest for photo in shown(page).photos] == names


def test_a_name_that_is_not_text_travels_whole(tablet: OpenTablet, page: Line) -> None:
    tablet.take(os.fsdecode(b"\xff\xfe.jpg"))
    assert shown(page).photos[0].path.endswith(b"/\xff\xfe.jpg")


def test_more_photos_than_one_answer_holds_are_counted(
    tablet: OpenTablet, page: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk, "MOST_PHOTOS", 2)
    for number in range(5):
        tablet.tablet.take(f"{number}.jpg")
    tablet.tablet.go(2)
    told = shown(page)
    assert (len(told.photos), told.more) == (2, 3)


def test_a_word_is_written_down_told_and_taken_back(tablet: OpenTablet, page: Line) -> None:
    tablet.agree(act_on_word=True)
    digest = tablet.take("a.jpg")
    assert page.ask(talk.Say(digest, Word.KEEP)) == talk.Answered()
    assert page.ask(talk.Say(digest, Word.KEEP)) == talk.Answered(changed=False)
    assert shown(page).photos[0].said == Said(Word.KEEP, tablet.tablet.clock.now())
    assert tablet.kept_calls == ["asked"]
    assert page.ask(talk.Unsay(digest)) == talk.Answered()
    assert page.ask(talk.Unsay(digest)) == talk.Answered(changed=False)
    assert shown(page).photos[0].said is None
    tablet.tablet.go()
    assert [said.word for said in tablet.tablet.told(PhotoSaid)] == [Word.KEEP, None]


def test_where_words_are_not_acted_on_only_the_manager_can_be_asked(tablet: OpenTablet, page: Line) -> None:
    digest = tablet.take("a.jpg")
    tablet.agree(act_on_word=False)
    assert not shown(page).terms.act_on_word
    for word in (Word.ADDED, Word.UNWANTED):
        assert isinstance(page.ask(talk.Say(digest, word)), REFUSED)
    assert page.ask(talk.Say(digest, Word.KEEP)) == talk.Answered()
    assert tablet.said() == {digest: Word.KEEP}


def test_what_the_manager_lets_stay_is_not_overdue(tablet: OpenTablet, page: Line) -> None:
    digest = tablet.take("a.jpg")
    until = NOON + timedelta(days=3)
    tablet.change(keeps=(Keep(digest, until),))
    tablet.tablet.clock.advance(timedelta(days=2))
    (photo,) = shown(page).photos
    assert (photo.kept_until, photo.overdue) == (until, False)
    tablet.tablet.clock.advance(timedelta(days=2))
    (photo,) = shown(page).photos
    assert (photo.kept_until, photo.overdue) == (None, True)


def test_a_photo_that_is_not_here_cannot_be_spoken_of(tablet: OpenTablet, page: Line) -> None:
    digest = tablet.take("a.jpg")
    (tablet.tablet.camera / "a.jpg").unlink()
    tablet.tablet.go()
    for question in (talk.Say(digest, Word.KEEP), talk.Unsay(digest), talk.JournalPicture(digest, "picture-1")):
        assert page.ask(question) == talk.Refused("This photo is not here any more.")


def test_what_was_sealed_is_told_until_when_and_can_no_longer_be_taken_back(tablet: OpenTablet, page: Line) -> None:
    tablet.seal_for_real()
    digest = tablet.take("a.jpg")
    assert page.ask(talk.Say(digest, Word.UNWANTED)) == talk.Answered()
    tablet.tablet.go()
    told, at = shown(page), tablet.tablet.clock.now()
    assert told.photos == ()
    (sealed,) = told.sealed
    assert (sealed.digest, sealed.said.word, sealed.missing) == (digest, Word.UNWANTED, False)
    assert sealed.until == at + told.terms.hold_for
    assert page.ask(talk.Unsay(digest)) == talk.Refused(
        "This photo is sealed already: only the manager can bring it back."
    )


def test_a_doubt_comes_with_the_journals_picture(tablet: OpenTablet, page: Line) -> None:
    digest = tablet.take("a.jpg")
    tablet.doubt(digest)
    (photo,) = shown(page).photos
    assert photo.may_be == (talk.Candidate("picture-1", "It may be a part of it."),)
    answer, descriptor = page.ask_for_file(talk.JournalPicture(digest, "picture-1"))
    assert answer == talk.Answered()
    assert descriptor is not None
    with os.fdopen(descriptor, "rb") as picture:
        assert picture.read() == b"a journal's picture"
    assert shown(page).photos[0].digest == digest, "the line goes on after a descriptor"


def test_another_picture_is_no_longer_doubted_and_that_can_be_taken_back(tablet: OpenTablet, page: Line) -> None:
    digest = tablet.take("a.jpg")
    tablet.doubt(digest)
    tablet.doubt(digest, "picture-2")
    assert page.ask(talk.Differs(digest, "picture-1")) == talk.Answered()
    assert page.ask(talk.Differs(digest, "picture-1")) == talk.Answered(changed=False)
    assert [one.picture for one in shown(page).photos[0].may_be] == ["picture-2"]
    page.ask(talk.Differs(digest, "picture-2"))
    assert shown(page).photos[0].may_be == ()
    assert page.ask(talk.MayDiffer(digest)) == talk.Answered()
    assert [one.picture for one in shown(page).photos[0].may_be] == ["picture-1", "picture-2"]
    assert isinstance(page.ask(talk.MayDiffer(digest)), REFUSED)


@pytest.mark.parametrize("spoil", ["gone", "a link", "a folder", "not in doubt"])
def test_a_journals_picture_that_is_not_at_hand_is_said(tablet: OpenTablet, page: Line, spoil: str) -> None:
    digest = tablet.take("a.jpg")
    tablet.doubt(digest, content=None)
    place = tablet.doubts / "picture-1"
    if spoil == "a link":
        place.symlink_to(tablet.state / NAME)
    elif spoil == "a folder":
        place.mkdir()
    elif spoil == "not in doubt":
        place.write_bytes(b"of another photo")
        tablet.tablet.ledger.doubt([digest], [])
    answer = page.ask_for_file(talk.JournalPicture(digest, "picture-1"))
    assert answer == (talk.Refused("The journal’s picture is no longer at hand."), None)


def test_a_lost_tablet_tells_nothing_but_whom_to_call(tablet: OpenTablet, page: Line) -> None:
    digest = tablet.take("a.jpg")
    tablet.doubt(digest)
    tablet.tablet.is_reported(LOST)
    told = shown(page)
    assert (told.lost, told.photos, told.sealed) == (LOST.message, (), ())
    for question in EVERY_QUESTION[1:-1]:
        asked = talk.QUESTIONS.decode(talk.line(question).replace(b'"d"', b'"%s"' % digest.encode()))
        assert isinstance(page.ask(asked), REFUSED), question
    assert tablet.said() == {}


def test_reminders_that_cannot_be_shown_are_news_once(tablet: OpenTablet, page: Line) -> None:
    for _ in range(2):
        page.ask(talk.Reminded("nothing shows notifications"))
    tablet.tablet.go()
    assert [ended.order for ended in tablet.tablet.told(OrderEnded)].count("remind") == 1


@pytest.mark.usefixtures("tablet")
@pytest.mark.parametrize("said", [b"hello\n", b"{}\n", b'{"ask":"say"}\n', b'{"ask":"wipe"}\n', b"\xff\n", b"\n"])
def test_what_is_no_question_is_refused_and_the_line_goes_on(page: Line, said: bytes) -> None:
    page._connection.sendall(said)
    heard, _ = page.hear()
    assert isinstance(talk.ANSWERS.decode(heard), REFUSED)
    shown(page)


@pytest.mark.usefixtures("tablet")
def test_a_question_without_an_end_is_hung_up_on(page: Line) -> None:
    page._connection.sendall(b"x" * (talk.LONGEST + 1))
    assert page._connection.recv(1) == b""
    with pytest.raises(NoAgentError, match="went away"):
        page.ask(talk.Look())


def test_a_ledger_that_cannot_be_written_to_is_said_and_the_door_stays_open(tablet: OpenTablet, page: Line) -> None:
    digest = tablet.take("a.jpg")
    tablet.tablet.ledger.close()
    assert isinstance(page.ask(talk.Say(digest, Word.KEEP)), REFUSED)


def test_too_many_pages_are_sent_away_and_there_is_room_again(tablet: OpenTablet) -> None:
    pages = [call([tablet.state]) for _ in range(MOST_GUESTS)]
    for page in pages:
        shown(page)
    late = call([tablet.state])
    assert isinstance(late.ask(talk.Look()), REFUSED)
    late.close()
    pages.pop().close()

    def there_is_room() -> bool:
        with line(tablet) as next_one:
            return isinstance(next_one.ask(talk.Look()), talk.Shown)

    eventually(there_is_room)
    for page in pages:
        page.close()


def test_a_page_notices_that_the_agent_went_away(tmp_path: Path) -> None:
    with opened(tmp_path) as tablet:
        page = call([tablet.state])
        shown(page)
        assert page.is_open()
    assert not page.is_open()
    with pytest.raises(NoAgentError, match="went away"):
        page.ask(talk.Look())


def test_without_an_agent_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoAgentError, match="does not run"):
        call([tmp_path, tmp_path / "nowhere"])


def test_a_door_that_a_crash_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "state" / NAME))
        (tmp_path / "state" / NAME).rename(tmp_path / NAME)
    (tmp_path / "state").rmdir()
    with opened(tmp_path) as tablet:
        (tmp_path / NAME).unlink()
        with line(tablet) as page:
            shown(page)


def test_a_door_in_a_deep_folder_opens(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a folder with a long name"] * 6)
    deep.mkdir(parents=True)
    with opened(deep) as tablet, line(tablet) as page:
        shown(page)


def test_an_agent_that_is_no_root_answers_its_own_account_alone(tmp_path: Path) -> None:
    people = People(lambda: [tmp_path], 1001)
    assert people.person(1001) == Person(1001)
    assert people.person(0) is None
    assert people.person(1002) is None


@needs("root")
def test_roots_agent_answers_the_owners_of_homes_and_shows_each_their_own(tmp_path: Path) -> None:
    cleos, devs = tmp_path / "cleo", tmp_path / "dev"
    for home, uid in ((cleos, 1001), (devs, 1002)):
        home.mkdir()
        os.chown(home, uid, uid)
    people = People(lambda: [cleos, devs, tmp_path / "gone"], 0)
    cleo = people.person(1001)
    assert cleo is not None
    assert cleo.may_see(f"{cleos}/DCIM/a.jpg")
    assert not cleo.may_see(f"{devs}/DCIM/a.jpg")
    assert cleo.may_see("/srv/photos/a.jpg")
    assert people.person(0) is None
    assert people.person(NOBODY) is None


@needs("root")
def test_what_lies_in_another_home_is_neither_told_nor_spoken_of(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    os.chown(tmp_path, 1001, 1001)
    with opened(tmp_path, homes=[own, tmp_path], agent=0) as tablet:
        digest = tablet.take("a.jpg")
        with line(tablet) as page:
            assert shown(page).photos == ()
            assert isinstance(page.ask(talk.Say(digest, Word.KEEP)), REFUSED)
        assert tablet.said() == {}


def test_every_answer_reads_back(tablet: OpenTablet) -> None:
    for answer in (talk.Answered(changed=False), talk.Refused("why"), tablet.desk.look(Person(0), None)):
        assert talk.ANSWERS.decode(talk.line(answer)) == answer
    with pytest.raises(msgspec.ValidationError):
        talk.ANSWERS.decode(b'{"says":"sorry"}')
