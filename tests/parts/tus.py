"""Handing in an export without a browser: the pieces of the tus protocol, honest ones and others."""

from dataclasses import dataclass, field

import requests

from tests.browser.larkfield import PATIENCE, Visitor

OCTETS = "application/offset+octet-stream"


@dataclass
class Handing:
    """Somebody who hands in an export; headers of one request may be other ones, or none (an empty text)."""

    visitor: Visitor
    csrf: str = ""
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """As the page would send it."""
        self.csrf = self.csrf or self.visitor.csrf()
        self.headers = {"Tus-Resumable": "1.0.0", "X-CSRF": self.csrf, "Origin": self.visitor.url}

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> requests.Response:
        """One request; headers are named with _ for -."""
        given = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.visitor.line.request(
            method,
            self.visitor.url + path,
            data=body,
            headers={name: value for name, value in given.items() if value},
            allow_redirects=False,
            timeout=PATIENCE,
        )

    def begin(self, size: int | str, **headers: str) -> requests.Response:
        """An upload of so many bytes begins."""
        return self.ask("POST", "/journal/uploads", b"", Upload_Length=str(size), **headers)

    def place(self, size: int) -> str:
        """Begin an upload; gives its path."""
        answer = self.begin(size)
        assert answer.status_code == requests.codes.created, answer.text
        return answer.headers["location"]

    def piece(self, place: str, offset: int | str, body: bytes, **headers: str) -> requests.Response:
        """Send a piece."""
        return self.ask("PATCH", place, body, **{"Upload_Offset": str(offset), "Content_Type": OCTETS} | headers)

    def offset(self, place: str) -> int:
        """Ask how far an upload is."""
        answer = self.ask("HEAD", place)
        assert answer.ok, answer.status_code
        return int(answer.headers["upload-offset"])

    def whole(self, content: bytes) -> str:
        """Hand in something whole, in one piece; gives its path."""
        place = self.place(len(content))
        answer = self.piece(place, 0, content)
        assert answer.status_code == requests.codes.no_content, answer.text
        return place
