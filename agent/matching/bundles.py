"""Large groups in bundles that children can judge side by side, and what the bundles say put together again.

Each journal picture is decided by itself, with every photo that is like it. So a group may be cut between pictures,
never between the photos that are like one of them; a photo that is in several bundles gets one verdict of all.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from agent.matching.terms import Group, Judged

MOST: Final = 32
"""Pictures of a bundle."""

WEIGHT: Final = {"added": 2, "ask": 1, "not_added": 0}
"""What one picture says of a photo counts for more than what the others do not say."""


def bundles(group: Group) -> Iterator[Group]:
    """Cut a group between its pictures."""
    for start in range(0, len(group.pictures), MOST):
        some = group.pictures[start : start + MOST]
        near, parts = (only(names, frozenset(some)) for names in (group.near, group.parts))
        photos = [photo for photo in group.photos if photo in near or photo in parts]
        yield Group(photos, some, {photo: near.get(photo, []) for photo in photos}, parts)


def only(wanted: dict[str, list[str]], some: frozenset[str]) -> dict[str, list[str]]:
    """Which of some pictures each photo may be; photos that may be none of them are left out."""
    found = {photo: [name for name in names if name in some] for photo, names in wanted.items()}
    return {photo: names for photo, names in found.items() if names}


def together(judged: Iterable[Judged]) -> dict[str, Judged]:
    """One verdict a photo, by its id: the weightiest, and of equals the one with the highest score."""
    found: dict[str, Judged] = {}
    for one in judged:
        found[one.photo] = either(found[one.photo], one) if one.photo in found else one
    return found


def either(one: Judged, other: Judged) -> Judged:
    """The weightier of two verdicts on one photo, with the pictures of both where they say the same."""
    first, second = sorted((one, other), key=weight, reverse=True)
    if first.verdict != second.verdict:
        return first
    return msgspec.structs.replace(first, pictures=[*first.pictures, *second.pictures])


def weight(judged: Judged) -> tuple[int, bool, float]:
    """How much a verdict counts beside others on the same photo."""
    return WEIGHT[judged.verdict], judged.picture is not None, judged.score
