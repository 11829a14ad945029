"""The first page: never prettier than the truth, the most urgent first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agreement.agreement import PRINTED, Agreement
from agreement.letters import PhotoCounts
from controller.apps import AppAsked
from controller.disputes import SecondPhoto
from controller.imported import Disputed
from controller.moods import Mood
from controller.overview import face, register, sentence, today
from controller.photo_records import KeepAsked, MissingPhoto
from controller.photos_seen import Fate, Missed, PhotosSeen
from controller.records import HourHeard, TabletState
from controller.wanted import Seen, wanted
from controller.week import week
from tests.controller.cast import NOW, WAITING, WALL, ago, card, finding, incident, replace_posture, seen

LOST = card("Bluebell 1", TabletState.LOST, incident="20261106-abcd")
HELD = card("Bluebell 2", TabletState.HELD, held_code="clone")
LOOK = card("Sunflower 2", TabletState.LOOK, (finding("Sunflower 2", 10, "overdue", "Late.", 3),))
OFF = card("Bluebell 2", TabletState.OFF, heard_at=ago(hours=20), told_at=ago(hours=20))
ONE, TWO = card("Sunflower 1"), card("Sunflower 3")


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (seen(), "Welcome to Larkfield Nursery. No tablet takes part yet."),
        (seen(ONE), "Sunflower 1 is safe."),
        (seen(ONE, TWO), "Both tablets are safe."),
        (seen(ONE, TWO, card("Sunflower 4")), "All three tablets are safe."),
        (seen(LOST, ONE, TWO, incidents=(incident(),)), "Bluebell 1 is lost. The other two are safe."),
        (
            seen(LOST, LOOK, ONE, incidents=(incident(),)),
            "Bluebell 1 is lost. Sunflower 2 wants a look. The other one is safe.",
        ),
        (seen(HELD, ONE), "Bluebell 2 waits for your decision. The other one is safe."),
        (seen(ONE, OFF), "Sunflower 1 is safe. Bluebell 2 is off."),
        (seen(OFF), "Bluebell 2 is off."),
        (seen(LOST, incidents=(incident(kind="stolen"),)), "Bluebell 1 is stolen."),
    ],
)
def test_the_sentence_says_how_things_stand(view: Seen, said: str) -> None:
    assert sentence(view) == said


def test_nobody_is_called_safe_before_a_network_is_trusted() -> None:
    view = seen(ONE, TWO, agreement=Agreement())
    assert sentence(view) == "No network is trusted yet."
    assert face(ONE, view, WALL).tag == "Look"


def test_what_to_do_comes_most_urgent_first_with_one_action_each() -> None:
    asked = AppAsked("flatpak:paint", "Tux Paint", ("sunflower-1",), ago(hours=1), refused=False)
    twin = card("Sunflower 1", TabletState.LOOK, (finding("Sunflower 1", 8, "wifi|x", "A twin."),))
    todos = list(wanted(seen(LOOK, LOST, HELD, twin, incidents=(incident(),), asked=(asked,)), WALL))
    assert [(todo.title, todo.href) for todo in todos] == [
        ("Bluebell 1 is lost", "/incidents/20261106-abcd"),
        ("Two agents use the key of Bluebell 2", "/tablets/bluebell-2"),
        ("Sunflower 1: A twin", "/networks"),
        ("3 photos on Sunflower 2 are not in the journal yet", "/tablets/sunflower-2"),
        ("“Tux Paint” waits for your decision", "/apps"),
    ]
    assert [todo.mood for todo in todos[:2]] == [Mood.ACT, Mood.ACT]


def test_photos_that_are_late_are_the_tablets_own_business_for_a_while() -> None:
    found = finding("Sunflower 2", 10, "overdue", "Late.", 3)
    late = card("Sunflower 2", TabletState.SAFE, (replace(found, since=ago(hours=1.9)),))
    view = seen(late)
    assert today(view, WALL).lead == "Friday 14:02. Nothing wants you."
    assert face(late, view, WALL).late == "3 photos should have been in the journal by 12:08."
    after = card("Sunflower 2", TabletState.LOOK, (replace(found, since=ago(hours=2)),))
    assert [todo.title for todo in wanted(seen(after), WALL)] == ["3 photos on Sunflower 2 are not in the journal yet"]
    assert face(after, seen(after), WALL).late == ""


def missed(fate: Fate, number: int = 3, device: str = "sunflower-1") -> Missed:
    """A photo that export 3, of yesterday, lacks."""
    photo = MissingPhoto(device, "ab" * 32, number, ago(hours=30), ago(hours=20), NOW, held=fate is not Fate.GONE)
    return Missed(photo, fate, ago(hours=24) if number else None)


@pytest.mark.parametrize(
    ("fate", "said"),
    [
        (Fate.BACK, "It is back on the tablet: add it to the journal."),
        (Fate.COMING, "It is still held, and is being put back."),
        (Fate.STUCK, "It is still held, but no recovery key here opens it."),
        (Fate.GONE, "It is gone from the tablet."),
    ],
)
def test_a_photo_that_an_export_lacks_is_told_with_what_became_of_it(fate: Fate, said: str) -> None:
    (todo,) = wanted(seen(ONE, photos=PhotosSeen((missed(fate),))), WALL)
    assert todo.title == "A photo that was said to be in the journal is not in its export of 5 November"
    assert todo.detail == f"On Sunflower 1, taken yesterday at 08:02. {said} (Rule 10)"


def test_many_photos_of_one_tablet_are_one_line() -> None:
    photos = PhotosSeen((missed(Fate.BACK), missed(Fate.GONE), missed(Fate.GONE)))
    (todo,) = wanted(seen(ONE, photos=photos), WALL)
    assert todo.title == "3 photos on Sunflower 1 that were said to be in the journal are not in its export"
    assert todo.detail == "One is back and two are gone. (Rule 10)"


def test_someone_who_asks_to_keep_a_photo_is_answered_by_the_manager() -> None:
    ask = KeepAsked("sunflower-1", "ab" * 32, ago(hours=4), ago(hours=1), NOW)
    (todo,) = wanted(seen(ONE, photos=PhotosSeen(asks=(ask,))), WALL)
    assert (todo.title, todo.href) == ("Someone on Sunflower 1 asks to keep a photo for a while", "/photos#asked")
    assert todo.detail == "Taken at 10:02, asked at 13:02. (Rule 10)"
    (todo,) = wanted(seen(ONE, photos=PhotosSeen(asks=(ask, ask))), WALL)
    assert "asks to keep 2 photos" in todo.title


def test_a_second_photo_that_is_like_a_claimed_picture_is_told_with_the_first_tablet() -> None:
    second = SecondPhoto(Disputed("cd" * 32, "sunflower-1", "bluebell-1", NOW), "Bluebell 1")
    (todo,) = wanted(seen(ONE, photos=PhotosSeen(seconds=(second,))), WALL)
    assert todo.title == "A photo on Sunflower 1 is like a journal picture that was found to be another photo before"
    assert todo.detail.startswith("The first was found on Bluebell 1. Nothing more is removed")
    (todo,) = wanted(seen(ONE, photos=PhotosSeen(seconds=(second, second))), WALL)
    assert todo.title.startswith("2 photos on Sunflower 1 are like journal pictures")


def test_a_missing_recovery_key_is_told() -> None:
    (todo,) = wanted(seen(ONE, photos=PhotosSeen(trouble="it is gone")), WALL)
    assert todo.title == "The recovery key is missing"


def test_what_is_sealed_is_said_beside_what_a_thief_would_find() -> None:
    holding = card("Sunflower 2", posture=replace_posture(photos=PhotoCounts(held=2)))
    assert face(holding, seen(holding), WALL).lost_now.startswith("no photos wait on it. Two photos are sealed on it.")


def test_a_quiet_day_says_that_nothing_wants_anyone() -> None:
    assert today(seen(ONE), WALL).lead == "Friday 14:02. Nothing wants you."


def test_the_lead_says_whether_it_can_wait() -> None:
    assert today(seen(LOOK), WALL).lead == "Friday 14:02. One thing wants you; it is not urgent."
    both = seen(LOST, LOOK, incidents=(incident(),))
    assert today(both, WALL).lead == "Friday 14:02. Two things want you; the first is urgent."


def test_a_lock_that_was_not_confirmed_is_not_called_done() -> None:
    view = seen(LOST, incidents=(incident(),))
    assert "not yet confirmed" in next(wanted(view, WALL)).detail
    assert "not yet confirmed" in face(LOST, view, WALL).lost_now
    locked = seen(LOST, incidents=(incident(locked_at=ago(minutes=40)),))
    assert "It locked at 13:22." in face(LOST, locked, WALL).lost_now


def test_if_lost_now_says_what_a_thief_would_find() -> None:
    busy = card("Sunflower 2", posture=replace_posture(photos=WAITING))
    assert face(busy, seen(busy), WALL).lost_now == (
        "3 photos not in the journal, the oldest from 10:02. Encrypted. Locks itself."
    )
    strange = card("Sunflower 2", posture=replace_posture(encrypted=None, screen_lock=False))
    assert face(strange, seen(strange), WALL).lost_now == (
        "no photos wait on it. Encryption: cannot know. No screen lock."
    )


def test_what_is_not_fresh_carries_its_age() -> None:
    assert face(OFF, seen(OFF), WALL).lost_now.endswith("As known 20 hours ago.")
    assert "As known" not in face(ONE, seen(ONE), WALL).lost_now


def test_of_a_tablet_that_never_checked_in_nothing_is_claimed() -> None:
    fresh = card("Sunflower 1", TabletState.OFF, posture=None, told_at=None, heard_at=None)
    assert face(fresh, seen(fresh), WALL).lost_now == "Nothing is known of it yet."
    assert {cell.word for row in register(seen(fresh), WALL) for cell in row.cells} == {"not yet", "cannot know"}


def test_the_register_has_every_clause_of_the_printed_agreement() -> None:
    rows = register(seen(ONE), WALL)
    assert {row.number: row.title for row in rows} == PRINTED
    words = {row.number: row.cells[0].word for row in rows}
    assert words[8] == "enforced"
    assert words[9] == "checked"
    assert words[5] == "not yet"
    assert words[1] == "cannot know"  # built, and this tablet has not said


def test_clause_8_is_not_called_enforced_while_no_network_is_trusted() -> None:
    rows = {row.number: row.cells[0] for row in register(seen(ONE, agreement=Agreement()), WALL)}
    assert (rows[8].word, rows[8].why) == ("not yet", "No network is trusted yet.")


def test_a_tablet_that_is_silent_for_days_is_to_be_looked_for() -> None:
    away = card("Bluebell 2", TabletState.OFF, heard_at=ago(days=5))
    assert next(wanted(seen(away), WALL)).title == "Bluebell 2 was not heard for 5 days"
    assert not list(wanted(seen(OFF), WALL))


def test_names_from_outside_cannot_turn_a_sentence_around() -> None:
    assert "⟨U+202E⟩" in sentence(seen(card("Sun\u202eflower")))


def test_the_strip_joins_hours_that_are_alike_and_says_them_in_words() -> None:
    hours = [HourHeard(ago(hours=3, minutes=2) + timedelta(hours=n), TabletState.SAFE) for n in range(3)]
    drawn = week((*hours, HourHeard(ago(minutes=2), TabletState.LOST)), WALL)
    assert [(bar.start, bar.length, bar.mood) for bar in drawn.bars] == [(155, 3, Mood.FINE), (158, 1, Mood.ACT)]
    assert drawn.days == ("Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri")
    assert drawn.said.endswith("heard in 4 hours, lost or held in 1.")


def test_hours_outside_the_week_are_not_drawn() -> None:
    old = HourHeard(NOW - timedelta(days=8), TabletState.SAFE)
    assert not week((old,), WALL).bars
