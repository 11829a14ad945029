"""A journal that is a WebDAV folder: Nextcloud, ownCloud, a web server (RFC 4918)."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter

from agent.journals.propfind import REQUEST, Member, parse
from agent.journals.proving import Wanted
from agent.journals.secrets import secret
from agent.journals.settings import Journal, fingerprint
from agent.journals.way import DEEPEST, PIECE, Body, Entry, FileTroubleError, TroubleError

PATIENCE = (10.0, 30.0)
"""Seconds to wait for a connection, and for the next byte."""

REFUSED = frozenset({401, 403})
FULL, BUSY = 507, 503
MISSING = 404
REDIRECT, FAILED = 300, 400


class Pinned(HTTPAdapter):
    """Speaks TLS only to a certificate with this SHA-256 fingerprint."""

    def __init__(self, pin: str) -> None:
        self._pin = pin
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: object) -> None:  # noqa: FBT001, FBT002 - the signature of the base class
        """Hand the fingerprint down to every connection."""
        super().init_poolmanager(connections, maxsize, block, assert_fingerprint=self._pin, **kwargs)


class Stream:
    """A body in the form that requests sends without reading it into memory."""

    def __init__(self, body: Body) -> None:
        self.len, self.read = body.size, body.read

    def __iter__(self) -> Iterator[bytes]:
        """Every piece."""
        while piece := self.read(PIECE):
            yield piece


class Webdav:
    """The way over HTTP."""

    def __init__(self, journal: Journal, _wanted: Sequence[Wanted]) -> None:
        self._top = journal.url.rstrip("/") + "/"
        self._session = session(journal)

    def size(self, name: str) -> int | None:
        """How long the file of this name is, as far as the server says."""
        with self.ask("HEAD", name, missing=True) as answer:
            length = answer.headers.get("Content-Length", "")
            return int(length) if answer.status_code != MISSING and length.isdecimal() else None

    def send(self, name: str, body: Body) -> None:
        """Store it. What the server says of it is not believed; it is read back."""
        with self.ask("PUT", name, data=Stream(body)):
            return

    def rename(self, old: str, new: str) -> None:
        """Move it into place, over whatever is there."""
        with self.ask("MOVE", old, headers={"Destination": self.at(new), "Overwrite": "T"}):
            return

    def remove(self, name: str) -> None:
        """Remove it."""
        with self.ask("DELETE", name, missing=True):
            return

    def read(self, name: str) -> Iterator[bytes]:
        """Read it back."""
        with self.ask("GET", name, missing=True, stream=True) as answer:
            if answer.status_code == MISSING:
                msg = "a file that should be in the journal is not there"
                raise FileTroubleError(msg)
            with in_words():
                yield from answer.iter_content(PIECE)

    def listing(self) -> Iterator[Entry]:
        """Every file; folders that lie elsewhere are not followed."""
        top = urlsplit(self._top).path
        below, seen = [("", 0)], {""}
        while below:
            folder, depth = below.pop()
            for member in self.members(folder):
                name = relative(member.href, top)
                if name is None or name.rstrip("/") in seen:
                    continue
                seen.add(name.rstrip("/"))
                if member.is_folder and depth < DEEPEST:
                    below.append((name.rstrip("/") + "/", depth + 1))
                elif not member.is_folder and member.size is not None:
                    yield Entry(name, member.size, stamp(member))

    def members(self, folder: str) -> list[Member]:
        """What the server lists in one folder."""
        headers = {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}
        with self.ask("PROPFIND", folder, headers=headers, data=REQUEST, stream=True) as answer, in_words():
            return parse(answer.iter_content(PIECE))

    @contextlib.contextmanager
    def ask(self, method: str, name: str, *, missing: bool = False, **how: Any) -> Iterator[requests.Response]:  # noqa: ANN401 - handed on to requests
        """Ask the server; an answer that is no success is trouble, in words."""
        with in_words():
            answer = self._session.request(method, self.at(name), timeout=PATIENCE, allow_redirects=False, **how)
        with answer:
            if not (missing and answer.status_code == MISSING):
                check(answer)
            yield answer

    def at(self, name: str) -> str:
        """The whole address."""
        return self._top + quote(name)

    def close(self) -> None:
        """Hang up."""
        self._session.close()


def session(journal: Journal) -> requests.Session:
    """A connection to the right server only; no proxy and no setting of the environment counts. Raises TroubleError."""
    made = requests.Session()
    made.trust_env = False
    made.headers["Accept-Encoding"] = "identity"
    if journal.username:
        password = secret(journal.password_file) if journal.password_file else ""
        made.auth = (journal.username.encode(), password.encode())  # type: ignore[assignment]  # bytes, so that every password can be sent
    if journal.pin:
        made.verify = False  # the fingerprint says more than any authority could
        made.mount("https://", Pinned(fingerprint(journal.pin)))
    elif journal.ca_file:
        made.verify = journal.ca_file
    return made


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Say in words what went wrong on the way. Raises TroubleError."""
    try:
        yield
    except requests.exceptions.SSLError as stranger:
        msg = "the server's certificate is not the one that agent.toml asks for; nothing was sent"
        raise TroubleError(msg) from stranger
    except requests.Timeout as silence:
        msg = f"the server has not answered for {PATIENCE[1]:.0f} seconds"
        raise TroubleError(msg) from silence
    except requests.RequestException as failure:
        msg = f"the server cannot be reached: {type(failure).__name__}"
        raise TroubleError(msg) from failure
    except OSError as failure:
        msg = f"the server cannot be reached, or agent.toml names a file that cannot be read: {failure}"
        raise TroubleError(msg) from failure


def check(answer: requests.Response) -> None:
    """Take only success for success. Raises TroubleError; FileTroubleError where other files may fare better."""
    code = answer.status_code
    if code in REFUSED:
        msg = f"the server refuses the user name or password, or the agent may not write there (HTTP {code})"
    elif code in {FULL, BUSY}:
        msg = f"the journal's disk is full, or the server is too busy (HTTP {code})"
    elif REDIRECT <= code < FAILED:
        where = urlsplit(answer.headers.get("Location", "")).hostname or "elsewhere"
        msg = f"the server sends the agent to {where}, where it does not go; put the right address into url"
    elif code >= FAILED:
        msg = f"the server could not do it for one file (HTTP {code})"
        raise FileTroubleError(msg)
    else:
        return
    raise TroubleError(msg)


def relative(href: str, top: str) -> str | None:
    """The name of a member below the journal's folder; None when it is elsewhere, or the folder itself."""
    path, above = unquote(urlsplit(href).path), unquote(top)
    if not path.startswith(above) or path == above:
        return None
    name = path.removeprefix(above)
    return None if {"", ".", ".."} & set(name.rstrip("/").split("/")) else name


def stamp(member: Member) -> str:
    """What changes when the file does; empty when the server does not say."""
    return f"{member.etag} {member.modified}".strip()
