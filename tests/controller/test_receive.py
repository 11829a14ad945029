"""Receiving, on a real database: nothing is lost and nothing counts twice, whatever goes wrong on the way."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.letters import GENESIS, AgentNote, CheckIn, Enrol, News, Problem, Receipt, news, write
from controller import tablets
from controller.presence import Presence
from controller.receive import read_letter, receive
from controller.records import Author, DeviceState, IssuedCode, Proof, Setting, TabletState
from controller.store.books import SqlStore
from controller.store.database import Database
from controller.store.tables import metadata
from tests.fakes.tablet import FREE_CAFE, LARKFIELD, posture

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ADA = Author("Ada", NOON)
DEVICE = "sunflower-1"
NONCES = count()


@contextmanager
def books_open() -> Iterator[SqlStore]:
    """A database with one tablet in it."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "safeuse.sqlite3")
        try:
            yield settled(SqlStore(database))
        finally:
            database.close()


def settled(store: SqlStore) -> SqlStore:
    """Larkfield Nursery, with Sunflower 1."""
    code = IssuedCode("hash", "Sunflower 1", "main", None, "Ada", NOON, NOON, NOON)
    store.database.write(metadata.create_all)
    store.write(lambda books: books.agreements.found(Setting("main", "Larkfield Nursery")))
    store.write(lambda books: books.devices.add(DEVICE, code, Enrol("", "00" * 32, "0.1.0"), NOON))
    return store


def deliver(store: SqlStore, letter: CheckIn, now: datetime = NOON) -> Receipt | Problem:
    """Hand one letter in, as it travels."""
    arrived = read_letter(write(letter), DEVICE)
    proof = Proof(int(now.timestamp()), f"nonce-{next(NONCES)}")
    return store.write(lambda books: receive(books, arrived, proof, now))


def letter(sequence: int, *pieces: News, **changes: object) -> CheckIn:
    """One check-in of Sunflower 1."""
    return CheckIn(DEVICE, sequence, NOON, "0.1.0", 1, 1, posture(**changes), pieces)


def told(store: SqlStore) -> list[int]:
    """The numbers of all news in the books, in their order."""
    with store.read() as books:
        return [one.number for one in reversed(books.reports.of(DEVICE, 10_000))]


def written(many: int) -> list[News]:
    """So many pieces of news, chained."""
    pieces: list[News] = []
    for number in range(1, many + 1):
        pieces.append(news(pieces[-1].chain if pieces else GENESIS, number, NOON, AgentNote(f"note {number}")))
    return pieces


STEPS = st.lists(st.sampled_from(["happen", "send", "receipt lost", "letter lost", "send few"]), max_size=40)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_nothing_is_lost_and_nothing_counts_twice_on_a_bad_line(steps: list[str]) -> None:
    pieces, confirmed, sequence = written(len(steps)), 0, 0
    happened = 0
    with books_open() as store:
        for step in steps:
            if step == "happen":
                happened += 1
                continue
            sequence += 1
            last = min(happened, confirmed + 2) if step == "send few" else happened
            if step == "letter lost":
                continue
            receipt = deliver(store, letter(sequence, *pieces[confirmed:last]))
            assert isinstance(receipt, Receipt)
            assert receipt.number >= last
            if step != "receipt lost":
                confirmed = receipt.number
            assert told(store) == list(range(1, receipt.number + 1))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_news_that_was_tampered_with_is_never_taken(before: int, after: int, data: st.DataObject) -> None:
    pieces = written(before + after)
    broken = data.draw(st.integers(before, before + after - 1))
    how = data.draw(st.sampled_from(["dropped", "changed", "swapped"]))
    rest = pieces[before:]
    index = broken - before
    if how == "dropped" and index < len(rest) - 1:
        del rest[index]
    elif how == "swapped" and index < len(rest) - 1:
        rest[index], rest[index + 1] = rest[index + 1], rest[index]
    else:
        rest[index] = News(rest[index].number, NOON + timedelta(seconds=1), rest[index].what, rest[index].chain)
    with books_open() as store:
        assert isinstance(deliver(store, letter(1, *pieces[:before])), Receipt)
        refusal = deliver(store, letter(2, *rest))
        assert isinstance(refusal, Problem)
        assert refusal.code in {"gap", "broken_chain"}
        assert told(store) == list(range(1, before + 1))
        with store.read() as books:
            device = books.devices.get(DEVICE)
        assert device is not None
        assert (device.state, device.held_code) == (DeviceState.HELD, refusal.code)


def test_a_network_has_its_first_and_last_time_by_the_tablet() -> None:
    with books_open() as store:
        for hour, network in enumerate((LARKFIELD, LARKFIELD, FREE_CAFE, LARKFIELD), start=1):
            at = NOON + timedelta(hours=hour)
            one = CheckIn(DEVICE, hour, at, "0.1.0", 1, 1, posture(networks=(network,)))
            assert isinstance(deliver(store, one, at), Receipt)
        with store.read() as books:
            seen = {one.name: (one.first_at - NOON, one.last_at - NOON) for one in books.networks.seen("main")}
    hours = [timedelta(hours=n) for n in range(5)]
    assert seen == {"Larkfield": (hours[1], hours[4]), "FreeCafe": (hours[3], hours[4])}


def test_a_silent_tablet_is_off_and_one_that_holds_the_line_is_not() -> None:
    with books_open() as store:
        deliver(store, letter(1))
        later, presence = NOON + timedelta(hours=1), Presence()
        with store.read() as books:
            assert tablets.every(books, presence, later)[0].state is TabletState.OFF
        presence.heard(DEVICE, later)
        assert presence.flush(store) == 1
        assert presence.flush(store) == 0
        with store.read() as books:
            card = tablets.every(books, Presence(), later)[0]
        assert (card.state, card.heard_at) == (TabletState.SAFE, later)
        assert [one.hour for one in card.strip] == [NOON, later]


def test_a_clock_that_is_far_off_does_not_hide_when_it_was_heard() -> None:
    with books_open() as store:
        early = CheckIn(DEVICE, 1, NOON - timedelta(days=9000), "0.1.0", 1, 1, posture())
        deliver(store, early)
        with store.read() as books:
            device = books.devices.get(DEVICE)
    assert device is not None
    assert (device.heard_at, device.told_at) == (NOON, early.at)
