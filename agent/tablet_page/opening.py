"""Opens the page for the person at the tablet: asks the agent, serves, and hands the browser its token."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from agent.tablet_page import handing
from agent.tablet_page.line import GONE, NoAgentError, call, first_look

NOBODY_CAME = (
    "No browser opened the page within a minute. If this tablet's browser may not read files of the session (a snap or"
    " flatpak may not), run “safeuse-agent page --link” in a terminal and paste the link that it prints."
)
Show = Callable[[Path], None]


def open_page(doors: Sequence[Path], environment: Mapping[str, str], show: Show) -> None:
    """Serve the page in the browser until it is over. Raises NoAgentError, OSError."""
    from agent.tablet_page.serving import serve  # noqa: PLC0415 - the server's libraries, for who can be served

    folder = handing.runtime_folder(environment)
    with contextlib.closing(call(doors)) as line:
        first_look(line)

        def opened(port: int, token: str) -> Callable[[], None]:
            path = handing.write(folder, handing.entrance(port, token))
            show(path)
            return lambda: path.unlink(missing_ok=True)

        if not serve(line, opened):
            raise NoAgentError(NOBODY_CAME if line.is_open() else GONE)


def print_link(doors: Sequence[Path], say: Callable[[str], None]) -> None:
    """Serve the page to whoever of this account opens the link within a minute. Raises NoAgentError, OSError."""
    from agent.tablet_page.serving import serve  # noqa: PLC0415 - as above

    with contextlib.closing(call(doors)) as line:
        first_look(line)

        def opened(port: int, token: str) -> Callable[[], None]:
            say(f"http://127.0.0.1:{port}/enter/{token}")
            return lambda: None

        if not serve(line, opened):
            raise NoAgentError(NOBODY_CAME if line.is_open() else GONE)


def show_trouble(why: str, environment: Mapping[str, str], show: Show) -> None:
    """Say in the browser why there is no page, for who came from the menu and sees no terminal. Raises OSError."""
    show(handing.write(handing.runtime_folder(environment), handing.note(why)))
