"""What tablets ask about the journal, over real HTTPS: the imports, the fingerprints in each, and single pictures."""

import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
import requests

from agreement.facts import Publication
from agreement.imports import ImportReady, IndexPage, read_list, read_page
from agreement.letters import Problem, read
from agreement.matching.known import Fingerprint
from controller import lost
from controller.records import Author
from tests.fakes.tablet import SigningTablet, now
from tests.parts.exports import journal, photo, zipped
from tests.parts.running_controller import RunningController
from tests.parts.waiting import eventually


def safeuse(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "controller", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def import_journal(controller: RunningController, path: Path) -> "subprocess.CompletedProcess[str]":
    return safeuse("import-journal", path, "--home", controller.home)


@pytest.fixture(scope="module")
def tablet(controller: RunningController) -> Iterator[SigningTablet]:
    with controller.tablet("Sunflower 1") as made:
        yield made


@pytest.fixture(scope="module")
def first(
    controller: RunningController, tablet: SigningTablet, tmp_path_factory: pytest.TempPathFactory
) -> ImportReady:
    assert tablet.standing is not None
    path = tmp_path_factory.mktemp("export") / "media.zip"
    path.write_bytes(zipped(journal()))
    done = import_journal(controller, path)
    assert done.returncode == 0, done.stderr
    assert "Import 1: 2 pictures, 0 videos, 1 not in the journal, left out" in done.stdout
    return read_list(tablet.get("/v1/imports", "after=0").content).imports[0]


def digest(name: str) -> str:
    return sha256(photo(name)).hexdigest()


def page_of(tablet: SigningTablet, number: int, after: str = "") -> IndexPage:
    return read_page(tablet.get(f"/v1/imports/{number}/index", f"after={after}").content)


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, read(answer.content, Problem).code


def test_an_import_is_told_with_its_words_for_evidence(first: ImportReady, tablet: SigningTablet) -> None:
    assert (first.number, first.pictures, first.videos) == (1, 2, 0)
    assert first.source.startswith("journal export of ")
    assert first.source.endswith(" (import 1)")
    assert first.kept_until is not None
    assert read_list(tablet.get("/v1/imports", "after=1").content).imports == ()


def test_a_tablet_that_holds_the_line_is_woken(first: ImportReady, tablet: SigningTablet) -> None:
    standing = tablet.wait(1, 20)
    assert standing is not None
    assert standing.imports == first.number


def test_the_index_holds_what_counts_as_added_and_its_fingerprints(first: ImportReady, tablet: SigningTablet) -> None:
    page = page_of(tablet, first.number)
    assert page.following is None
    assert (
        tablet.get(f"/v1/imports/{first.number}/index").content
        == tablet.get(f"/v1/imports/{first.number}/index", "after=").content
    )
    assert {one.id for one in page.pictures} == {digest("roses"), digest("tractor")}
    for one in page.pictures:
        assert one.publication is Publication.IN_JOURNAL
        looks = msgspec.json.decode(bytes(one.fingerprint), type=Fingerprint)
        assert looks.width > 0
        assert len(looks.pdq) == 32
    first_id = min(digest("roses"), digest("tractor"))
    assert [one.id for one in page_of(tablet, first.number, first_id).pictures] == [
        max(digest("roses"), digest("tractor"))
    ]


def test_an_index_is_packed_on_its_way(first: ImportReady, tablet: SigningTablet) -> None:
    path = f"/v1/imports/{first.number}/index"
    plain = tablet.get(path, "after=", Accept_Encoding="identity")
    packed = tablet.get(path, "after=", Accept_Encoding="gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content


def test_a_picture_comes_as_the_journal_gave_it(
    first: ImportReady, tablet: SigningTablet, controller: RunningController
) -> None:
    assert first.number
    answer = tablet.get(f"/v1/pictures/{digest('roses')}")
    assert answer.content == photo("roses")
    assert answer.headers["content-length"] == str(len(photo("roses")))
    assert answer.headers["cache-control"] == "no-store"
    told = f'"device": "{tablet.device}", "import_number": 1, "pictures": 1'
    eventually(lambda: told in controller.log, within=20)
    assert digest("roses") not in controller.log


@pytest.mark.parametrize("name", ["trees", "snow", "valley"])
@pytest.mark.usefixtures("first")
def test_a_draft_is_not_to_be_had(tablet: SigningTablet, name: str) -> None:
    assert code(tablet.get(f"/v1/pictures/{digest(name)}")) == (404, "no_such_picture")


def test_an_answer_of_a_tablet_is_remembered(
    first: ImportReady, tablet: SigningTablet, controller: RunningController
) -> None:
    with controller.tablet("Bluebell 1") as other:  # it has not answered, so the pictures stay
        assert other.device
        tablet.check_in(imports_done=first.number)
        tablet.check_in(imports_done=first.number)
    with controller.store.read() as books:
        held = books.imports.numbered(first.number)
        assert held is not None
        assert [one.device for one in books.imports.answers(held.id)] == [tablet.device]


def test_a_folder_does_as_well_and_the_same_picture_is_known(
    first: ImportReady, tablet: SigningTablet, controller: RunningController, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/other name.jpg").write_bytes(photo("roses"))
    (tmp_path / "frog.jpg").write_bytes(photo("frog"))
    (tmp_path / "link.jpg").symlink_to(tmp_path / "frog.jpg")
    done = import_journal(controller, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Import 2: 2 pictures" in done.stdout
    newer = read_list(tablet.get("/v1/imports", f"after={first.number}").content).imports
    assert [one.number for one in newer] == [2]
    with controller.store.read() as books:
        held = books.imports.numbered(2)
    assert held is not None
    assert held.tally.known == 1


def test_a_pdf_and_a_missing_file_are_one_sentence(controller: RunningController, tmp_path: Path) -> None:
    (tmp_path / "journal.pdf").write_bytes(b"%PDF-1.7")
    for path, said in ((tmp_path / "journal.pdf", "export the media as a ZIP"), (tmp_path / "no.zip", "there is no")):
        done = import_journal(controller, path)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert said in done.stderr


def test_a_refused_export_is_said_and_leaves_nothing(controller: RunningController, tmp_path: Path) -> None:
    path = tmp_path / "media.zip"
    path.write_bytes(zipped({"a.jpg": photo("valley"), "more.zip": zipped({"b.jpg": photo("frog")})}))
    done = import_journal(controller, path)
    assert done.returncode == 1
    assert "There is another archive within it" in done.stderr
    assert "Nothing was kept" in done.stderr
    with controller.store.read() as books:
        assert books.imports.known(digest("valley")) is None


def test_a_lost_tablet_is_given_nothing(first: ImportReady, controller: RunningController) -> None:
    with controller.tablet("Bluebell 2") as tablet:
        lost.report(controller.store, tablet.device, lost.Told("lost", "", ""), Author("Dev", now()))
        for path, query in (
            ("/v1/imports", "after=0"),
            (f"/v1/imports/{first.number}/index", "after="),
            (f"/v1/pictures/{digest('roses')}", ""),
        ):
            answer = tablet.get(path, query)
            assert code(answer) == (403, "lost")
            standing = read(answer.content, Problem).standing
            assert standing is not None
            assert standing.lost is not None
