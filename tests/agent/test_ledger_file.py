"""The ledger's file: private, bounded, and survived when the disk is full or the file is damaged."""

import contextlib
import errno
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as replaced

from agent.ledger import Ledger, ballast, outbox
from agent.ledger.database import Job
from agent.ledger.outbox import DAMAGED
from agent.ledger.schema import keep
from agreement.agreement import Agreement
from agreement.facts import Word
from agreement.letters import AgentNote, AppChanged, AppTurn, Done, OrderEnded, RefusedError, Shed, Standing
from tests.agreement.cast import NOON
from tests.parts.photos import digest, evidence, found

APP = AppChanged("dpkg", "gimp", "GIMP", AppTurn.INSTALLED)
STANDING = Standing(7, "sunflower-1", "Sunflower 1", "Larkfield Nursery", Agreement())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    made = Ledger(path)
    yield made
    made.close()


def said(ledger: Ledger) -> list[object]:
    return [news.said() for news in ledger.unsent(500)]


def test_only_the_agent_can_read_it(ledger: Ledger, path: Path) -> None:
    ledger.note([found("a.jpg")], NOON)
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in path.parent.iterdir()}
    assert set(modes.values()) == {"0o600"}
    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"


def test_a_photo_that_is_gone_leaves_no_name_behind(ledger: Ledger, path: Path) -> None:
    photo = found("Oliver-Twist-at-the-sandpit.jpg")
    ledger.note([photo], NOON)
    ledger.believe(evidence(photo))
    ledger.purged(ledger.intend(ledger.note([photo], NOON)[0]), {}, NOON)
    ledger.close()
    for file in path.parent.iterdir():
        assert b"Oliver-Twist" not in file.read_bytes(), file


def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    ledger.close()
    with pytest.raises(OSError, match="closed") as failure:
        ledger.post(AgentNote("late"), NOON)
    assert failure.value.errno == errno.EBADF


def test_threads_share_it_and_no_number_is_given_twice(ledger: Ledger) -> None:
    photos = [found(f"{n}.jpg") for n in range(40)]
    ledger.note(photos, NOON)
    sequences: list[int] = []

    def journals() -> None:
        for photo in photos:
            ledger.believe(evidence(photo))

    def courier() -> None:
        for _ in range(40):
            sequences.append(ledger.next_sequence())
            ledger.unsent(5)

    threads = [threading.Thread(target=job) for job in (journals, courier, courier)]
    for thread in threads:
        thread.start()
    for _ in range(40):
        ledger.note(photos, NOON)
        ledger.post(AgentNote("round"), NOON)
    for thread in threads:
        thread.join()
    assert sorted(sequences) == list(range(1, 81))
    assert ledger.waiting() == ()
    assert [n.number for n in ledger.unsent(500)] == list(range(1, 41))


def test_a_job_that_fails_half_way_leaves_nothing(ledger: Ledger) -> None:
    def half(connection: sqlite3.Connection) -> None:
        ledger.put(connection, AgentNote("half"), NOON)
        raise KeyError

    with pytest.raises(KeyError):
        ledger.write(half)
    assert said(ledger) == []


