"""Whom page and door must not serve: guessers, other accounts of the tablet, impostors; and what hostile photos do."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.tablet_page import talk
from agent.tablet_page.entry import COOKIE, GOOD_FOR, Entry
from agent.tablet_page.guard import account_of
from agreement.facts import Word
from tests.parts.door import OpenTablet, opened
from tests.parts.needs import needs
from tests.parts.page import RunningPage, running_page

NOBODY = 65534
SECRET = "photo-of-larkfield.jpg"
TREES = (Path(__file__).parents[1] / "data/photos/trees.jpg").read_bytes()


@pytest.fixture
def tablet(tmp_path: Path) -> Iterator[OpenTablet]:
    with opened(tmp_path) as tablet:
        tablet.take(SECRET)
        yield tablet


@pytest.fixture
def page(tablet: OpenTablet) -> Iterator[RunningPage]:
    """A page that nobody has come in to."""
    with running_page(tablet) as page:
        yield page


def test_a_token_counts_once_and_never_from_a_link_on_another_page(page: RunningPage) -> None:
    assert page.enter("A" * 43).status_code == 403, "a guess"
    for site in ("cross-site", "same-site", "same-origin"):
        assert page.get(f"/enter/{page.token}", {"Sec-Fetch-Site": site}).status_code == 403
    assert page.get("/").status_code == 403
    assert page.get(f"/enter/{page.token}", {"Sec-Fetch-Site": "none"}).status_code == 200
    assert page.get("/").status_code == 200
    assert page.enter().status_code == 403
    assert page.get(f"/enter/{page.token}").status_code == 403


def test_a_token_is_good_for_a_minute_and_cannot_be_guessed() -> None:
    entry = Entry(1000.0)
    token = entry.token
    assert len(token) >= 43, "256 bits"
    assert entry.redeem(token, 1000.0 + GOOD_FOR + 0.1) is None
    assert Entry(1000.0).token != token
    for guess in ("", token[:-1], token + "A", token.swapcase(), "é"):
        assert entry.redeem(guess, 1000.0) is None
    secret = entry.redeem(token, 1000.0 + GOOD_FOR)
    assert secret
    assert secret != token
    assert entry.knows({COOKIE: secret})
    assert not entry.knows({COOKIE: token})
    entry.end()
    assert not entry.knows({COOKIE: secret})
    assert not entry.knows({COOKIE: ""})


def test_nobody_knows_a_session_that_was_not_begun() -> None:
    entry = Entry(1000.0)
    assert not entry.knows({})
    assert not entry.knows({COOKIE: ""})


# other accounts of the tablet

AS_ANOTHER = """
import http.client, sys
line = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
line.request(sys.argv[2], sys.argv[3], body=sys.argv[5] or None,
             headers={"Cookie": sys.argv[4], "Origin": f"http://127.0.0.1:{sys.argv[1]}",
                      "Content-Type": "application/x-www-form-urlencoded"})
print(line.getresponse().status)
"""
KNOCK = """
import socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
if sys.argv[2] == "ask":
    try:
        line.sendall(b'{"ask":"look"}\\n')
    except BrokenPipeError:
        pass
print(line.recv(4096).decode())
"""


def as_nobody(*command: str) -> subprocess.CompletedProcess[str]:
    """Run something as an account that has no home here, with this system's own Python."""
    return subprocess.run(
        ["/usr/bin/env", "python3", "-I", "-c", *command],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        timeout=60,
    )


@needs("root", "/usr/bin/python3")
def test_another_account_is_turned_away_though_it_stole_token_cookie_and_form(
    page: RunningPage, tablet: OpenTablet
) -> None:
    run = as_nobody(AS_ANOTHER, str(page.port), "GET", f"/enter/{page.token}", "", "")
    assert run.stdout.strip() == "403", run.stderr
    assert page.enter().status_code == 200, "the token was not used up"
    digest = tablet.tablet.ledger.waiting()[0].digest
    cookie, body = f"{COOKIE}={page.line.cookies[COOKIE]}", f"csrf={page.csrf()}&photo={digest}&word=unwanted"
    for method, path, form in (("GET", "/", ""), ("GET", f"/photo/{digest}", ""), ("POST", "/say", body)):
        run = as_nobody(AS_ANOTHER, str(page.port), method, path, cookie, form)
        assert run.stdout.strip() == "403", run.stderr
    assert tablet.said() == {}


@pytest.fixture
def public() -> Iterator[OpenTablet]:
    """A tablet whose door every account can reach, as the service's."""
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        home.mkdir()
        with opened(home, homes=[home], agent=0, public=True) as tablet:
            tablet.take(SECRET)
            tablet.state.chmod(0o755)
            yield tablet


