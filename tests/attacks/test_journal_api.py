"""What the journal's endpoints must refuse: forged signatures, path tricks, half imports, tablets that are held."""

import secrets
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import requests

from agreement.imports import read_list
from agreement.letters import Problem, read
from agreement.sealing import Request, sign
from controller.imported import Import, ImportState, Way
from controller.seams import Books
from controller.shelves import Shelves
from tests.fakes.tablet import PATIENCE, SigningTablet, now
from tests.parts.exports import photo, zipped
from tests.parts.running_controller import RunningController

ROSES = sha256(photo("roses")).hexdigest()
PATHS = (("/v1/imports", "after=0"), ("/v1/imports/1/index", "after="), (f"/v1/pictures/{ROSES}", ""))


@pytest.fixture(scope="module")
def tablet(controller: RunningController, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigningTablet]:
    """A tablet of a nursery whose journal holds one picture."""
    path = tmp_path_factory.mktemp("export") / "media.zip"
    path.write_bytes(zipped({"roses.jpg": photo("roses")}))
    with controller.tablet("Sunflower 1") as made:
        controller.hand_in(path)
        yield made


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, read(answer.content, Problem).code


def forged(tablet: SigningTablet, seed: bytes, path: str, query: str) -> requests.Response:
    """Ask in this tablet's name, signed with that key."""
    headers = sign(Request("GET", path, query), seed, tablet.device, int(time.time()), secrets.token_urlsafe(18))
    url = f"https://{tablet.address}{path}" + (f"?{query}" if query else "")
    return tablet.line.get(url, headers=headers, timeout=PATIENCE)


@pytest.mark.parametrize(("path", "query"), PATHS)
def test_nobody_asks_without_a_signature_of_their_own(
    controller: RunningController, tablet: SigningTablet, path: str, query: str
) -> None:
    assert tablet.get(path, query).status_code == 200
    url = f"https://{tablet.address}{path}" + (f"?{query}" if query else "")
    assert code(tablet.line.get(url, timeout=PATIENCE)) == (401, "unsigned")
    with controller.tablet() as other:
        other.enrol(controller.code(f"Other {secrets.token_hex(2)}"))
        assert code(forged(tablet, other.seed, path, query)) == (401, "forged")
    assert code(forged(tablet, secrets.token_bytes(32), path, query)) == (401, "forged")


@pytest.mark.parametrize(("path", "query"), PATHS)
def test_a_signature_is_for_one_question_once(tablet: SigningTablet, path: str, query: str) -> None:
    headers = tablet.signed(Request("GET", path, query))
    url = f"https://{tablet.address}{path}" + (f"?{query}" if query else "")
    other = tablet.line.get(f"https://{tablet.address}/v1/imports?after=7", headers=headers, timeout=PATIENCE)
    assert code(other) == (401, "forged")
    assert tablet.line.get(url, headers=headers, timeout=PATIENCE).status_code == 200
    assert code(tablet.line.get(url, headers=headers, timeout=PATIENCE)) == (401, "replay")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/pictures/",
        "/v1/pictures/..",
        "/v1/pictures/" + "a" * 63,
        "/v1/pictures/" + "A" * 64,
        f"/v1/pictures/{ROSES}/",
        f"/v1/pictures/{ROSES}/../../keys",
        "/v1/pictures/..%2f..%2fsafeuse.sqlite3",
        f"/v1/pictures/{ROSES}%00",
        f"/v1/pictures/{ROSES}%0a",
        "/v1/pictures/upload",
        "/v1/imports/0/index",
        "/v1/imports/-1/index",
        "/v1/imports/1e1/index",
        "/v1/imports/١/index",
        "/v1/imports/9999999999/index",
        "/v1/imports/1/index/..",
        "/v1/imports/1",
    ],
)
def test_a_path_that_names_no_picture_leads_nowhere(tablet: SigningTablet, path: str) -> None:
    answer = tablet.get(path)
    assert answer.status_code in {401, 404}
    assert b"\xff\xd8" not in answer.content


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/imports", ""),
        ("/v1/imports", "after=-1"),
        ("/v1/imports", "after=1&after=0"),
        ("/v1/imports", "after=99999999999999999999"),
        ("/v1/imports/1/index", "after=x"),
        (f"/v1/pictures/{ROSES}", "size=small"),
    ],
)
def test_a_query_is_what_the_description_says(tablet: SigningTablet, path: str, query: str) -> None:
    assert code(tablet.get(path, query)) == (400, "malformed")


def test_an_import_that_is_not_whole_is_not_there(controller: RunningController, tablet: SigningTablet) -> None:
    half = Import(0, None, ImportState.READING, Way.COMMAND, "x", "", "Ada", now(), now(), 1, "no-such-key")

    def begun(books: Books) -> None:
        books.imports.begin(half)

    controller.store.write(begun)
    assert len(read_list(tablet.get("/v1/imports", "after=0").content).imports) == 1
    for number in (2, 3, 100):
        assert code(tablet.get(f"/v1/imports/{number}/index", "after=")) == (404, "no_such_import")


@pytest.mark.parametrize(("path", "query"), PATHS)
def test_a_held_and_a_retired_tablet_are_given_nothing(controller: RunningController, path: str, query: str) -> None:
    with controller.tablet(f"Bluebell {secrets.token_hex(2)}") as tablet:
        controller.store.write(lambda books: books.devices.hold(tablet.device, "clone", "two agents", now()))
        assert code(tablet.get(path, query)) == (409, "clone")
        controller.store.write(lambda books: books.devices.retire(tablet.device))
        assert code(tablet.get(path, query)) == (403, "retired")


def test_nothing_else_may_be_done_to_a_picture(tablet: SigningTablet) -> None:
    for method in ("POST", "PUT", "DELETE", "HEAD"):
        path = f"/v1/pictures/{ROSES}"
        headers = tablet.signed(Request(method, path))
        answer = tablet.line.request(method, f"https://{tablet.address}{path}", headers=headers, timeout=PATIENCE)
        assert answer.status_code == 405


def test_a_picture_that_was_changed_on_the_disk_never_comes_whole(
    controller: RunningController, tablet: SigningTablet
) -> None:
    keys = controller.home.with_name(f"{controller.home.name}-keys")
    shelves = Shelves(controller.home / "journal", keys)
    with controller.store.read() as books:
        path = shelves.picture(books.imports.with_pictures()[0].id, ROSES)
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(requests.RequestException):
            tablet.get(f"/v1/pictures/{ROSES}")
        path.write_bytes(whole[:-9])
        assert code(tablet.get(f"/v1/pictures/{ROSES}")) == (410, "picture_gone")
        path.unlink()
        assert code(tablet.get(f"/v1/pictures/{ROSES}")) == (410, "picture_gone")
    finally:
        path.write_bytes(whole)
        path.chmod(0o600)
    assert tablet.get(f"/v1/pictures/{ROSES}").content == photo("roses")


def test_the_shelf_and_its_keys_are_for_their_owner_alone(controller: RunningController, tablet: SigningTablet) -> None:
    assert tablet.device
    keys = controller.home.with_name(f"{controller.home.name}-keys")
    for folder in (controller.home / "journal", keys):
        paths = [folder, *folder.rglob("*")]
        assert len(paths) > 1
        assert all(mode_of(path) in {0o700, 0o600} for path in paths)


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777
