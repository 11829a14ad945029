"""What must not read or drive the tablet's page: other sites in the same browser, and whoever guesses addresses."""

import http.client
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests

from agent.tablet_page.entry import COOKIE
from tests.parts.door import OpenTablet, opened
from tests.parts.page import RunningPage, running_page

SECRET = "photo-of-larkfield.jpg"
Headers = Mapping[str, str]


@pytest.fixture(scope="module")
def tablet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTablet]:
    with opened(tmp_path_factory.mktemp("sunflower")) as tablet:
        tablet.doubt(tablet.take(SECRET))
        yield tablet


@pytest.fixture(scope="module")
def page(tablet: OpenTablet) -> Iterator[RunningPage]:
    """Cleo's page; she has come in."""
    with running_page(tablet) as page:
        assert page.enter().status_code == 200
        yield page


@pytest.fixture
def digest(tablet: OpenTablet) -> str:
    """The photo that waits."""
    return tablet.tablet.ledger.waiting()[0].digest


READING = {
    "another host": {"Host": "evil.example"},
    "a host that is rebound to loopback": {"Host": "rebind.evil.example:{port}"},
    "a host that begins like ours": {"Host": "127.0.0.1.evil.example:{port}"},
    "another port": {"Host": "127.0.0.1:1"},
    "no port": {"Host": "127.0.0.1"},
    "another loopback address": {"Host": "127.0.0.2:{port}"},
    "loopback of the next protocol": {"Host": "[::1]:{port}"},
    "an empty host": {"Host": ""},
    "a host with a name before it": {"Host": "cleo@127.0.0.1:{port}"},
    "a page of another site": {"Sec-Fetch-Site": "cross-site"},
    "a page of another port": {"Sec-Fetch-Site": "same-site"},
    "a script of another site": {"Origin": "https://evil.example"},
    "a script of a file": {"Origin": "null"},
    "a script of another port": {"Origin": "http://127.0.0.1:1"},
    "no cookie": {"Cookie": ""},
    "a guessed cookie": {"Cookie": COOKIE + "=" + "A" * 43},
    "a cookie of another name": {"Cookie": "session=1"},
    "a cookie that is none": {"Cookie": "\x01;;==;" + COOKIE},
    "an empty cookie": {"Cookie": COOKIE + "="},
}


@pytest.mark.parametrize("path", ["/", "/same", "/pulse", "/photo/{digest}", "/photo/{digest}/may-be/picture-1"])
@pytest.mark.parametrize("who", READING)
def test_nothing_is_read_by(page: RunningPage, digest: str, who: str, path: str) -> None:
    headers = {name: value.format(port=page.port) for name, value in READING[who].items()}
    assert page.get(path.format(digest=digest)).status_code == 200, "Cleo reads it"
    answer = page.get(path.format(digest=digest), headers)
    assert answer.status_code in {400, 403, 421}
    assert digest not in answer.text
    assert answer.headers.get("content-type", "").startswith("text/")


