"""A page as people run it: the real command in a process of its own, at a tablet whose door is open here."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import requests

PATIENCE = 60
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class HasState(Protocol):
    """A tablet whose agent keeps its door in this folder."""

    @property
    def state(self) -> Path: ...


@dataclass
class RunningPage:
    """The page's process, and a browser's manners without a browser."""

    process: subprocess.Popen[str]
    link: str
    line: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        """Go by no proxy of this machine's."""
        self.line.trust_env = False

    @property
    def origin(self) -> str:
        """http://127.0.0.1:PORT, without the token."""
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def port(self) -> int:
        """The port that the system chose."""
        return urlsplit(self.link).port or 0

    @property
    def token(self) -> str:
        """The token, as it was printed."""
        return self.link.rpartition("/")[2]

    def enter(self, token: str = "") -> requests.Response:
        """Come in by the token, as the file does that the browser is handed."""
        return self.send("/enter", {"token": token or self.token}, {"Origin": "null"})

    def get(self, path: str = "/", headers: Mapping[str, str] | None = None) -> requests.Response:
        """Ask for something; redirects are not followed."""
        return self.line.get(self.origin + path, headers=headers, allow_redirects=False, timeout=PATIENCE)

    def send(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> requests.Response:
        """Send a form from a page of ours, or with other headers."""
        given = {"Origin": self.origin} if headers is None else headers
        return self.line.post(self.origin + path, data=form, headers=given, allow_redirects=False, timeout=PATIENCE)

    def csrf(self) -> str:
        """The secret of the forms, as a page shows it."""
        found = CSRF.search(self.get().text)
        assert found, "no form on the page"
        return found[1]

    def act(self, path: str, **form: str) -> requests.Response:
        """Send a form as its page would."""
        return self.send(path, {"csrf": self.csrf()} | form)

    def close(self) -> None:
        """Hang up, and end the process if it has not ended by itself."""
        self.line.close()
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE)


@contextmanager
def running_page(tablet: HasState) -> Iterator[RunningPage]:
    """Open the page of this tablet by its link, as `safeuse-agent page --link` prints it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "page", "--link", "--home", str(tablet.state)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONWARNINGS": "error"},
    )
    assert process.stdout is not None
    printed = process.stdout.readline().strip()
    if not printed:
        _, complaint = process.communicate(timeout=PATIENCE)
        msg = f"the page did not open: {complaint}"
        raise AssertionError(msg)
    page = RunningPage(process, printed)
    try:
        yield page
    finally:
        page.close()
