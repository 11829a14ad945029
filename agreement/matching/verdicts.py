"""The verdict on every tablet photo: in the journal, not in it, or a question for a person.

What is decided here may delete a photo for ever. So a photo is *added* only where nothing speaks against it: it could
have become the journal's picture, every other photo that is like it could not, or far less well, and no photo of the
same moment has left the tablet unseen. Everything else that is like a journal picture is *asked*, with that picture.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from agreement.matching.clip_contest import decide_clip
from agreement.matching.contest import EDITED, Decoded, asked_all, decide
from agreement.matching.judgement import Contest, Judgement, Opener, Photo, Picture, Verdict
from agreement.matching.known import Fingerprint, Kind
from agreement.matching.shortlist import CLEAR, Index

__all__ = ["Contest", "Judgement", "Opener", "Photo", "Picture", "Verdict", "Wanted", "judge", "shortlist"]

MOST_UNCLEAR = 5
"""Pictures of little quality that are shown to a person beside one photo."""

SAME_FILE = "The journal holds the very same file."
BEFORE = "It was found in the journal before."
NOTHING = "No picture in the journal looks like it."
ANOTHER = "What looks like it in the journal is another one."


class Wanted(msgspec.Struct, frozen=True):
    """Ids of the journal pictures that a photo is to be compared with; `near` as a whole, `parts` cropped or turned."""

    near: tuple[str, ...]
    parts: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every one of them."""
        return self.near + self.parts


def shortlist(photos: Iterable[tuple[str, Fingerprint]], index: Index) -> dict[str, Wanted]:
    """For each photo the journal pictures that `judge` needs the pixels of; no other picture is ever opened."""
    found = {}
    for name, known in photos:
        near = index.near(known)
        if known.quality < CLEAR:
            near += [other for other in index.unclear(known)[:MOST_UNCLEAR] if other not in near]
        parts = [other for other in index.near_parts(known) if other not in near]
        if near or parts:
            found[name] = Wanted(tuple(near), tuple(parts))
    return found


def judge(
    photos: Sequence[Photo],
    pictures: Sequence[Picture],
    claims: Mapping[str, str],
    wanted: Mapping[str, Wanted] | None = None,
) -> list[Judgement]:
    """One judgement a photo whose pixels are here or that left unclaimed, in the order given.

    `claims` are from before: the id of a journal picture, and of the photo that it was found to be. `wanted` is the
    shortlist, made anew where it is not given. Never raises for bad pixels: those are asked about.
    """
    if wanted is None:
        wanted = shortlist(((photo.id, photo.known) for photo in photos), Index((p.id, p.known) for p in pictures))
    case = Case({photo.id: photo for photo in photos}, {picture.id: picture for picture in pictures}, claims, wanted)
    said: dict[str, list[Contest]] = defaultdict(list)
    for picture in pictures:
        contest = case.contest(picture)
        for name in {*contest.winners, *(name for name, _, _ in contest.doubtful)}:
            said[name].append(contest)
    return [verdict_on(photo, said[photo.id], case) for photo in photos]


class Case:
    """Everything that belongs to one judging."""

    def __init__(
        self,
        photos: Mapping[str, Photo],
        pictures: Mapping[str, Picture],
        claims: Mapping[str, str],
        wanted: Mapping[str, Wanted],
    ) -> None:
        self.photos, self.pictures, self.claims, self.wanted = photos, pictures, claims, wanted
        self.decoded = Decoded(photos)
        self.gone = {name for name, photo in photos.items() if not here(photo)}
        self.claimed_by = {photo: pictures[picture] for picture, photo in claims.items() if picture in pictures}
        self.near, self.parts, self.same = by_picture(wanted, photos.values())

    def contest(self, picture: Picture) -> Contest:
        """Decide one journal picture."""
        near, parts, same = (found.get(picture.id, ()) for found in (self.near, self.parts, self.same))
        if same:
            return Contest(picture.id, tuple(same), 1.0, SAME_FILE)
        if picture.id in self.claims:
            return Contest(picture.id, (self.claims[picture.id],), 1.0, BEFORE)
        return self.compare(picture, near) if near else asked_all(picture, parts, EDITED)

    def compare(self, picture: Picture, near: Sequence[str]) -> Contest:
        """Decide one journal picture by its pixels."""
        if picture.known.kind is Kind.VIDEO:
            return decide_clip(picture, near, self.photos, self.gone)
        gone = {name: self.claimed_by.get(name) for name in near if name in self.gone}
        return decide(picture, near, self.decoded, gone)


Names = dict[str, list[str]]


def by_picture(wanted: Mapping[str, Wanted], photos: Iterable[Photo]) -> tuple[Names, Names, Names]:
    """For each picture the photos that are near it, those of which it may be a part, and those with its very bytes."""
    near: Names = defaultdict(list)
    parts: Names = defaultdict(list)
    same: Names = defaultdict(list)
    for name, want in wanted.items():
        for picture in want.near:
            near[picture].append(name)
        for picture in want.parts:
            parts[picture].append(name)
    for photo in photos:
        if photo.digest:
            same[photo.digest].append(photo.id)
    return near, parts, same


def here(photo: Photo) -> bool:
    """Tell whether a photo's pixels are on the tablet."""
    source = photo.pixels()
    if source is None:
        return False
    source.close()
    return True


def verdict_on(photo: Photo, contests: Sequence[Contest], case: Case) -> Judgement:
    """Put together what all contests say of one photo."""
    won = [contest for contest in contests if photo.id in contest.winners]
    if won:
        best = max(won, key=lambda contest: contest.score)
        shown = tuple(contest.picture for contest in won)
        return Judgement(photo.id, Verdict.ADDED, best.picture, best.why, best.score, shown)
    doubts = [(c.picture, why, score) for c in contests for name, why, score in c.doubtful if name == photo.id]
    if doubts:
        doubts.sort(key=lambda doubt: -doubt[2])
        picture, why, score = doubts[0]
        return Judgement(photo.id, Verdict.ASK, picture, why, score, tuple(doubt[0] for doubt in doubts))
    if photo.id in case.decoded.broken:
        return Judgement(photo.id, Verdict.ASK, None, f"It cannot be compared: {case.decoded.broken[photo.id]}.")
    return Judgement(photo.id, Verdict.NOT_ADDED, None, ANOTHER if photo.id in case.wanted else NOTHING)
