"""Hands the token to the browser: in a file that only this person can read, which posts it to the page.

So the token stands on no command line, which every account can read, and in no history of the browser.
"""

import contextlib
import html
import os
import secrets
import stat
import time
from collections.abc import Mapping
from pathlib import Path

from agent.tablet_page.entry import GOOD_FOR
from agent.tablet_page.line import NoAgentError

FILE = """<!doctype html>
<html lang="en-GB"><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<title>Photos on this tablet</title>
<body><form method="post" action="http://127.0.0.1:{port}/enter"><input type="hidden" name="token" value="{token}">
<button>Open the photos on this tablet</button></form><script>document.forms[0].submit()</script></body></html>
"""
NOTE = """<!doctype html>
<html lang="en-GB"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Photos on this tablet</title>
<body style="font: 1.25rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>The photos cannot be shown now.</h1><p>{why}</p></body></html>
"""


def runtime_folder(environment: Mapping[str, str]) -> Path:
    """A folder of this person's own that goes when they sign out. Raises NoAgentError where there is none."""
    given = environment.get("XDG_RUNTIME_DIR", "")
    if not given.startswith("/"):
        msg = (
            "This session has no folder of its own (XDG_RUNTIME_DIR is not set). Sign in at the tablet's own screen, or"
            " have the desktop session started by the system's login service."
        )
        raise NoAgentError(msg)
    folder = Path(given) / "safeuse"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError as failure:
        msg = f"{folder} cannot be made: {failure.strerror}. Nothing was opened."
        raise NoAgentError(msg) from failure
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        msg = f"{folder} is not this person's alone. Nothing was opened; remove it and try again."
        raise NoAgentError(msg)
    return folder


def write(folder: Path, words: str) -> Path:
    """Write a file for the browser, for this person alone. Raises NoAgentError."""
    sweep(folder)
    path = folder / f"photos-{secrets.token_hex(8)}.html"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(words)
    except OSError as failure:
        msg = f"{path} cannot be written: {failure.strerror}. Nothing was opened."
        raise NoAgentError(msg) from failure
    return path


def sweep(folder: Path) -> None:
    """Remove what a page that was cut short left behind; its token is too old by now."""
    for path in folder.glob("photos-*.html"):
        with contextlib.suppress(OSError):
            if time.time() - path.lstat().st_mtime > 2 * GOOD_FOR:
                path.unlink()


def entrance(port: int, token: str) -> str:
    """The file that posts the token to the page."""
    return FILE.format(port=port, token=html.escape(token))


def note(why: str) -> str:
    """The file that says why there is no page, for whoever came from the menu and sees no terminal."""
    return NOTE.format(why=html.escape(why))
