"""The letters about imports: what is written is read back, and what is too long or strange is refused."""

from datetime import UTC, datetime

import msgspec
import pytest

from agreement.facts import Publication
from agreement.imports import (
    MAX_LETTER,
    ImportList,
    ImportReady,
    Indexed,
    IndexPage,
    read_list,
    read_page,
    write,
)
from agreement.letters import RefusedError

THEN = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_list_and_a_page_come_back_as_they_were_written() -> None:
    listed = ImportList((ImportReady(3, THEN, THEN, "journal export of 24 November 2026 (import 3)", 2, 1, THEN),))
    assert read_list(write(listed)) == listed
    fingerprint = msgspec.Raw(b'{"kind":"picture"}')
    page = IndexPage(3, (Indexed("ab" * 32, 5, Publication.IN_JOURNAL, fingerprint),), "ab" * 32)
    read = read_page(write(page))
    assert (read.number, read.following) == (3, "ab" * 32)
    assert bytes(read.pictures[0].fingerprint) == bytes(fingerprint)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"number":0,"pictures":[]}', b"[" * 100_000])
def test_what_is_no_letter_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        read_page(body)
    assert refused.value.code == "malformed"


def test_a_letter_that_is_too_long_is_not_even_read() -> None:
    with pytest.raises(RefusedError) as refused:
        read_list(b" " * (MAX_LETTER + 1))
    assert refused.value.code == "too_large"