def test_an_outbox_that_is_too_long_sheds_the_least_first_and_counts_it(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MAX_ROWS", 10)
    ledger.post(OrderEnded("lock", "INC-1", Done.DONE, "every session is locked"), NOON)
    for _ in range(6):
        ledger.post(AgentNote("note"), NOON)
    for _ in range(9):
        ledger.post(APP, NOON)
    pieces = ledger.unsent(500)
    assert [p.number for p in pieces] == list(range(1, len(pieces) + 1))
    kinds = [type(p.said()) for p in pieces]
    assert (kinds.count(OrderEnded), kinds.count(AppChanged), kinds.count(AgentNote)) == (1, 9, 0)
    assert Shed({"agent": 6}) in said(ledger)


def test_what_was_numbered_and_what_is_vital_is_never_shed(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.post(AgentNote("first"), NOON)
    (first,) = ledger.unsent(500)
    monkeypatch.setattr(outbox, "MAX_ROWS", 3)
    for n in range(20):
        ledger.post(OrderEnded("lock", f"INC-{n}", Done.DONE), NOON)
    assert ledger.unsent(1) == (first,)
    assert len(ledger.unsent(500)) == 21


def test_the_ballast_is_really_allocated(ledger: Ledger, path: Path) -> None:
    assert not ledger.tight
    laid = path.with_name("ledger.sqlite3.ballast").stat()
    assert laid.st_size == ballast.SIZE
    assert laid.st_blocks * 512 >= ballast.SIZE


def test_a_read_only_disk_is_an_error_of_the_system(ledger: Ledger) -> None:
    ledger._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(OSError, match="cannot be written") as failure:
        ledger.post(AgentNote("note"), NOON)
    assert failure.value.errno == errno.EROFS


def spoil(path: Path) -> None:
    """Overwrite the heads of the pages, as a bad card would."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(0, size, 4096):
            file.seek(page + (100 if page == 0 else 0))
            file.write(b"\xa5" * 64)


@pytest.mark.parametrize("damage", ["pages", "garbage", "cut"])
def test_a_damaged_ledger_is_put_aside_and_nothing_is_purged_on_old_belief(path: Path, damage: str) -> None:
    photo = found("a.jpg")
    ledger = Ledger(path)
    ledger.note([photo], NOON)
    ledger.believe(evidence(photo))
    ledger.next_sequence()
    ledger.close()
    match damage:
        case "pages":
            spoil(path)
        case "garbage":
            path.write_bytes(b"not a ledger" * 1000)
        case _:
            path.write_bytes(path.read_bytes()[:5000])
    ledger = Ledger(path, lambda: NOON)
    (seen,) = ledger.note([photo], NOON)
    assert seen.evidence is None
    (note,) = said(ledger)
    assert isinstance(note, AgentNote)
    assert note.event == DAMAGED
    assert "no photo is purged until it is proved again" in note.detail
    assert ledger.next_sequence() == 1
    ledger.close()
    assert path.with_name("ledger.sqlite3.damaged-1").exists()


def test_a_damaged_ledger_still_knows_the_standing_where_it_can_be_read(path: Path) -> None:
    ledger = Ledger(path)
    ledger.keep(STANDING)
    for n in range(300):
        ledger.post(AgentNote("filler", f"{n}" * 500), NOON)
    ledger.close()
    whole = path.read_bytes()
    with path.open("r+b") as file:
        file.seek(len(whole) - 4096)
        file.write(b"\xa5" * 4096)
    ledger = Ledger(path)
    assert ledger.standing() == STANDING
    assert path.with_name("ledger.sqlite3.damaged-1").exists()
    ledger.close()


def test_damage_found_while_running_is_told_and_the_agent_goes_on(path: Path) -> None:
    ledger = Ledger(path, lambda: NOON)
    photos = [found(f"{n}.jpg") for n in range(200)]
    ledger.note(photos, NOON)
    ledger.believe(evidence(photos[0]))
    ledger._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger._connection.execute("PRAGMA cache_size = 0")
    spoil(path)
    ledger._connection.execute("PRAGMA shrink_memory")
    ledger.anew()
    with pytest.raises(OSError, match="damaged"):
        ledger.note(photos, NOON)
    seen = ledger.note(photos, NOON)
    assert [p.evidence for p in seen if p.evidence] == []
    assert [type(w) for w in said(ledger)] == [AgentNote]
    ledger.close()


def test_only_a_few_damaged_ledgers_are_kept(path: Path) -> None:
    for _ in range(6):
        Ledger(path).close()
        path.write_bytes(b"not a ledger" * 1000)
    Ledger(path).close()
    aside = sorted(file.name for file in path.parent.glob("*.damaged-*"))
    assert aside == [f"ledger.sqlite3.damaged-{n}" for n in (4, 5, 6)]


def test_the_ledger_of_a_newer_agent_is_left_alone(path: Path) -> None:
    ledger = Ledger(path)
    ledger._connection.execute("PRAGMA user_version = 99")
    ledger.close()
    before = digest(path.read_bytes())
    with pytest.raises(OSError, match="newer agent"):
        Ledger(path)
    assert digest(path.read_bytes()) == before


FIRST = Path(__file__).parent.parent / "data" / "ledgers" / "version-1.sql"


def test_a_ledger_of_the_first_version_is_brought_up_to_date(path: Path) -> None:
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript(FIRST.read_text())
    ledger = Ledger(path)
    assert [photo.path for photo in ledger.note(ledger.waiting(), NOON)] == ["/home/cleo/DCIM/b.jpg"]
    (intent,) = ledger.intents()
    assert (intent.file.path, intent.box) == ("/home/cleo/DCIM/a.jpg", None)
    ledger.purged(intent, {}, NOON)
    counts = ledger.counts(NOON, 0)
    assert (counts.taken, counts.waiting, counts.purged, counts.gone) == (3, 1, 1, 1)
    assert ledger.say(digest("b.jpg"), Word.KEEP, NOON) is True
    ledger.close()
    assert Ledger(path).counts(NOON, 0).purged == 1


def test_a_link_in_the_place_of_the_ledger_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(path.parent / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        Ledger(path)


def test_an_older_standing_that_comes_at_the_same_time_never_stands_over_a_newer(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.keep(STANDING)
    lost = replaced(STANDING, sequence=9)
    poll = threading.Thread(target=ledger.keep, args=(lost,))
    write = ledger.write

    def interrupted(job: Job[Any]) -> Any:
        monkeypatch.undo()
        poll.start()
        poll.join(0.3)  # the long poll comes in between, as far as it is let
        return write(job)

    monkeypatch.setattr(ledger, "write", interrupted)
    ledger.keep(replaced(STANDING, sequence=8))
    poll.join()
    assert ledger.standing() == lost
    ledger.close()
    reopened = Ledger(path)
    assert reopened.standing() == lost
    reopened.close()


def test_a_standing_that_cannot_be_read_any_more_makes_way_for_the_next(ledger: Ledger) -> None:
    ledger.write(lambda connection: keep(connection, "standing", b'{"sequence": "seven"}'))
    with pytest.raises(RefusedError):
        ledger.standing()
    ledger.keep(STANDING)
    assert ledger.standing() == STANDING


def test_a_photo_that_moves_while_the_disk_is_full_is_still_one_photo(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = found("a.jpg")
    ledger.note([photo], NOON)

    def full(_: object) -> None:
        monkeypatch.undo()
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(ledger, "settle", full)
    ledger.note([replace(photo, path=photo.path.replace("a.jpg", "b.jpg"))], NOON)
    counts = ledger.counts(NOON, 0)
    assert (counts.taken, counts.waiting) == (1, 1)