DRIVING: dict[str, Headers] = {
    **READING,
    "no origin": {},
    "a form of another site": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    "a form of a site that begins like ours": {"Origin": "http://127.0.0.1:{port}.evil.example"},
    "a form of the other name of this tablet": {"Origin": "http://localhost:{port}"},
    "a form over TLS": {"Origin": "https://127.0.0.1:{port}"},
    "a frame that hides where it is": {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    "our origin from another site": {"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": "cross-site"},
    "a script's JSON": {"Origin": "http://127.0.0.1:{port}", "Content-Type": "application/json"},
    "a form of text": {"Origin": "http://127.0.0.1:{port}", "Content-Type": "text/plain"},
}


@pytest.mark.parametrize("who", DRIVING)
def test_nothing_is_said_by(page: RunningPage, tablet: OpenTablet, digest: str, who: str) -> None:
    given = {"Origin": page.origin} if who in READING else {}
    headers = given | {name: value.format(port=page.port) for name, value in DRIVING[who].items()}
    form = {"csrf": page.csrf(), "photo": digest, "word": "unwanted"}
    answer = page.send("/say", form, headers)
    assert answer.status_code in {400, 403, 415, 421}
    assert tablet.said() == {}


@pytest.mark.parametrize("csrf", ["", "A" * 43, "é" * 43])
def test_a_form_without_its_secret_does_not_count(
    page: RunningPage, tablet: OpenTablet, digest: str, csrf: str
) -> None:
    answer = page.send("/say", {"csrf": csrf, "photo": digest, "word": "unwanted"})
    assert answer.status_code == 403
    assert tablet.said() == {}


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"word": "wipe"}, 400),
        ({"word": ""}, 400),
        ({"word": "added", "photo": "../../etc/shadow"}, 303),
        ({"word": "added", "photo": "0" * 64}, 303),
        ({"word": "added", "photo": "x" * 5000}, 413),
        ({f"field{number}": "" for number in range(20)}, 400),
    ],
)
def test_a_form_that_no_page_has_changes_nothing(
    page: RunningPage, tablet: OpenTablet, form: dict[str, str], status: int
) -> None:
    assert page.act("/say", **form).status_code == status
    assert tablet.said() == {}


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "/leave", "/photo/x"])
def test_a_form_leads_back_to_a_page_of_ours(page: RunningPage, back: str) -> None:
    assert page.act("/later", photo="x", back=back).headers["location"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/photo/..%2f..%2fetc%2fpasswd",
        "/photo/{digest}/may-be/..%2f..%2fledger.sqlite3",
        "/photo/{digest}/may-be/.",
        "/static/..%2fsite.py",
        "/static/../site.py",
        "/static/%2e%2e/talk.py",
        "//evil.example/",
        "/enter/",
        "/entered.html",
    ],
)
def test_no_path_leads_out_of_the_page(page: RunningPage, digest: str, path: str) -> None:
    line = http.client.HTTPConnection("127.0.0.1", page.port, timeout=60)
    cookie = f"{COOKIE}={page.line.cookies[COOKIE]}"
    line.request("GET", path.format(digest=digest), headers={"Cookie": cookie})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    assert answer.status in {200, 403, 404}
    assert not any(mark in body for mark in (b"root:", b"SQLite format", b"import "))
    assert answer.status != 200 or body.startswith(b"<svg")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND"])
def test_a_page_is_read_or_a_form_sent_and_nothing_else(page: RunningPage, method: str) -> None:
    answer = requests.request(method, page.origin + "/", timeout=60)
    assert answer.status_code in {400, 404, 405}
    assert "access-control-allow-origin" not in answer.headers


def test_a_websocket_gets_no_word(page: RunningPage) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Origin": "https://evil.example",
    }
    assert page.get("/", upgrade).status_code == 403


def test_every_answer_says_that_nothing_is_kept_framed_or_shared(page: RunningPage, digest: str) -> None:
    answers = [page.get(path) for path in ("/", f"/photo/{digest}", "/static/page.css", "/nothing", "/pulse")]
    answers += [page.get("/", {"Host": "evil.example"}), page.send("/say", {})]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store", answer.url
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


def test_no_name_of_a_file_and_no_secret_of_the_door_is_on_the_page(page: RunningPage) -> None:
    assert SECRET not in page.get().text
    assert str(os.getpid()) not in page.get("/static/page.js").text


def test_it_listens_on_loopback_alone(page: RunningPage) -> None:
    listening = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    ours = [fields[1] for fields in listening if fields[3] == "0A" and fields[1].endswith(f":{page.port:04X}")]
    assert ours == [f"0100007F:{page.port:04X}"]
    with socket.socket(socket.AF_INET6) as six, pytest.raises(OSError, match=r"refused|unreachable|assign"):
        six.connect(("::1", page.port))
