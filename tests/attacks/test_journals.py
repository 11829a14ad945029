"""Servers that lie, fail, hang or are somebody else: none of it is evidence, none of it loses a photo."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from agent.journals import Journal, propfind, webdav
from agent.journals.__main__ import way
from agent.journals.memory import Memory
from agent.journals.proving import Proving, Wanted
from agent.journals.way import TroubleError
from agreement.facts import Strength
from lab.certificates import SelfSigned, self_signed
from tests.parts.journal_places import password_file, sftp
from tests.parts.photos import digest, write

PICTURE = b"Dev reads a story" * 1000
MULTISTATUS = '<d:multistatus xmlns:d="DAV:">{members}</d:multistatus>'
MEMBER = (
    "<d:response><d:href>/{name}</d:href><d:propstat><d:prop>"
    "<d:getcontentlength>{size}</d:getcontentlength></d:prop></d:propstat></d:response>"
)
LISTED = MULTISTATUS.format(members=MEMBER)


@dataclass
class Liar:
    """A WebDAV server in memory that does one thing wrong."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    wrong: Callable[["Liar", str, str, bytes], tuple[int, bytes, dict[str, str]] | None] = lambda *_: None
    url: str = ""

    def answer(self, method: str, name: str, body: bytes, to: str) -> tuple[int, bytes, dict[str, str]]:
        """What it answers: the truth, unless it does this one wrong."""
        self.asked.append(f"{method} {name}")
        if (lie := self.wrong(self, method, name, body)) is not None:
            return lie
        match method:
            case "PUT":
                self.files[name] = body
                return 201, b"", {}
            case "MOVE":
                self.files[to] = self.files.pop(name, b"")
                return 201, b"", {}
            case "DELETE":
                self.files.pop(name, None)
                return 204, b"", {}
            case "PROPFIND":
                return 207, listed(self.files).encode(), {}
        return (200, self.files[name], {}) if name in self.files else (404, b"", {})


def listed(files: dict[str, bytes]) -> str:
    """The folder as an honest server lists it."""
    return MULTISTATUS.format(members="".join(MEMBER.format(name=n, size=len(c)) for n, c in files.items()))


