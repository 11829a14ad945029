"""Who may claim a picture of the journal, and what a tablet that lies can do: make others ask, and never delete."""

import secrets
import threading
from collections.abc import Iterator
from hashlib import sha256

import pytest
import requests

from agreement.imports import MAX_CLAIMS, Claim, ClaimList, Granted, blinded, read_granted, write
from agreement.letters import Problem, read
from agreement.sealing import Request
from controller import lost
from controller.lost import Told
from controller.records import Author
from tests.fakes.tablet import PATIENCE, SigningTablet, now
from tests.parts.exports import photo, zipped
from tests.parts.running_controller import RunningController

ROSES, TRACTOR, FROG = (sha256(photo(name)).hexdigest() for name in ("roses", "tractor", "frog"))
DRAFT = sha256(photo("trees")).hexdigest()
PATH = "/v1/imports/1/claims"


@pytest.fixture(scope="module")
def tablet(controller: RunningController, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigningTablet]:
    """A tablet of a nursery whose journal holds three pictures and a draft."""
    path = tmp_path_factory.mktemp("export") / "media.zip"
    files = {f"In journal/{name}.jpg": photo(name) for name in ("roses", "tractor", "frog")}
    path.write_bytes(zipped(files | {"Not in journal/trees.jpg": photo("trees")}))
    with controller.tablet("Sunflower 1") as made:
        controller.hand_in(path)
        yield made


@pytest.fixture(scope="module")
def liar(controller: RunningController) -> Iterator[SigningTablet]:
    """A tablet whose key somebody else has."""
    with controller.tablet("Bluebell 9") as made:
        yield made


def letter(*pictures: str, photo_digest: str = "aa" * 32) -> bytes:
    """Claims of these pictures for one photo."""
    return write(ClaimList(tuple(Claim(picture, blinded(photo_digest, picture)) for picture in pictures)))


def send(tablet: SigningTablet, body: bytes, path: str = PATH, query: str = "") -> requests.Response:
    """Send claims, signed by this tablet."""
    headers = tablet.signed(Request("POST", path, query, body))
    return tablet.post(path + (f"?{query}" if query else ""), body, headers)


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, read(answer.content, Problem).code


def granted(answer: requests.Response) -> tuple[str, ...]:
    assert answer.status_code == 200, answer.text
    found: Granted = read_granted(answer.content)
    return found.pictures


def claims(controller: RunningController) -> dict[str, str]:
    """What the controller holds: picture to blinded photo."""
    with controller.store.read() as books:
        return {picture: one.photo for picture, one in books.claims.of([ROSES, TRACTOR, DRAFT]).items()}


def test_a_claim_is_signed_by_its_own_tablet_for_its_own_words(
    controller: RunningController, tablet: SigningTablet, liar: SigningTablet
) -> None:
    before = claims(controller)
    body = letter(ROSES)
    assert code(tablet.post(PATH, body)) == (401, "unsigned")
    headers = tablet.signed(Request("POST", PATH, "", body))
    assert code(tablet.post(PATH, letter(TRACTOR), headers))[0] == 401  # other words under that signature
    assert code(tablet.post("/v1/imports/2/claims", body, headers)) == (401, "forged")
    stolen = liar.signed(Request("POST", PATH, "", body)) | {"x": "y"}
    stolen["Signature-Input"] = stolen["Signature-Input"].replace(liar.device, tablet.device)
    assert code(tablet.post(PATH, body, stolen)) == (401, "forged")
    assert claims(controller) == before


def test_a_claim_that_is_sent_again_by_another_is_a_replay_and_changes_nothing(
    controller: RunningController, tablet: SigningTablet
) -> None:
    body = letter(TRACTOR)
    headers = tablet.signed(Request("POST", PATH, "", body))
    assert granted(tablet.post(PATH, body, headers)) == (TRACTOR,)
    held = claims(controller)
    assert code(tablet.post(PATH, body, headers)) == (401, "replay")
    assert claims(controller) == held


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"claims": null}',
        b'{"claims": [{"picture": "%s", "photo": ""}]}' % ROSES.encode(),
        b'{"claims": [{"picture": "../../keys", "photo": "%s"}]}' % (b"aa" * 32),
        write(ClaimList((Claim(ROSES, "aa" * 32), Claim(ROSES, "bb" * 32)))),
        write(ClaimList(tuple(Claim(secrets.token_hex(32), "aa" * 32) for _ in range(MAX_CLAIMS + 1)))),
        b"[" * 100_000,
    ],
    ids=["nothing", "empty", "list", "null", "no name", "path", "twice", "too many", "deep"],
)
def test_what_is_no_list_of_claims_is_refused_as_a_whole(
    controller: RunningController, tablet: SigningTablet, body: bytes
) -> None:
    before = claims(controller)
    assert code(send(tablet, body)) == (400, "malformed")
    assert claims(controller) == before


def test_claims_are_posted_without_a_query(tablet: SigningTablet) -> None:
    assert code(send(tablet, letter(ROSES), query="device=other")) == (400, "malformed")
    assert code(tablet.get(PATH)) == (405, "wrong_method")


def test_pictures_that_are_not_the_imports_or_do_not_count_are_claimed_by_nobody(
    controller: RunningController, tablet: SigningTablet
) -> None:
    for picture in (DRAFT, "ee" * 32):
        assert code(send(tablet, letter(ROSES, picture))) == (404, "no_such_picture")
    assert code(send(tablet, letter(ROSES), "/v1/imports/7/claims")) == (404, "no_such_import")
    assert DRAFT not in claims(controller)


def test_a_tablet_that_lies_is_kept_to_one_line_a_picture_and_takes_nothing_from_others(
    controller: RunningController, tablet: SigningTablet, liar: SigningTablet
) -> None:
    assert granted(send(tablet, letter(ROSES, TRACTOR))) == (ROSES, TRACTOR)
    for _ in range(30):
        lie = letter(ROSES, TRACTOR, photo_digest=secrets.token_hex(32))
        assert granted(send(liar, lie)) == ()
    with controller.store.read() as books:
        told = [one for one in books.claims.disputes("main", 1000) if one.device == liar.device]
    assert len(told) == 2
    assert granted(send(tablet, letter(ROSES, TRACTOR))) == (ROSES, TRACTOR)


def test_two_letters_at_once_grant_a_picture_to_one_photo(tablet: SigningTablet, liar: SigningTablet) -> None:
    answers: list[tuple[str, ...]] = []

    def claim(who: SigningTablet, photo_digest: str) -> None:
        answers.append(granted(send(who, letter(FROG, photo_digest=photo_digest))))

    threads = [threading.Thread(target=claim, args=one) for one in ((tablet, "aa" * 32), (liar, "bb" * 32))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(answers) == [(), (FROG,)]


@pytest.mark.parametrize("state", ["held", "lost", "retired"])
def test_a_tablet_that_is_not_listened_to_claims_nothing(controller: RunningController, state: str) -> None:
    before = claims(controller)
    with controller.tablet(f"Clover {secrets.token_hex(2)}") as other:
        device = other.device
        if state == "held":
            controller.store.write(lambda books: books.devices.hold(device, "clone", "two agents", now()))
        elif state == "lost":
            lost.report(controller.store, device, Told("lost", "", ""), Author("Dev", now()))
        else:
            controller.store.write(lambda books: books.devices.retire(device))
        assert send(other, letter(ROSES, photo_digest="dd" * 32)).status_code in {403, 409}
    assert claims(controller) == before