@needs("root", "/usr/bin/python3")
@pytest.mark.parametrize("manner", ["listen", "ask"])
def test_an_account_without_a_home_is_told_so_at_the_door_and_nothing_else(public: OpenTablet, manner: str) -> None:
    run = as_nobody(KNOCK, str(public.state / "page.sock"), manner)
    assert "has no home" in run.stdout, run.stderr
    assert "photos" not in run.stdout.replace("no photos here", "")


@needs("root", "/usr/bin/python3")
def test_a_private_door_lets_no_other_account_knock(public: OpenTablet) -> None:
    (public.state / "page.sock").chmod(0o600)
    run = as_nobody(KNOCK, str(public.state / "page.sock"), "ask")
    assert "PermissionError" in run.stderr


@needs("root", "/usr/bin/python3")
def test_whoever_answers_in_the_agents_place_is_not_believed(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        Path(folder).chmod(0o777)
        imposter = subprocess.Popen(
            ["/usr/bin/env", "python3", "-I", "-c", LISTEN, f"{folder}/page.sock"],
            user=NOBODY,
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
            cwd="/",
            env={"PATH": "/usr/bin:/bin"},
        )
        assert imposter.stdout is not None
        imposter.stdout.readline()
        command = [sys.executable, "-m", "agent", "page", "--link", "--home", folder]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        imposter.communicate(timeout=60)
        assert run.returncode == 1
        assert "Someone else than the agent answers" in " ".join(run.stderr.split())
        assert not list(tmp_path.iterdir())


LISTEN = """
import os, socket, sys
ear = socket.socket(socket.AF_UNIX)
ear.bind(sys.argv[1])
ear.listen()
print("ready", flush=True)
ear.accept()
"""


def test_a_connection_whose_account_is_not_known_is_nobodys(tmp_path: Path) -> None:
    table = tmp_path / "tcp"
    head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    line = "   0: 0100007F:{:04X} 0100007F:{:04X} {} 00000000:00000000 00:00000000 00000000  {}        0 1\n"
    table.write_text(head + line.format(4000, 8000, "01", 1001) + line.format(4001, 8000, "06", 0))
    assert account_of(4000, 8000, table) == 1001
    assert account_of(8000, 4000, table) is None
    assert account_of(4001, 8000, table) is None, "a connection that was left is nobody's"
    assert account_of(4002, 8000, table) is None


# hostile photos


BAD = {
    "bomb.png": b"\x89PNG\r\n\x1a\n" + bytes.fromhex("0000000d49484452000f4240000f42400802000000") + b"\0" * 64,
    "garbage.jpg": b"\xff\xd8\xff\xe0" + b"A" * 5000,
    "page.jpg": b"<!doctype html><script>alert(1)</script>",
    "drawing.svg.png": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "clip.mp4": b"\0\0\0\x20ftypisom" + b"\0" * 200,
    "<script>alert(1)<script>.jpg": b"a name that is markup",
}


def test_hostile_photos_are_not_shown_and_the_next_one_is(tablet: OpenTablet) -> None:
    bad = [tablet.take(name, body) for name, body in BAD.items()]
    fine = tablet.take("trees.jpg", TREES)
    tablet.doubt(bad[0], "picture-1", BAD["garbage.jpg"])
    with running_page(tablet) as page:
        page.enter()
        for digest in bad:
            answer = page.get(f"/photo/{digest}")
            assert (answer.headers["content-type"], b"cannot be shown" in answer.content) == ("image/svg+xml", True)
        assert page.get(f"/photo/{bad[0]}/may-be/picture-1").headers["content-type"] == "image/svg+xml"
        assert page.get(f"/photo/{fine}").headers["content-type"] == "image/jpeg"
        assert "alert" not in page.get().text


def test_a_file_that_took_a_photos_place_is_not_shown(tablet: OpenTablet, tmp_path: Path) -> None:
    camera = tablet.tablet.camera
    digests = [tablet.take(f"{name}.jpg", TREES + name.encode()) for name in ("swapped", "linked", "piped", "fine")]
    for name in ("swapped", "linked", "piped"):
        (camera / f"{name}.jpg").rename(tmp_path / f"{name}.jpg")
    (camera / "swapped.jpg").write_bytes(TREES + b"another")
    (camera / "linked.jpg").symlink_to(tmp_path / "linked.jpg")
    os.mkfifo(camera / "piped.jpg")
    with running_page(tablet) as page:
        page.enter()
        kinds = [page.get(f"/photo/{digest}").headers["content-type"] for digest in digests]
    assert kinds == ["image/svg+xml"] * 3 + ["image/jpeg"]


def test_a_word_that_the_page_does_not_offer_is_no_question() -> None:
    assert talk.QUESTIONS.decode(b'{"ask":"say","digest":"d","word":"added"}') == talk.Say("d", Word.ADDED)
    with pytest.raises(ValueError, match="Invalid enum value"):
        talk.QUESTIONS.decode(b'{"ask":"say","digest":"d","word":"purge"}')
