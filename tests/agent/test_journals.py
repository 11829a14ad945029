"""The journals from the agent's side: real child processes, evidence by callback, never in the way of a round."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.journals import Journal, Journals, JournalSettingsError, child, parse
from agent.journals.turns import FIRST_PAUSE, LAST_PAUSE, Turns
from agent.media import Media
from agent.seams.photos import FoundFile
from agreement.facts import Evidence, Strength
from tests.agreement.cast import NOON
from tests.parts import hanging_way
from tests.parts.journal_places import password_file
from tests.parts.photos import SETTLE, settled, write
from tests.parts.program import ROOT, run
from tests.parts.waiting import eventually

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


class Tablet:
    """Sunflower 1 with some photos, a folder that is its journal, and what it came to believe."""

    def __init__(self, home: Path) -> None:
        self.drop, self.state = home / "drop", home / "state"
        for folder in (self.drop, self.state, home / "DCIM"):
            folder.mkdir()
        self.camera, self.believed = home / "DCIM", list[Evidence]()
        self.journal = Journal("drop", "folder", path=str(self.drop), deliver=True, same_disk=True)
        self.started: list[Journals] = []

    def take(self, *names: str) -> tuple[FoundFile, ...]:
        for name in names:
            write(self.camera / name, os.fsencode(name) * 100)
        return settled(Media([self.camera], settle=SETTLE))

    def journals(self, *journals: Journal, believe: Callable[[Evidence], Any] | None = None) -> Journals:
        made = Journals(journals or [self.journal], believe or self.believed.append, lambda: NOON, self.state)
        self.started.append(made)
        return made


@pytest.fixture
def tablet(tmp_path: Path) -> Iterator[Tablet]:
    made = Tablet(tmp_path)
    yield made
    for journals in made.started:
        journals.stop()


def test_what_waits_is_delivered_and_believed(tablet: Tablet) -> None:
    files = tablet.take("a.jpg", "b\nc.jpg", "\udcff.jpg")
    tablet.journals().consider(files)
    eventually(lambda: len(tablet.believed) == 3)
    assert set(tablet.believed) == {Evidence(f.digest, Strength.DELIVERED, "drop (folder)", NOON) for f in files}


def test_considering_never_waits_for_the_journal(tablet: Tablet) -> None:
    held = threading.Event()

    def slow(_: Evidence) -> None:
        held.wait(10)

    journals = tablet.journals(believe=slow)
    files = tablet.take("a.jpg", "b.jpg")
    for _ in range(100):
        journals.consider(files)
    held.set()


def test_photos_taken_while_it_is_away_come_next(tablet: Tablet) -> None:
    held = threading.Event()

    def slow(evidence: Evidence) -> None:
        held.wait(10)
        tablet.believed.append(evidence)

    journals = tablet.journals(believe=slow)
    journals.consider(tablet.take("a.jpg"))
    eventually(lambda: any(tablet.drop.iterdir()))
    journals.consider(tablet.take("b.jpg"))
    held.set()
    eventually(lambda: len({e.digest for e in tablet.believed}) == 2)


def test_the_second_journal_is_only_asked_for_what_the_first_does_not_have(tablet: Tablet, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    files = tablet.take("a.jpg", "b.jpg")
    write(archive / "export.jpg", b"b.jpg" * 100)
    find = Journal("archive", "folder", path=str(archive), same_disk=True)
    tablet.journals(find, tablet.journal).consider(files)
    eventually(lambda: len(tablet.believed) == 2)
    strengths = {e.digest: (e.strength, e.source) for e in tablet.believed}
    assert strengths == {
        files[0].digest: (Strength.DELIVERED, "drop (folder)"),
        files[1].digest: (Strength.PUBLISHED, "archive (folder)"),
    }


def test_trouble_is_told_in_words_and_goes_when_it_is_over(tablet: Tablet, tmp_path: Path) -> None:
    missing = replace(tablet.journal, path=str(tmp_path / "later"), name="share")
    journals = tablet.journals(missing)
    journals.consider(tablet.take("a.jpg"))
    eventually(lambda: "share" in journals.troubles)
    assert "No such file" in journals.troubles["share"]
    assert tablet.believed == []


def test_evidence_that_cannot_be_written_down_is_trouble_and_asked_for_again(tablet: Tablet) -> None:
    def full(_: Evidence) -> None:
        raise OSError(28, "No space left on device")

    journals = tablet.journals(believe=full)
    journals.consider(tablet.take("a.jpg"))
    eventually(lambda: "No space left" in journals.troubles.get("drop", ""))


def test_a_child_that_dies_is_trouble(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    journals = tablet.journals()
    journals.consider(tablet.take("a.jpg"))
    trouble = str(eventually(lambda: journals.troubles.get("drop")))
    assert "ended unexpectedly" in trouble or "Broken pipe" in trouble


@pytest.mark.parametrize("saying", ["nonsense", '"text"', '{"proved": 7}', "x" * 200_000])
def test_a_child_that_says_nonsense_proves_nothing(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, saying: str
) -> None:
    (tmp_path / "said").write_text(saying + "\n")
    (tmp_path / "liar").write_text(f"#!/bin/sh\ncat {tmp_path}/said\nexit 1\n")
    (tmp_path / "liar").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "liar"))
    journals = tablet.journals()
    journals.consider(tablet.take("a.jpg"))
    eventually(lambda: "drop" in journals.troubles)
    assert tablet.believed == []


def test_a_child_that_falls_silent_is_ended(tablet: Tablet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(child, "SILENCE", 0.2)
    (tmp_path / "mute").write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    (tmp_path / "mute").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "mute"))
    journals = tablet.journals()
    journals.consider(tablet.take("a.jpg"))
    assert "nothing moved" in str(eventually(lambda: journals.troubles.get("drop")))


def test_stopping_ends_a_child_that_hangs(tablet: Tablet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = tmp_path / "pid"
    (tmp_path / "mute").write_text(f"#!/bin/sh\necho $$ >{pid}.new\nmv {pid}.new {pid}\nexec tail -f /dev/null\n")
    (tmp_path / "mute").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "mute"))
    journals = tablet.journals()
    journals.consider(tablet.take("a.jpg"))
    eventually(pid.exists)
    journals.stop()
    journals.consider(tablet.take("b.jpg"))
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()
    assert journals.troubles == {}


def test_the_password_is_neither_in_the_arguments_nor_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "MODULE", hanging_way.__name__)
    secret = password_file(tmp_path)
    journal = Journal("j", "webdav", "https://cloud.example/", username="tablet", password_file=str(secret))
    started = child.Child(journal, [], None)
    number = next(started.lines())["pid"]
    shown = [Path(f"/proc/{number}/{name}").read_text() for name in ("cmdline", "environ")]
    started.close()
    assert "hanging_way" in shown[0]
    assert secret.read_text().strip() not in "".join(shown)


ORPHAN = """
import sys, threading
from agent.journals import Journal, child
from tests.parts import hanging_way
child.MODULE = hanging_way.__name__
started = child.Child(Journal("j", "folder", path="/"), [], None)
for line in started.lines():
    print(line["pid"], flush=True)
