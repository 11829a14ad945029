"""An incident as a letter and as PDF: queued is never shown as confirmed, and no name can break it."""

import io
from dataclasses import replace
from datetime import timedelta

import pypdf
import pytest

from agreement.facts import Medium, Security
from agreement.letters import PhotoCounts
from controller.incidents import Report
from controller.letter import Letter, letter
from controller.records import Entry, EntryKind, NetworkSeen
from controller.reports import pdf
from tests.controller.cast import NOW, WALL, ago, device, incident, replace_posture

SEEN = NetworkSeen(
    "bluebell-1",
    "wifi|x",
    Medium.WIFI,
    "Larkfield",
    Security.WPA2,
    "02:aa:aa:aa:aa:01",
    "10.77.0.1",
    "02:aa:aa:aa:aa:02",
    "wlan0",
    ago(days=3),
    ago(minutes=57),
)


def written(name: str = "Bluebell 1", what: str = "Dev reported Bluebell 1 lost.", **changes: object) -> Letter:
    """The letter of an incident of which one line is known."""
    entry = Entry("20261106-abcd", ago(minutes=42), ago(minutes=42), "Dev", EntryKind.REPORTED, what)
    known = device(name, heard_at=ago(minutes=57), told_at=ago(minutes=57))
    held = replace(incident(), **changes)  # type: ignore[arg-type]  # the tests name real fields
    return letter(Report(held, (entry,), known, (SEEN,), 41), "Larkfield Nursery", WALL)


def text_of(document: bytes) -> str:
    """What a reader copies out of a PDF, without line breaks."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages).split())


def test_the_letter_says_who_reported_what_and_where_it_was_last_seen() -> None:
    said = " ".join(written().happened)
    assert "Dev reported Bluebell 1 lost on Friday 6 November 2026 at 13:20 GMT." in said
    assert "It was last seen: the park, after lunch." in said
    assert "The tablet itself was last heard 15 minutes before that" in said


def test_the_deadline_of_the_regulator_is_counted_from_the_report() -> None:
    assert "until Monday 9 November 2026 at 13:20 GMT (71 hours left)" in " ".join(written().happened)


def test_what_was_on_it_carries_the_age_of_the_knowledge() -> None:
    said = " ".join(written().on_it)
    assert "said 15 minutes before the report" in said
    assert "3 photos and videos were on it that were not known to be in the journal, 11 MB." in said
    assert "2 of them should have been in the journal already." in said
    assert "encrypted" in said


def test_what_was_sealed_on_it_is_told_apart_from_what_lay_open() -> None:
    counts = PhotoCounts(waiting=1, waiting_bytes=4_000_000, held=2, discarded=1, asked=1)
    said = " ".join(written(posture=replace_posture(photos=counts)).on_it)
    assert "1 photo or video was on it that was not known to be in the journal, 4.0 MB. 1 of them may be in it" in said
    assert "2 photos and videos were sealed on it, removed because someone had said that they may go." in said
    assert "only with the nursery’s recovery key, which is not on the tablet" in said
    assert "Before that, 1 photo or video was let go on a person’s word, without proof" in said


def test_with_nothing_but_sealed_photos_it_is_not_called_empty() -> None:
    said = " ".join(written(posture=replace_posture(photos=PhotoCounts(held=1))).on_it)
    assert "No photo or video was on it in clear" in said
    assert "1 photo or video was sealed on it" in said


def test_an_agent_that_seals_nothing_is_claimed_nothing_of() -> None:
    assert "sealed" not in " ".join(written().on_it)


def test_a_lock_that_was_only_asked_for_is_not_confirmed_and_is_said_to_be_unknown() -> None:
    sent = written()
    assert [step.confirmed for step in sent.steps] == ["", ""]
    assert any("Whether it is locked" in one for one in sent.unknown)


def test_a_lock_that_the_tablet_confirmed_has_its_time() -> None:
    done = written(applied_at=ago(minutes=41), locked_at=ago(minutes=41), locked_detail="2 sessions locked")
    assert done.steps[1].confirmed == "6 Nov 2026, 13:21:00 GMT: 2 sessions locked"
    assert not any("Whether it is locked" in one for one in done.unknown)


def test_what_nobody_can_know_is_said_plainly() -> None:
    blind = written(posture=replace_posture(encrypted=None))
    assert "Who had the tablet: Safeuse does not record who uses one." in blind.unknown
    assert "Whether its storage is encrypted." in blind.unknown


def test_a_tablet_that_never_checked_in_is_claimed_nothing_of() -> None:
    never = written(posture=None, told_at=None, heard_at=None)
    assert never.on_it == ("Nothing is known of what was on it: it had never checked in.",)


def test_the_pdf_has_the_facts() -> None:
    said = text_of(pdf(written()))
    for fact in (
        "Bluebell 1 is lost.",
        "Pine64",
        "PineTab 2",
        "PT2-0007",
        "02:00:00:00:00:07",
        "the park, after lunch",
        "Not confirmed",
        "Its storage was encrypted",
        "3 photos and videos",
        "Who had the tablet",
        "GMT",
        "Larkfield, until 6 Nov 2026, 13:05:00 GMT",
    ):
        assert fact in said, fact


@pytest.mark.parametrize(
    "name",
    [
        '"] #panic("broken") [',
        '#read("/etc/passwd")',
        "*bold* _it_ $x^2$ `raw` <label> @ref = head",
        "\\u{202e} \u202e evil",
        "// comment /* block",
        "🦔 Ünïcödé 花",
    ],
)
def test_no_name_can_break_the_pdf_or_be_taken_for_markup(name: str) -> None:
    said = text_of(pdf(written(name, what=f"Someone wrote {name}")))
    assert "root:" not in said
    assert "Someone wrote" in said
    if name.isascii() and "\\" not in name:
        assert " ".join(name.split()) in said


def test_a_closed_incident_says_so() -> None:
    closed = written(closed_at=NOW - timedelta(minutes=1), closed_by="Ada")
    assert not closed.is_open
    assert closed.title == "Bluebell 1 was lost. The incident is closed."
    assert "Ada closed the incident" in " ".join(closed.happened)
