"""What must not come of held photos: another's digest, a give-back that is sent again, keys in sight, hostile words."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import msgspec
import pytest

from agreement.facts import Strength, Word
from agreement.letters import (
    NotInExport,
    PhotoDiscarded,
    PhotoPurged,
    PhotoRestored,
    PhotoSaid,
    RefusedError,
    Standing,
    What,
)
from controller.key_file import NAME, read
from controller.standings import BACK_AT_ONCE
from tests.browser.larkfield import Larkfield, larkfield
from tests.browser.photos import digest, held
from tests.fakes.tablet import SigningTablet, now

NUMBERS = count(1)
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202e{{7*7}}"


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Larkfield]:
    with larkfield(tmp_path_factory.mktemp("attacked") / "home") as furnished:
        yield furnished


@pytest.fixture
def daisy(nursery: Larkfield) -> Iterator[SigningTablet]:
    """A tablet of its own for each test, on which photo 1 is held."""
    with nursery.controller.tablet(f"Daisy {next(NUMBERS)}") as made:
        assert made.standing is not None
        made.check_in(held(1, made.standing.recovery))
        yield made


def holds(tablet: SigningTablet) -> Standing:
    """What holds for a tablet by now."""
    standing = tablet.wait(0, 0)
    assert standing is not None
    return standing


def audit(nursery: Larkfield) -> list[str]:
    with nursery.controller.store.read() as books:
        return [f"{line.by}: {line.what} ({line.about})" for line in books.audit.latest(500)]


@pytest.mark.parametrize("wanted", ["", "ab" * 32, "AB" * 32, "../" * 20, HOSTILE, "all "], ids=repr)
def test_a_digest_that_is_not_held_there_gives_nothing_back(
    nursery: Larkfield, daisy: SigningTablet, wanted: str
) -> None:
    told = audit(nursery)
    answer = nursery.ada.act(f"/tablets/{daisy.device}/give-back", digest=wanted)
    assert answer.status_code == 422
    assert "not held any more" in answer.text
    assert holds(daisy).give_back == ()
    assert audit(nursery) == told


def test_one_tablet_is_never_sent_the_key_of_anothers_photo(nursery: Larkfield, daisy: SigningTablet) -> None:
    """Both hold a photo of the same digest; each box has its own key."""
    other = nursery.tablets["Sunflower 2"]
    nursery.ada.act(f"/tablets/{daisy.device}/give-back", digest=digest(1))
    (back,) = holds(daisy).give_back
    assert holds(other).give_back == ()
    nursery.ada.act(f"/tablets/{other.device}/give-back", digest=digest(1))
    assert holds(other).give_back[0].key != back.key


def test_a_give_back_that_is_sent_again_counts_once(nursery: Larkfield, daisy: SigningTablet) -> None:
    path = f"/tablets/{daisy.device}/give-back"
    form = {"csrf": nursery.ada.csrf(), "digest": digest(1)}
    assert nursery.ada.post(path, form).headers["location"].endswith("said=given-back")
    before, told = holds(daisy), audit(nursery)
    assert nursery.ada.post(path, form).headers["location"].endswith("said=given-back-before")
    assert (holds(daisy), audit(nursery)) == (before, told)
    daisy.check_in(PhotoRestored(digest(1)))
    answer = nursery.ada.post(path, form)
    assert answer.status_code == 422
    assert holds(daisy).give_back == ()


def test_who_may_not_decide_gives_nothing_back(nursery: Larkfield, daisy: SigningTablet) -> None:
    form = {"csrf": nursery.dev.csrf(), "digest": digest(1)}
    assert nursery.dev.post(f"/tablets/{daisy.device}/give-back", form).status_code == 403
    assert nursery.ada.post(f"/tablets/{daisy.device}/give-back", {"digest": digest(1)}).status_code == 403
    form["csrf"] = nursery.ada.csrf()
    elsewhere = nursery.ada.post(f"/tablets/{daisy.device}/give-back", form, origin="https://evil.example")
    assert elsewhere.status_code == 403
    assert holds(daisy).give_back == ()


def test_a_lost_tablet_is_sent_no_key(nursery: Larkfield, daisy: SigningTablet) -> None:
    """Whoever has it could read what is sealed."""
    nursery.ada.act(f"/tablets/{daisy.device}/give-back", digest=digest(1))
    assert len(holds(daisy).give_back) == 1
    nursery.dev.act("/report", tablet=daisy.device, kind="stolen", where="", when="")
    lost = holds(daisy)
    assert (lost.lost is not None, lost.give_back) == (True, ())
    daisy.check_in(NotInExport(digest(1), now(), now(), 9, held=True))
    assert holds(daisy).give_back == ()


def test_a_box_key_that_nothing_opens_is_said_so_and_breaks_nothing(nursery: Larkfield, daisy: SigningTablet) -> None:
    junk = held(2, "00" * 31 + "09")  # sealed for somebody else
    daisy.check_in(junk, NotInExport(digest(2), now(), now(), 9, held=True))
    page = nursery.ada.get(f"/tablets/{daisy.device}").text
    assert "cannot be put back" in page
    assert nursery.ada.act(f"/tablets/{daisy.device}/give-back", digest=digest(2)).status_code == 422
    assert holds(daisy).give_back == ()
    assert "no recovery key here opens it" in nursery.ada.get("/photos").text


def test_neither_half_nor_any_opened_key_is_on_a_page_or_in_the_log(nursery: Larkfield, daisy: SigningTablet) -> None:
    nursery.ada.act(f"/tablets/{daisy.device}/give-back", digest=digest(1))
    (back,) = holds(daisy).give_back
    private = read(nursery.controller.home).private.hex()
    pages = "".join(nursery.ada.get(path).text for path in ("/", "/photos", "/changes", f"/tablets/{daisy.device}"))
    for secret in (private, back.key):
        assert secret not in pages + nursery.controller.log
    for path in (f"/static/{NAME}", f"/{NAME}", f"/static/../{NAME}"):
        assert nursery.ada.get(path).status_code == 404


def test_a_tablet_that_holds_more_than_a_letter_carries_is_answered_all_the_same(
    nursery: Larkfield, daisy: SigningTablet
) -> None:
    recovery = holds(daisy).recovery
    daisy.check_in(*(held(n, recovery) for n in range(2, BACK_AT_ONCE + 80)))
    nursery.ada.act(f"/tablets/{daisy.device}/give-back", digest="all")
    first = holds(daisy).give_back
    assert len(first) == BACK_AT_ONCE
    receipt = daisy.check_in(*(PhotoRestored(back.digest) for back in first))
    assert receipt.standing is not None
    assert len(receipt.standing.give_back) == 79
    assert nursery.ada.get(f"/tablets/{daisy.device}").status_code == 200


@pytest.mark.parametrize(
    "what",
    [
        PhotoRestored("ab" * 32),
        PhotoDiscarded("ab" * 32, 1, now(), Word.ADDED, now(), now()),
        PhotoSaid("ab" * 32, now(), None),
        NotInExport("ab" * 32, now(), now(), 2**53, held=True),
        PhotoPurged("ab" * 32, 1, now(), Strength.PUBLISHED, HOSTILE, now(), {HOSTILE: 3}),
    ],
    ids=lambda what: type(what).__name__,
)
def test_news_about_a_photo_that_was_never_held_is_taken_and_shown(
    nursery: Larkfield, daisy: SigningTablet, what: What
) -> None:
    daisy.check_in(what)
    for path in (f"/tablets/{daisy.device}", "/photos", "/", "/changes"):
        page = nursery.ada.get(path)
        assert page.status_code == 200, path
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "\u202e" not in page.text
    assert holds(daisy).give_back == ()


@pytest.mark.parametrize("at", [FIRST, LAST], ids=["first", "last"])
def test_times_at_the_edge_of_the_calendar_break_no_page(
    nursery: Larkfield, daisy: SigningTablet, at: datetime
) -> None:
    box = held(7, holds(daisy).recovery)
    edge = (
        msgspec.structs.replace(box, taken_at=at, said_at=at),
        NotInExport(digest(8), at, at, 3, held=False),
        PhotoSaid(digest(9), at, Word.KEEP),
        PhotoPurged(digest(10), 1, at, Strength.PUBLISHED, "export", at),
    )
    daisy.tell(*edge, at=at)
    daisy.check_in()
    for path in (f"/tablets/{daisy.device}", "/photos", "/photos?span=year", "/"):
        assert nursery.ada.get(path).status_code == 200, path
    answer = nursery.ada.act("/photos/keep", device=daisy.device, digest=digest(9), until="week")
    assert answer.status_code == 303
    assert [keep.digest for keep in holds(daisy).keeps] == [digest(9)]


@pytest.mark.parametrize("key", ["", "ab" * 79, "zz" * 80, "AB" * 80])
def test_a_sealed_key_of_another_shape_is_refused_whole(daisy: SigningTablet, key: str) -> None:
    good = held(5, holds(daisy).recovery)
    wrong = type(good)(good.digest, good.size, good.taken_at, good.word, good.said_at, key)
    with pytest.raises(RefusedError, match="cannot be read"):
        daisy.check_in(wrong)


@pytest.mark.parametrize(
    "form",
    [
        {"due": "within", "within": HOSTILE, "hold-for": "3 days"},
        {"due": "closing", "closes": HOSTILE, "day-monday": "yes", "hold-for": "3 days"},
        {"due": "within", "within": "24 hours", "hold-for": HOSTILE},
        {"due": "within", "within": "9999999 weeks", "hold-for": "3 days"},
        {"due": "within", "within": "999999 weeks", "hold-for": "3 days"},
        {"due": "within", "within": "24 hours", "hold-for": "999999 weeks"},
        {},
    ],
)
def test_terms_from_a_hostile_form_are_refused_and_never_run(nursery: Larkfield, form: dict[str, str]) -> None:
    before = holds(nursery.tablets["Sunflower 1"]).agreement
    answer = nursery.ada.act("/photos/rules", **form)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert holds(nursery.tablets["Sunflower 1"]).agreement == before


@pytest.mark.parametrize("span", ["", "year", "decade", HOSTILE])
def test_a_span_that_is_none_is_the_last_month(nursery: Larkfield, span: str) -> None:
    page = nursery.ada.line.get(f"{nursery.url}/photos", params={"span": span}, timeout=20)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