"""


def test_a_child_does_not_outlive_the_agent() -> None:
    """The agent is killed while its child hangs at a journal."""
    with subprocess.Popen([sys.executable, "-B", "-c", ORPHAN], cwd=ROOT, stdout=subprocess.PIPE, text=True) as agent:
        assert agent.stdout
        number = int(agent.stdout.readline())
        agent.kill()
    eventually(lambda: not is_running(number))


def is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_importing_the_journals_loads_nothing_heavy() -> None:
    assert (
        run("import sys, agent.journals; print(sorted({'requests', 'paramiko', 'urllib3'} & {*sys.modules}))") == "[]\n"
    )


def test_a_journal_is_left_alone_after_a_failure_ever_longer_and_asked_at_once_for_new_photos() -> None:
    turns = Turns(Journal("j", "folder", path="/x", look_every=timedelta(seconds=60)))
    assert turns.is_due({"a"}, 0)
    assert not turns.is_due((), 0)
    turns.went({"a"}, "", 0)
    assert not turns.is_due({"a"}, 59)
    assert turns.is_due({"a"}, 60)
    assert turns.is_due({"a", "b"}, 1)
    turns.went({"a"}, "down", 100)
    assert not turns.is_due({"b"}, 100 + FIRST_PAUSE - 1)
    assert turns.is_due({"b"}, 100 + FIRST_PAUSE)
    for _ in range(20):
        turns.went({"a"}, "down", 200)
    assert not turns.is_due({"b"}, 200 + LAST_PAUSE - 1)
    assert turns.is_due({"b"}, 200 + LAST_PAUSE)
    turns.went({"b"}, "", 2000)
    assert turns.trouble == ""
    assert turns.is_due({"c"}, 2000)


WEBDAV = {"name": "drop", "kind": "webdav", "url": "https://cloud.example/dav/"}
SFTP = {"name": "s", "kind": "sftp", "host": "h", "path": "/p", "username": "u", "key_file": "/k", "host_key": HOST_KEY}
FOLDER = {"name": "f", "kind": "folder", "path": "/mnt/journal"}


@pytest.mark.parametrize("table", [WEBDAV, SFTP, FOLDER, {**WEBDAV, "pin": "AB:" * 31 + "AB", "look_every": "PT30S"}])
def test_sound_settings_are_read(table: dict[str, Any]) -> None:
    (journal,) = parse([table], [Path("/home/cleo/DCIM")])
    assert journal.source == f"{table['name']} ({table['kind']})"


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ([{**WEBDAV, "pasword_file": "/x"}], "'pasword_file' is not a setting"),
        ([{**WEBDAV, "url": "http://cloud.example/"}], "in the clear"),
        ([{**WEBDAV, "url": "https://ada:secret@cloud.example/"}], "password into password_file"),
        ([{**WEBDAV, "url": "cloud.example"}], "address of a folder"),
        ([{**WEBDAV, "pin": "12:34"}], "fingerprint"),
        ([{**WEBDAV, "deliver": "yes"}], "Expected `bool`"),
        ([{**WEBDAV, "look_every": "PT0S"}], "longer than nothing"),
        ([{**WEBDAV, "name": " "}], "needs a name"),
        ([WEBDAV, WEBDAV], "two journals have this name"),
        ([{**SFTP, "host_key": ""}], "host_key is missing"),
        ([{**SFTP, "host_key": "AAAA"}], "public key"),
        ([{**SFTP, "key_file": ""}], "key_file or a password_file"),
        ([{**FOLDER, "path": "mnt"}], "whole path"),
        ([{**FOLDER, "path": "/home/cleo/DCIM/journal"}], "every photo would prove itself"),
        ([{**FOLDER, "path": "/home/cleo"}], "every photo would prove itself"),
        ([{"name": "x", "kind": "ftp"}], "ftp"),
        ([{"name": "x"}], "kind"),
    ],
)
def test_settings_that_would_harm_are_refused_with_the_reason(tables: list[dict[str, Any]], why: str) -> None:
    with pytest.raises(JournalSettingsError, match=why):
        parse(tables, [Path("/home/cleo/DCIM")])


def test_a_folder_that_leads_to_the_photos_through_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "DCIM").mkdir()
    (tmp_path / "journal").symlink_to(tmp_path / "DCIM")
    with pytest.raises(JournalSettingsError, match="prove itself"):
        parse([{**FOLDER, "path": str(tmp_path / "journal")}], [tmp_path / "DCIM"])