@contextmanager
def serving(liar: Liar, shown: SelfSigned | None = None) -> Iterator[Liar]:
    """Serve on loopback until the block ends."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_it(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            to = self.headers.get("Destination", "").rpartition("/")[2]
            status, answer, headers = liar.answer(self.command, self.path.lstrip("/"), body, to)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        do_PUT = do_GET = do_HEAD = do_MOVE = do_DELETE = do_PROPFIND = handle_it  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if shown:
            server.socket = shown.server_context().wrap_socket(server.socket, server_side=True)
        liar.url = f"{'https' if shown else 'http'}://localhost:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield liar
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def photo(tmp_path: Path) -> Wanted:
    path = tmp_path / "a.jpg"
    write(path, PICTURE)
    status = path.stat()
    return Wanted(str(path), digest(PICTURE), len(PICTURE), status.st_dev, status.st_ino, status.st_mtime_ns)


def attempt(journal: Journal, wanted: Wanted) -> tuple[dict[str, Strength], list[str]]:
    """One try; what was proved, and what went wrong."""
    proved: dict[str, Strength] = {}
    troubles: list[str] = []
    try:
        opened = way(journal, [wanted])
        try:
            Proving(opened, Memory(None), proved.__setitem__, troubles.append).run([wanted], deliver=journal.deliver)
        finally:
            opened.close()
    except TroubleError as trouble:
        troubles.append(str(trouble))
    return proved, troubles


def says(method: str, status: int, body: bytes = b"", **headers: str) -> Callable[..., object]:
    """Answer one kind of question like this."""
    return lambda _liar, asked, _name, _body: (status, body, headers) if asked == method else None


def stores(change: Callable[[bytes], bytes | None]) -> Callable[..., object]:
    """Answer 201 to every upload, and store something else, or nothing."""

    def wrong(liar: Liar, method: str, name: str, body: bytes) -> tuple[int, bytes, dict[str, str]] | None:
        if method != "PUT":
            return None
        kept = change(body)
        if kept is not None:
            liar.files[name] = kept
        return 201, b"", {}

    return wrong


LIES: dict[str, tuple[Callable[..., object], str]] = {
    "says 201 and stores nothing": (stores(lambda _: None), "gives back something else"),
    "stores an empty file": (stores(lambda _: b""), "gives back something else"),
    "stores the first half": (stores(lambda body: body[: len(body) // 2]), "gives back something else"),
    "stores another picture of that size": (stores(lambda body: body[::-1]), "gives back something else"),
    "stores more": (stores(lambda body: body + b"x"), "gives back something else"),
    "forgets it at once": (says("MOVE", 201), "not there|something else"),
    "is full": (says("PUT", 507), "disk is full"),
    "takes no photo so large": (says("PUT", 413), "could not do it for one file"),
    "wants another password": (says("PUT", 401), "refuses the user name or password"),
    "forbids": (says("PUT", 403), "refuses the user name or password"),
    "breaks": (says("PUT", 500), "could not do it for one file"),
    "sends elsewhere": (says("PUT", 301, Location="https://eve.example/"), "eve.example, where it does not go"),
    "sends elsewhere to read": (says("GET", 302, Location="http://eve.example/"), "eve.example, where it does not go"),
    "serves another picture": (says("GET", 200, PICTURE[::-1]), "gives back something else"),
    "serves an endless picture": (says("GET", 200, PICTURE * 3), "gives back something else"),
    "promises more than it serves": (
        says("GET", 200, PICTURE[:99], **{"Content-Length": "17000"}),
        "cannot be reached|not answered",
    ),
    "says 204 to reading": (says("GET", 204), "something else"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_server_that(lie: str, photo: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webdav, "PATIENCE", (0.3, 0.3))
    wrong, why = LIES[lie]
    with serving(Liar(wrong=wrong)) as liar:  # type: ignore[arg-type]  # a table of lambdas
        proved, troubles = attempt(Journal("drop", "webdav", liar.url, deliver=True), photo)
    assert proved == {}
    assert any(word in " ".join(troubles) for word in why.split("|")), troubles
    assert Path(photo.path).read_bytes() == PICTURE


def test_an_honest_server_is_believed(photo: Wanted) -> None:
    with serving(Liar()) as liar:
        proved, troubles = attempt(Journal("drop", "webdav", liar.url, deliver=True), photo)
    assert (proved, troubles) == ({photo.digest: Strength.DELIVERED}, [])


def test_a_server_that_hangs_is_given_up(photo: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webdav, "PATIENCE", (0.2, 0.2))
    released = threading.Event()

    def hang(*_: object) -> None:
        released.wait(10)

    with serving(Liar(wrong=hang)) as liar:
        proved, troubles = attempt(Journal("drop", "webdav", liar.url, deliver=True), photo)
        released.set()
    assert proved == {}
    assert "has not answered" in troubles[0]


BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<multistatus xmlns="DAV:"><response><href>&b;</href></response></multistatus>'
)
LISTS: dict[str, tuple[bytes, str]] = {
    "garbage": (b"<html><body>Welcome to the cafe!</body>", "cannot be read"),
    "binary": (b"\x00\xff" * 100, "cannot be read"),
    "nothing": (b"", "cannot be read"),
    "cut short": (LISTED.format(name="a", size=1).encode()[:90], "cannot be read"),
    "a bomb": (BOMB, "document type"),
    "a file outside": (BOMB.split(b"]>")[0] + b"]>", "document type"),
    "an endless name": (LISTED.format(name="a" * 10_000, size=1).encode(), "too long"),
    "too much": (LISTED.format(name="a", size=1).encode() + b" " * 3_000_000, "too long"),
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_that_is(kind: str, photo: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(propfind, "MOST_BYTES", 2_000_000)
    body, why = LISTS[kind]
    with serving(Liar(wrong=says("PROPFIND", 207, body))) as liar:  # type: ignore[arg-type]  # a lambda of a table
        proved, troubles = attempt(Journal("journal", "webdav", liar.url), photo)
    assert proved == {}
    assert why in troubles[0]


@pytest.mark.parametrize(
    "href", ["/../secret.jpg", "http://eve.example/x/../../y", "//eve.example/", "/a/../b.jpg", "/./a.jpg", "%2e%2e/x"]
)
def test_names_that_lead_elsewhere_are_not_followed(href: str, photo: Wanted) -> None:
    body = LISTED.format(name="", size=len(PICTURE)).replace("<d:href>/", f"<d:href>{href}").encode()
    with serving(Liar({"secret.jpg": PICTURE}, wrong=says("PROPFIND", 207, body))) as liar:  # type: ignore[arg-type]  # a lambda of a table
        proved, _ = attempt(Journal("journal", "webdav", liar.url), photo)
    assert proved == {}
    assert not [asked for asked in liar.asked if ".." in asked]


@pytest.mark.parametrize("trusting", ["the right pin", "the right authority"])
def test_a_server_that_is_who_it_should_be_is_spoken_to(trusting: str, photo: Wanted, tmp_path: Path) -> None:
    shown = self_signed(tmp_path, "localhost")
    terms = {"pin": shown.pin} if trusting == "the right pin" else {"ca_file": str(shown.certificate)}
    with serving(Liar(), shown) as liar:
        proved, troubles = attempt(Journal("drop", "webdav", liar.url, deliver=True, **terms), photo)  # type: ignore[arg-type]  # only strings
    assert (proved, troubles) == ({photo.digest: Strength.DELIVERED}, [])


@pytest.mark.parametrize("trusting", ["another pin", "another authority", "the public authorities", "another name"])
def test_a_stranger_gets_neither_photo_nor_password(trusting: str, photo: Wanted, tmp_path: Path) -> None:
    shown = self_signed(tmp_path, "eve.example" if trusting == "another name" else "localhost")
    (tmp_path / "other").mkdir()
    other = self_signed(tmp_path / "other", "localhost")
    terms = {
        "another pin": {"pin": other.pin},
        "another authority": {"ca_file": str(other.certificate)},
        "the public authorities": {},
        "another name": {"ca_file": str(shown.certificate)},
    }[trusting]
    journal = Journal("drop", "webdav", deliver=True, username="tablet", password_file=str(password_file(tmp_path)))
    with serving(Liar(), shown) as liar:
        proved, troubles = attempt(replace(journal, url=liar.url, **terms), photo)  # type: ignore[arg-type]  # only strings
    assert proved == {}
    assert "certificate is not the one" in troubles[0]
    assert liar.asked == []


def test_an_ssh_server_with_another_key_gets_nothing(photo: Wanted, tmp_path: Path) -> None:
    state, other = tmp_path / "one", tmp_path / "other"
    state.mkdir()
    other.mkdir()
    with sftp(state) as place, sftp(other) as stranger:
        journal = replace(place.journal, deliver=True, host_key=stranger.journal.host_key)
        proved, troubles = attempt(journal, photo)
        rsa = attempt(replace(journal, host_key="ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB"), photo)
        assert list(place.folder.iterdir()) == []
    assert proved == rsa[0] == {}
    assert all("host key is not the one in agent.toml" in said[0] for said in (troubles, rsa[1]))


def test_an_ssh_server_that_knows_us_not_gets_nothing(photo: Wanted, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    with sftp(tmp_path / "s") as place:
        password = str(password_file(tmp_path))
        by_password = attempt(replace(place.journal, deliver=True, key_file="", password_file=password), photo)
        by_nobody = attempt(replace(place.journal, deliver=True, username="eve"), photo)
    for proved, troubles in (by_password, by_nobody):
        assert proved == {}
        assert "refuses the user name, key or password" in troubles[0]


def test_a_server_that_is_gone_is_trouble_in_words(photo: Wanted, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    with sftp(tmp_path / "s") as place:
        pass
    proved, troubles = attempt(place.journal, photo)
    assert proved == {}
    assert "does not do as it was asked" in troubles[0]
    proved, troubles = attempt(Journal("drop", "webdav", "http://127.0.0.1:9/", deliver=True), photo)
    assert proved == {}
    assert "cannot be reached" in troubles[0]


def test_a_password_that_others_can_read_is_not_used(photo: Wanted, tmp_path: Path) -> None:
    secret = password_file(tmp_path)
    secret.chmod(0o644)
    with serving(Liar()) as liar:
        _, troubles = attempt(Journal("d", "webdav", liar.url, username="tablet", password_file=str(secret)), photo)
    assert "can be read by others" in troubles[0]
    assert liar.asked == []


def test_a_share_that_is_not_mounted_is_not_taken_for_the_journal(photo: Wanted, tmp_path: Path) -> None:
    drop = tmp_path / "mnt"
    drop.mkdir()
    proved, troubles = attempt(Journal("drop", "folder", path=str(drop), deliver=True), photo)
    assert proved == {}
    assert "own disk" in troubles[0]
    assert list(drop.iterdir()) == []


def test_a_photo_never_proves_itself_through_a_second_name(photo: Wanted, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "again.jpg").hardlink_to(photo.path)
    (drop / "link.jpg").symlink_to(photo.path)
    assert attempt(Journal("drop", "folder", path=str(drop), same_disk=True), photo) == ({}, [])
