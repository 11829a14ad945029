"""What handing in an export must refuse: strangers, staff, forged pieces, pieces out of order, harmful archives."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

from agreement.drawers import PAGE
from agreement.exports.refusals import REFUSALS
from controller.imported import Import, ImportState
from controller.journal.beginning import MAX_UPLOAD
from tests.browser.larkfield import Larkfield, Visitor, larkfield
from tests.parts import exports
from tests.parts.exports import PDF, photo, zipped
from tests.parts.tus import Handing
from tests.parts.waiting import eventually

ELSEWHERE = "https://evil.example"
NOISE = Random(3).randbytes(3 * PAGE)  # noqa: S311 - content for a test
SLOW = 60


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Larkfield]:
    with larkfield(tmp_path_factory.mktemp("uploads") / "home") as furnished:
        yield furnished


@pytest.fixture
def ada(nursery: Larkfield) -> Handing:
    return Handing(nursery.ada)


@contextmanager
def ben(nursery: Larkfield) -> Iterator[Handing]:
    """Another manager."""
    invited = nursery.ada.act("/people/invite", note="Ben", role="manager").text
    visitor = Visitor(nursery.controller)
    try:
        visitor.join(invited.split('id="link">')[1].split("<")[0], "Ben")
        yield Handing(visitor)
    finally:
        visitor.close()


def every(nursery: Larkfield) -> tuple[Import, ...]:
    with nursery.controller.store.read() as books:
        return books.imports.every(100)


def zip_of(size: int) -> bytes:
    """Something that begins as a ZIP."""
    return (b"PK\x03\x04" + NOISE * (size // len(NOISE) + 1))[:size]


def test_a_stranger_and_staff_hand_in_nothing(nursery: Larkfield) -> None:
    before = every(nursery)
    stranger = Visitor(nursery.controller)
    assert Handing(stranger, "x").begin(100).status_code == 401
    stranger.close()
    staff = Handing(nursery.dev)
    assert staff.begin(100).status_code == 403
    assert every(nursery) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"X_CSRF": ""},
        {"X_CSRF": "guessed"},
        {"Origin": ELSEWHERE},
        {"Origin": ""},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
    ids=str,
)
def test_every_piece_must_come_from_a_page_of_ours(nursery: Larkfield, ada: Handing, headers: dict[str, str]) -> None:
    place, content = ada.place(2 * PAGE), zip_of(2 * PAGE)
    before = every(nursery)
    assert ada.begin(100, **headers).status_code == 403
    assert ada.piece(place, 0, content, **headers).status_code == 403
    assert ada.ask("HEAD", place, b"", **headers).status_code == 403
    assert ada.ask("DELETE", place, b"", **headers).status_code == 403
    assert every(nursery) == before
    assert ada.offset(place) == 0
    assert ada.ask("DELETE", place).status_code == 204


def test_the_upload_of_another_person_is_not_there(nursery: Larkfield, ada: Handing) -> None:
    place = ada.place(2 * PAGE)
    with ben(nursery) as other:
        for method in ("HEAD", "DELETE"):
            assert other.ask(method, place).status_code == 404
        assert other.piece(place, 0, zip_of(2 * PAGE)).status_code == 404
    assert ada.offset(place) == 0
    assert ada.ask("DELETE", place).status_code == 204


@pytest.mark.parametrize("token", ["x", "..%2f..%2fsafeuse.sqlite3", "%00", "' OR 1=1 --", "a" * 5000])
def test_a_made_up_upload_is_not_there(ada: Handing, token: str) -> None:
    assert ada.ask("HEAD", f"/journal/uploads/{token}").status_code in {404, 400}


@pytest.mark.parametrize("size", [0, -1, "1e3", "", MAX_UPLOAD + 1, 10**15, 10**30])
def test_a_size_that_no_export_has_is_refused(nursery: Larkfield, ada: Handing, size: int | str) -> None:
    before = every(nursery)
    assert ada.begin(size).status_code in {400, 422}
    assert every(nursery) == before


def test_pieces_out_of_order_twice_or_too_long_are_refused(ada: Handing) -> None:
    content = zip_of(4 * PAGE)
    place = ada.place(len(content))
    assert ada.piece(place, PAGE, content[PAGE:]).status_code == 409
    assert ada.piece(place, 0, content[: 2 * PAGE]).status_code == 204
    assert ada.piece(place, 0, content[: 2 * PAGE]).status_code == 409
    assert ada.piece(place, PAGE, content[PAGE : 3 * PAGE]).status_code == 409
    assert ada.piece(place, 2 * PAGE, content[2 * PAGE :] + b"more").status_code == 413
    assert ada.piece(place, 2 * PAGE, content[2 * PAGE : 2 * PAGE + 10]).status_code == 400
    assert ada.piece(place, "two", content[2 * PAGE :]).status_code == 400
    assert ada.piece(place, 2 * PAGE, content[2 * PAGE :], Content_Type="text/plain").status_code == 415
    assert ada.offset(place) == 2 * PAGE
    assert ada.ask("DELETE", place).status_code == 204
    assert ada.piece(place, 2 * PAGE, content[2 * PAGE :]).status_code == 404


def test_what_does_not_fill_a_page_is_sent_again(ada: Handing) -> None:
    content = zip_of(3 * PAGE)
    place = ada.place(len(content))
    answer = ada.piece(place, 0, content[: PAGE + 500])
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(PAGE))
    assert ada.offset(place) == PAGE
    assert ada.ask("DELETE", place).status_code == 204


def test_what_lies_on_the_disk_is_sealed_from_the_first_page_on(nursery: Larkfield, ada: Handing) -> None:
    content = zip_of(3 * PAGE)
    place = ada.place(len(content))
    assert ada.piece(place, 0, content[: 2 * PAGE]).status_code == 204
    folders = nursery.controller.home / "journal"
    uploads = [path.read_bytes() for path in folders.rglob("upload")]
    assert uploads
    assert not any(NOISE[:64] in one for one in uploads)
    assert ada.ask("DELETE", place).status_code == 204
    assert not list(folders.rglob("upload"))


@pytest.mark.parametrize(
    ("code", "content"), [("pdf", PDF), ("not_a_zip", b"holiday photos"), ("compression", b"7z\xbc\xaf\x27\x1c")]
)
def test_what_is_no_zip_is_refused_with_its_first_piece(
    nursery: Larkfield, ada: Handing, code: str, content: bytes
) -> None:
    place = ada.place(10 * PAGE)
    answer = ada.piece(place, 0, content + NOISE[: 2 * PAGE])
    assert (answer.status_code, answer.text) == (422, REFUSALS[code])
    assert ada.ask("HEAD", place).status_code == 404
    assert every(nursery)[0].state is ImportState.REFUSED
    assert nothing_lies_about(nursery)


def nothing_lies_about(nursery: Larkfield) -> bool:
    """Whether no key and no file of an import is left that came to nothing."""
    home = nursery.controller.home
    live = {str(one.id) for one in every(nursery) if one.state is ImportState.READY}
    folders = {path.name for path in (home / "journal").iterdir()}
    return folders <= live and len(list(home.with_name(f"{home.name}-keys").iterdir())) == len(live)


HARMFUL = [
    ("bomb", exports.bomb()),
    ("bomb", exports.lying(64 * 1024 * 1024)),
    ("climbs", exports.named("../../../etc/cron.d/x.jpg", photo("roses"))),
    ("climbs", exports.named("C:\\x.jpg", photo("roses"))),
    ("link", exports.link()),
    ("encrypted", exports.encrypted()),
    ("overlap", exports.overlapping()),
    ("nested", zipped({"a.jpg": photo("valley"), "b.zip": zipped({"c.jpg": photo("frog")})})),
    ("corrupt", zipped({"a.jpg": photo("valley")})[:-30]),
    ("corrupt", zipped({"a.jpg": photo("valley")}).replace(b"\xff\xda", b"\xff\xdb", 1)),
    ("only_pdfs", zipped({"a.pdf": PDF, "b.pdf": PDF})),
    ("empty", zipped({"a.txt": b"x"})),
]


def test_of_a_harmful_archive_nothing_is_kept(nursery: Larkfield, ada: Handing) -> None:
    for _, content in HARMFUL:
        ada.whole(content)
    eventually(lambda: all(one.state is not ImportState.READING for one in every(nursery)), within=SLOW)
    ended = reversed(every(nursery)[: len(HARMFUL)])
    told = [(one.state, one.said, one.number) for one in ended]
    assert told == [(ImportState.REFUSED, REFUSALS[code], None) for code, _ in HARMFUL]
    eventually(lambda: nothing_lies_about(nursery))


def test_a_hostile_name_does_no_harm_and_is_shown_nowhere(nursery: Larkfield, ada: Handing) -> None:
    name = "Daisy <script>alert(1)</script> \u202e$(reboot)\n.jpg"
    ada.whole(zipped({name: photo("snow")}))
    eventually(lambda: every(nursery)[0].state is ImportState.READY, within=SLOW)
    shown = nursery.ada.get("/journal").text + nursery.ada.get("/changes").text + nursery.controller.log
    assert "Daisy" not in shown
    for path in nursery.controller.home.rglob("*"):
        assert "Daisy" not in path.name
        assert not path.is_file() or b"Daisy" not in path.read_bytes()


def test_an_import_that_is_over_cannot_be_given_up(nursery: Larkfield) -> None:
    done = next(one for one in every(nursery) if one.state is ImportState.READY)
    for ident in (done.id, 0, 10**8, "x", "1e1", "9" * 40):
        assert nursery.ada.act(f"/journal/{ident}/cancel").status_code == 422
    assert next(one for one in every(nursery) if one.id == done.id) == done
