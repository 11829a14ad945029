"""What travels: read back equal, refused when it is wrong, chained so that nothing can be lost or changed unnoticed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agreement.agreement import Agreement
from agreement.letters import (
    GENESIS,
    MAX_BODY,
    AgentNote,
    CheckIn,
    News,
    PhotoCounts,
    Posture,
    RefusedError,
    Shed,
    Standing,
    Unknown,
    What,
    chained,
    newer,
    news,
    read,
    write,
)
from tests.agreement.cast import NOON

STANDING = Standing(4, "sunflower-1", "Sunflower 1", "Larkfield Nursery", Agreement())


def told(*what: What) -> tuple[News, ...]:
    """A chain of news."""
    pieces: list[News] = []
    for number, each in enumerate(what, 1):
        pieces.append(news(pieces[-1].chain if pieces else GENESIS, number, NOON, each))
    return tuple(pieces)


def check_in(pieces: tuple[News, ...] = ()) -> CheckIn:
    """A check-in of Sunflower 1."""
    return CheckIn("sunflower-1", 1, NOON, "0.1.0", 4, 4, Posture(PhotoCounts()), pieces)


def test_a_check_in_is_read_back_and_its_chain_holds() -> None:
    sent = check_in(told(AgentNote("started"), Shed({"app": 3})))
    heard = read(write(sent), CheckIn)
    chained(GENESIS, heard.news)
    assert [piece.said() for piece in heard.news] == [AgentNote("started"), Shed({"app": 3})]


def test_news_of_a_kind_from_the_future_is_kept_and_its_chain_holds() -> None:
    (piece,) = told(AgentNote("started"))
    body = bytes(piece.what).replace(b'"agent"', b'"hologram"')
    assert piece.chain != news(GENESIS, 1, NOON, AgentNote("other")).chain
    future = News(1, NOON, type(piece.what)(body), piece.chain)
    assert future.said() == Unknown("hologram", body)
    with pytest.raises(RefusedError, match="does not follow"):
        chained(GENESIS, [future])


@pytest.mark.parametrize("spoil", ["drop", "swap", "change", "retime"])
def test_a_chain_that_was_tampered_with_is_refused(spoil: str) -> None:
    a, b, c = told(AgentNote("a"), AgentNote("b"), AgentNote("c"))
    spoilt = {
        "drop": [a, c],
        "swap": [b, a, c],
        "change": [a, News(2, b.at, type(b.what)(b'{"type":"agent","event":"x","detail":""}'), b.chain), c],
        "retime": [a, News(2, b.at + timedelta(seconds=1), b.what, b.chain), c],
    }[spoil]
    with pytest.raises(RefusedError) as refused:
        chained(GENESIS, spoilt)
    assert refused.value.code == "broken_chain"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"x" * (MAX_BODY + 1), "too_large"),
        (b"", "malformed"),
        (b'{"device": "a"}', "malformed"),
        (b'{"device": NaN}', "malformed"),
        (b"[" * 100_000, "malformed"),
        (b'{"a":' * 100_000, "malformed"),
        (b'{"device": "\xff"}', "malformed"),
        (write(check_in()).replace(b'"sequence":1', b'"sequence":0'), "malformed"),
        (write(check_in()).replace(b'"sequence":1', b'"sequence":1e999'), "malformed"),
        (write(check_in())[:-1], "malformed"),
        (write(check_in()).replace(b'"taken":0', b'"taken":-1'), "malformed"),
        (write(check_in()).replace(b"2026-01-05T12:00:00Z", b"2026-01-05T12:00:00"), "malformed"),
    ],
)
def test_a_letter_of_the_wrong_shape_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read(body, CheckIn)
    assert refused.value.code == code


def test_a_field_from_the_future_is_ignored() -> None:
    body = write(check_in()).replace(b'"sequence":1', b'"hologram":[1],"sequence":1')
    assert read(body, CheckIn) == check_in()


@pytest.mark.parametrize(
    ("offered", "code"),
    [
        (Standing(3, "sunflower-1", "", "", Agreement()), "older"),
        (Standing(9, "bluebell-1", "", "", Agreement()), "foreign"),
    ],
)
def test_an_older_or_a_foreign_standing_is_refused(offered: Standing, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        newer(STANDING, offered)
    assert refused.value.code == code


def test_a_newer_standing_and_the_same_again_are_taken() -> None:
    later = Standing(5, "sunflower-1", "Sunflower 1", "Larkfield Nursery", replace(Agreement(), version=2))
    assert newer(None, later) == newer(STANDING, later) == later
    assert newer(STANDING, STANDING) == STANDING
