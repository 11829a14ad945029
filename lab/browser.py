"""A browser without script, for what people do in the demo and the journeys: it opens pages and fills in forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

import requests

from agent.courier import line

PATIENCE = 20.0
"""Seconds for one page."""


class FormMissingError(Exception):
    """The page has no such form; says what it has."""


@dataclass
class Form:
    """One form of a page: where it goes, and what it holds already."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Collects the forms of a page, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "input" and self.forms and given.get("name") and given.get("type") not in {"radio", "checkbox"}:
            self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if words := " ".join(data.split()):
            self.words.append(words)


class Browser:
    """One person's browser. It knows the controller's certificate by its fingerprint, as tablets do."""

    def __init__(self, address: str, pin: str) -> None:
        """Take host:port of the dashboard, and the SHA-256 of its certificate."""
        self.origin = f"https://{address}"
        self._session = line(pin)
        self.page = Forms()
        self.status = 0
        self.content = b""
        self._path = "/"

    def open(self, path: str) -> str:
        """Open a page, given as a path or as a whole link to this dashboard; gives its words."""
        parts = urlsplit(path)
        where = parts.path + (f"?{parts.query}" if parts.query else "")
        return self.read(self._session.get(self.origin + where, timeout=PATIENCE))

    def submit(self, action: str, holding: str = "", **fields: str) -> str:
        """Fill in and send the form that goes there (and holds this value); gives the words of the next page."""
        form = self.find(action, holding)
        data = form.fields | fields
        url = self.origin + (form.action or self._path)
        return self.read(self._session.post(url, data=data, headers={"Origin": self.origin}, timeout=PATIENCE))

    def find(self, action: str, holding: str) -> Form:
        """The form of this page that goes there. Raises FormMissingError."""
        for form in self.page.forms:
            if (form.action or self._path) == action and (not holding or holding in form.fields.values()):
                return form
        msg = f"no form to {action} holding {holding!r} on {self._path}: {[f.action for f in self.page.forms]}"
        raise FormMissingError(msg)

    def read(self, answer: requests.Response) -> str:
        """Take in a page."""
        self.status, self.content = answer.status_code, answer.content
        self._path = urlsplit(answer.url).path
        self.page = Forms()
        self.page.feed(answer.text)
        return " ".join(self.page.words)

    def close(self) -> None:
        """Close it."""
        self._session.close()
