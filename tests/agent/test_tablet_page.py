"""How the page is opened, what it says and when it ends; without a browser."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

from agent.tablet_page import handing, wording
from agent.tablet_page.entry import GOOD_FOR, Entry
from agent.tablet_page.line import NoAgentError, call
from agent.tablet_page.pictures import Artist, Pictures
from agent.tablet_page.visit import IDLE, NOTE_STAYS, Note, Visit
from agreement.facts import Said, Word
from tests.fakes.clock import NOON
from tests.parts.door import OpenTablet, opened, shown
from tests.parts.door import line as line_to
from tests.parts.needs import needs
from tests.parts.waiting import eventually

BROWSER = """#!/bin/sh
# Stands for the browser: notes how it was called, and the file that it was handed.
printf '%s\\n' "$@" > "{folder}/arguments"
stat -c %a "$1" > "{folder}/mode"
cp "$1" "{folder}/handed.part" && mv "{folder}/handed.part" "{folder}/handed"
"""
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def tablet(tmp_path: Path) -> Iterator[OpenTablet]:
    with opened(tmp_path / "tablet") as tablet:
        yield tablet


@dataclass
class Session:
    """A desktop session: its own folder, and a browser that a script stands for."""

    folder: Path

    def __post_init__(self) -> None:
        self.runtime = self.folder / "runtime"
        self.runtime.mkdir(mode=0o700)
        browser = self.folder / "browser"
        browser.write_text(BROWSER.format(folder=self.folder))
        browser.chmod(0o755)
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ}
        self.environment = kept | {"XDG_RUNTIME_DIR": str(self.runtime), "BROWSER": str(browser)}

    def opens(self, tablet: Path) -> subprocess.Popen[str]:
        """The menu entry is touched."""
        command = [sys.executable, "-m", "agent", "page", "--home", str(tablet)]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def handed(self) -> str:
        """What the browser was handed, once it was."""
        eventually((self.folder / "handed").exists, within=60)
        return (self.folder / "handed").read_text()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path)


@needs("/usr/bin/xdg-open")
def test_the_browser_is_handed_a_file_of_this_person_alone_and_no_token_is_on_a_command_line(
    tablet: OpenTablet, session: Session
) -> None:
    process = session.opens(tablet.state)
    try:
        page = session.handed()
        (token,) = re.findall(r'name="token" value="([^"]+)"', page)
        assert re.search(r'action="http://127\.0\.0\.1:\d+/enter"', page)
        assert (session.folder / "mode").read_text() == "600\n"
        assert token not in (session.folder / "arguments").read_text()
        assert token not in Path(f"/proc/{process.pid}/cmdline").read_text()
        assert token not in Path(f"/proc/{process.pid}/environ").read_text()
        folder = session.runtime / "safeuse"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (handed,) = folder.iterdir()
        (action,) = re.findall(r'action="([^"]+)"', page)
        assert requests.post(action, data={"token": token}, headers={"Origin": "null"}, timeout=60).ok
        eventually(lambda: not handed.exists(), within=60, what="the file goes once its token is used")
        tablet.door.stop()
        out, err = process.communicate(timeout=60)
        assert (out, token in err) == ("", False)
        assert not any(token in path.read_text() for path in folder.iterdir())
    finally:
        process.kill()
        process.communicate()


@needs("/usr/bin/xdg-open")
def test_who_comes_from_the_menu_is_told_in_the_browser_why_there_is_no_page(session: Session) -> None:
    process = session.opens(session.folder)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "does not run on this tablet" in " ".join(err.split())
    assert "does not run on this tablet" in session.handed()


@pytest.mark.parametrize("given", [{}, {"XDG_RUNTIME_DIR": ""}, {"XDG_RUNTIME_DIR": "relative"}])
def test_without_a_folder_of_the_session_that_is_said(given: dict[str, str]) -> None:
    with pytest.raises(NoAgentError, match="XDG_RUNTIME_DIR"):
        handing.runtime_folder(given)


@pytest.mark.parametrize("spoil", ["open to others", "a link", "a file", "nowhere"])
def test_a_folder_that_is_not_this_persons_alone_is_refused(tmp_path: Path, spoil: str) -> None:
    place = tmp_path / "safeuse"
    if spoil == "open to others":
        place.mkdir()
        place.chmod(0o755)
    elif spoil == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        place.symlink_to(tmp_path / "elsewhere")
    elif spoil == "a file":
        place.touch()
    given = tmp_path / "no" / "where" if spoil == "nowhere" else tmp_path
    with pytest.raises(NoAgentError, match="Nothing was opened"):
        handing.runtime_folder({"XDG_RUNTIME_DIR": str(given)})


def test_what_a_page_that_was_cut_short_left_is_swept_up(tmp_path: Path) -> None:
    left, fresh = handing.write(tmp_path, "old"), handing.write(tmp_path, "fresh")
    (tmp_path / "other.html").touch()
    os.utime(left, (0, 0))
    handing.write(tmp_path, "new")
    assert not left.exists()
    assert fresh.exists()
    assert (tmp_path / "other.html").exists()


def test_what_is_said_in_the_browser_is_no_markup() -> None:
    assert "<script>" not in handing.note("<script>alert(1)</script>")


# when it ends


@pytest.fixture
def visiting(tablet: OpenTablet) -> Iterator[Visit]:
    line = call([tablet.state])
    yield Visit(line, Pictures(Artist()), Entry(1000.0))
    line.close()


@pytest.mark.parametrize(
    ("comes_in", "at", "over"),
    [
        (False, GOOD_FOR, False),
        (False, GOOD_FOR + 1, True),
        (True, IDLE, False),
        (True, IDLE + 1, True),
    ],
    ids=["token still good", "nobody came", "not long untouched", "long untouched"],
)
def test_a_page_ends_when_nobody_came_or_nobody_touches_it(
    visiting: Visit, monkeypatch: pytest.MonkeyPatch, *, comes_in: bool, at: float, over: bool
) -> None:
    monkeypatch.setattr(Visit, "now", lambda _: 1000.0)
    if comes_in:
        assert visiting.entry.redeem(visiting.entry.token, 1000.0)
    visiting.touch()
    assert not visiting.is_over()
    monkeypatch.setattr(Visit, "now", lambda _: 1000.0 + at)
    assert visiting.is_over() is over


def test_a_page_ends_with_its_agent_and_when_it_is_left(visiting: Visit, tablet: OpenTablet) -> None:
    visiting.touch()
    visiting.entry.made_at = visiting.now()
    assert not visiting.is_over()
    tablet.door.stop()
    assert visiting.is_over()
    visiting.leave()
    assert visiting.is_over()
    assert not visiting.entry.is_waiting(visiting.now())


def test_what_a_touch_did_is_said_for_a_while_and_then_no_more(
    visiting: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Visit, "now", lambda _: 1000.0)
    assert visiting.told() is None
    visiting.tell(Note("Noted."))
    assert visiting.told() == visiting.told() == Note("Noted.")
    monkeypatch.setattr(Visit, "now", lambda _: 1000.0 + NOTE_STAYS + 1)
    assert visiting.told() is None


# what it says


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=30), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=4, minutes=59), "4 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=9), "9 days ago"),
        (-timedelta(hours=1), "just now"),
    ],
)
def test_ages_are_said_as_a_person_says_them(ago: timedelta, said: str) -> None:
    assert wording.Now(NOON, LONDON).age(NOON - ago) == said


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(hours=6), "18:00 today"),
        (timedelta(hours=12), "00:00 tomorrow"),
        (-timedelta(hours=13), "23:00 yesterday"),
        (timedelta(days=4), "12:00 on Friday"),
        (timedelta(days=30), "12:00 on 4 February"),
        (timedelta(days=180), "13:00 on 4 July"),  # summer time
    ],
)
def test_moments_are_said_by_the_nurserys_own_clock(ahead: timedelta, said: str) -> None:
    assert wording.Now(NOON, LONDON).when(NOON + ahead) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(hours=72), "72 hours"),
        (timedelta(days=7), "7 days"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=30), "30 minutes"),
        (timedelta(seconds=5), "1 minute"),
    ],
)
def test_lengths_are_said_in_their_unit(length: timedelta, said: str) -> None:
    assert wording.span(length) == said


@pytest.mark.parametrize(("number", "said"), [(0, "Nothing waits"), (1, "1 photo is waiting"), (2, "2 photos are")])
def test_the_first_sentence_says_how_things_stand(number: int, said: str) -> None:
    assert wording.headline(number).startswith(said)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"recovery": "ab" * 32}, "leaves within about a minute"),
        ({}, "stays until the manager’s side has sent the key"),
    ],
)
def test_no_more_is_promised_of_a_word_than_will_happen(tablet: OpenTablet, terms: dict[str, str], said: str) -> None:
    tablet.change(**terms)
    digest = tablet.take("a.jpg")
    tablet.tablet.ledger.say(digest, Word.ADDED, NOON)
    with line_to(tablet) as line:
        seen = shown(line)
    (photo,) = seen.photos
    assert photo.said == Said(Word.ADDED, NOON)
    assert said in wording.outcome(photo, seen)
