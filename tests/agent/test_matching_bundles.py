"""A large group is judged in bundles, side by side, and comes to the same verdicts as in one piece."""

from agent.matching.bundles import MOST, bundles, together
from agent.matching.terms import Group, Judged

MANY = [f"picture {number}" for number in range(MOST + 5)]


def said(verdict: str, picture: str | None, score: float = 0.0) -> Judged:
    """What one bundle says of Cleo's photo."""
    return Judged("photo", verdict, picture, f"{verdict} {picture}", score, [picture] if picture else [])


def test_every_picture_is_in_one_bundle_with_every_photo_that_is_like_it() -> None:
    group = Group(
        ["near first", "near both", "part of last"],
        MANY,
        {"near first": MANY[:1], "near both": MANY},
        {"part of last": MANY[-1:]},
    )
    first, last = bundles(group)
    assert first.pictures + last.pictures == MANY
    assert (first.photos, last.photos) == (["near first", "near both"], ["near both", "part of last"])
    assert first.near == {"near first": MANY[:1], "near both": MANY[:MOST]}
    assert (last.near["near both"], last.parts) == (MANY[MOST:], {"part of last": MANY[-1:]})


def test_a_small_group_stays_whole() -> None:
    group = Group(["photo"], ["picture"], {"photo": ["picture"]}, {})
    assert list(bundles(group)) == [group]


def test_a_photo_that_became_one_picture_is_added_whatever_others_leave_open() -> None:
    found = together([said("ask", "another", 0.4), said("added", "its own", 0.9), said("not_added", None)])
    assert found["photo"] == said("added", "its own", 0.9)


def test_of_questions_the_likest_is_asked_and_all_pictures_are_shown() -> None:
    found = together([said("ask", "little", 0.1), said("ask", "much", 0.4), said("ask", None)])
    assert found["photo"].picture == "much"
    assert found["photo"].pictures == ["much", "little"]


def test_what_no_bundle_found_is_not_added() -> None:
    assert together([said("not_added", None)] * 2)["photo"].verdict == "not_added"
