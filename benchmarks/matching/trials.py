"""The trials: photos on a tablet, a journal copy of one of them, and what the matcher said of each."""

import hashlib
import io
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from agreement.matching.contest import Decoded, Rival, decide
from agreement.matching.fingerprints import Kind, fingerprint
from agreement.matching.judgement import Contest
from agreement.matching.likeness import Copy
from agreement.matching.shortlist import Index
from agreement.matching.verdicts import Photo, Picture, judge, shortlist
from benchmarks.matching.bursts import made_burst, real_burst, repeats
from benchmarks.matching.pipelines import EDITS, Made, as_photo, decoded, journal_copy
from benchmarks.matching.scenes import MOST, Scene, picture

CLIP_SIZES = (420, 800)
"""Frames of a clip are small, so their copies are too: from, to; none is made larger."""

SAME = 1
"""Grey levels: photos that nowhere differ by more are one picture, and each is truly in the journal."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was said of one photo in one trial. `truth`: whether the journal's copy was made from it."""

    group: str
    case: str
    scene: str
    recipe: str
    truth: bool
    verdict: str
    right: bool = True
    """Whether the picture that it names is the one that it was compared with."""

    @property
    def false_purge(self) -> bool:
        """Added, and not in the journal: the one thing that must never be."""
        return self.verdict == "added" and not self.truth


def on_tablet(name: str, data: bytes) -> Photo:
    """A photo on the tablet."""
    known = fingerprint(io.BytesIO(data), Kind.PICTURE, parts=True)
    return Photo(name, known, lambda: io.BytesIO(data), hashlib.sha256(data).hexdigest())


def in_journal(made: Made) -> Picture:
    """A journal's copy."""
    known = fingerprint(io.BytesIO(made.data), Kind.PICTURE)
    return Picture(hashlib.sha256(made.data).hexdigest(), known, lambda: io.BytesIO(made.data))


def original(scene: Scene) -> tuple[bytes, Image.Image]:
    """A still as a tablet holds it, and its colours: its own file where a camera made it, else encoded as by one."""
    with Image.open(scene.path) as image:
        kept = scene.path.suffix.lower() in {".jpg", ".heic"} and max(image.size) <= MOST
    if kept:
        return scene.path.read_bytes(), picture(scene)
    data = as_photo(picture(scene))
    return data, decoded(data)


def single_trial(scene: Scene, seed: int, copies: int) -> list[Decision]:
    """One still against ordinary copies of it, and one changed copy of each kind; each judged alone."""
    dice = random.Random(f"{scene.name} single {seed}")
    data, shown = original(scene)
    photo = on_tablet("photo", data)
    ordinary = [("single", journal_copy(shown, dice)) for _ in range(copies)]
    changed = [(name, journal_copy(edit(shown, dice), dice)) for name, edit in EDITS.items()]
    return [judged_alone(photo, scene, group, made) for group, made in [*ordinary, *changed]]


def judged_alone(photo: Photo, scene: Scene, group: str, made: Made) -> Decision:
    """Judge a photo against one copy. A changed copy is not the photo: it is to be asked about."""
    copy = in_journal(made)
    (said,) = judge([photo], [copy], {})
    return Decision(
        group, "alone", scene.name, made.recipe, group == "single", said.verdict, right=said.picture == copy.id
    )


def burst_trial(scene: Scene, seed: int, kind: str) -> list[Decision]:
    """A burst, and a copy of each of its photos in turn: all are here; the one that was copied has left."""
    dice = random.Random(f"{scene.name} {kind} {seed}")
    burst = real_burst(scene, dice) if kind == "clip" else made_burst(scene, dice)
    if burst is None:
        return []
    files = [as_photo(photo, dice.randint(90, 97)) for photo in burst.photos]
    photos = {str(at): on_tablet(str(at), data) for at, data in enumerate(files)}
    sizes = (CLIP_SIZES,) if kind == "clip" else ()
    chosen = range(len(files)) if kind == "clip" else (0, dice.randrange(1, len(files)))
    found: list[Decision] = []
    pixels = Remembering(photos)
    for at in chosen:
        made = journal_copy(decoded(files[at]), dice, *sizes)
        same = {str(other) for other in chosen if one_picture(files[at], files[other])} | {str(at)}
        for case, contest, names in contests(in_journal(made), photos, pixels, same):
            like = Decision(burst.kind, case, scene.name, made.recipe, truth=False, verdict="")
            found += decisions(contest, names, same, like)
    return found


def repeated_trial(scene: Scene, seed: int) -> list[Decision]:
    """Two frames that repeat one exposure, and a copy of the first, which has left and is forgotten."""
    dice = random.Random(f"{scene.name} repeated {seed}")
    found: list[Decision] = []
    for burst in repeats(scene):
        files = [as_photo(photo, dice.randint(90, 97)) for photo in burst.photos]
        made = journal_copy(decoded(files[0]), dice, CLIP_SIZES)
        if not one_picture(*files):
            like = Decision(burst.kind, "alone", scene.name, made.recipe, truth=False, verdict="")
            (said,) = judge([on_tablet("1", files[1])], [in_journal(made)], {})
            found.append(replace(like, verdict=said.verdict))
    return found


class Remembering(Decoded):
    """Compares each photo with the same copy only once, though the copy is decided three times."""

    def __init__(self, photos: Mapping[str, Photo]) -> None:
        super().__init__(photos)
        self._beside: dict[tuple[str, str], Rival | None] = {}

    def beside(self, picture: Picture, copy: Copy, name: str) -> Rival | None:
        """Compare one photo closely, or say what came of it before."""
        if not any(known == picture.id for known, _ in self._beside):
            self._beside.clear()
        if (picture.id, name) not in self._beside:
            self._beside[picture.id, name] = super().beside(picture, copy, name)
        return self._beside[picture.id, name]


def contests(
    copy: Picture, photos: dict[str, Photo], pixels: Decoded, same: set[str]
) -> Iterator[tuple[str, Contest, Sequence[str]]]:
    """The same copy decided with all photos here, with its own gone and forgotten, and with its own gone and known."""
    wanted = shortlist(((name, photo.known) for name, photo in photos.items()), Index([(copy.id, copy.known)]))
    near = [name for name in photos if name in wanted and copy.id in wanted[name].near]
    others = [name for name in near if name not in same]
    yield "here", decide(copy, near, pixels, {}), list(photos)
    yield "forgotten", decide(copy, others, pixels, {}), [name for name in photos if name not in same]
    if "0" in same:  # once a burst is enough
        yield (
            "remembered",
            decide(copy, near, pixels, dict.fromkeys(same)),
            [name for name in photos if name not in same],
        )


def decisions(contest: Contest, names: Iterable[str], same: set[str], like: Decision) -> Iterator[Decision]:
    """What a contest said of each photo."""
    doubtful = {name for name, _, _ in contest.doubtful}
    for name in names:
        verdict = "added" if name in contest.winners else "ask" if name in doubtful else "not_added"
        yield replace(like, truth=name in same, verdict=verdict)


def one_picture(one: bytes, other: bytes) -> bool:
    """Tell whether two files show the same, to the last grey level."""
    first, second = (np.asarray(decoded(data).convert("L"), np.int16) for data in (one, other))
    return bool(np.abs(first - second).max() <= SAME)
