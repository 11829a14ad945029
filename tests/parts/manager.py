"""A manager without a browser: joins by the first link, and fills in the dashboard's forms."""

import re

import requests

from tests.fakes.tablet import PATIENCE, PinnedAdapter
from tests.parts.running_controller import RunningController

PASSWORD = "larkfield in the morning"


class Manager:
    """Ada, at the dashboard."""

    def __init__(self, controller: RunningController, name: str = "Ada") -> None:
        self.url = controller.url
        self.line = requests.Session()
        self.line.verify = False
        self.line.trust_env = False
        self.line.mount("https://", PinnedAdapter(controller.pin))
        self.line.headers["Origin"] = controller.url
        joined = self.line.post(controller.first_link, data=self.joining(name), timeout=PATIENCE)
        joined.raise_for_status()

    def joining(self, name: str) -> dict[str, str]:
        """What the form of a link asks for."""
        return {"name": name, "password": PASSWORD, "again": PASSWORD}

    def page(self, path: str) -> str:
        """Look at a page."""
        answer = self.line.get(f"{self.url}{path}", timeout=PATIENCE)
        answer.raise_for_status()
        return answer.text

    def send(self, path: str, **form: str) -> requests.Response:
        """Fill in a form."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.page("/report"))
        assert found is not None
        answer = self.line.post(f"{self.url}{path}", data=form | {"csrf": found[1]}, timeout=PATIENCE)
        answer.raise_for_status()
        return answer

    def close(self) -> None:
        """Close the browser."""
        self.line.close()
