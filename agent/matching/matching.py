"""The whole of it: a tablet's folder against a journal's folder or ZIP, a verdict for every file of the tablet."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgspec

from agent.matching.bundles import bundles, together
from agent.matching.children import answers
from agent.matching.files import Found, SourceError, in_journal, on_tablet
from agent.matching.terms import UNKNOWN, UNSEEN, Group, Judged, Judging, Named, Read, Reading, Sorting

Progress = Callable[[str, int, int], None]
"""Told the step's name, how much of it is done, and how much there is."""

ASK, ADDED, NOT_ADDED = "ask", "added", "not_added"
NOTHING = "No picture in the journal looks like it."
ITS_STILL = "The still of this live photo is in the journal; the clip itself is not."

_read = msgspec.json.Decoder(Read)
_groups = msgspec.json.Decoder(list[Group])
_judged = msgspec.json.Decoder(list[Judged])


class Verdict(msgspec.Struct):
    """What is said of one file of the tablet; the fields of a line of --json."""

    file: str
    verdict: str
    picture: str | None
    why: str
    score: float


@dataclass(frozen=True, slots=True)
class Side:
    """The files of one side, each with what reading it gave."""

    files: Sequence[Found]
    read: Sequence[Read]

    def named(self) -> dict[str, tuple[Found, Read]]:
        """By digest, those that were decoded; of files with the same bytes the first."""
        known: dict[str, tuple[Found, Read]] = {}
        for found, read in zip(self.files, self.read, strict=True):
            if read.decoded:
                known.setdefault(read.digest, (found, read))
        return known


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdicts, and the journal's files that could not be used, each with the reason."""

    verdicts: list[Verdict]
    pictures: int
    unused: list[tuple[str, str]]


def match(tablet: Path, journal: Path, progress: Progress) -> Outcome:
    """Judge every file of a tablet's folder. Raises SourceError where either side cannot be read or is empty."""
    ours, export = on_tablet(tablet), in_journal(journal)
    theirs = [file for file in export if not file.left_out]
    pictures = Side(theirs, read_all(theirs, "Reading the journal", progress))
    photos = Side(ours, read_all(ours, "Reading the tablet", progress, parts=True))
    unused = [(file.name, file.left_out) for file in export if file.left_out]
    unused += [(file.name, read.why) for file, read in zip(theirs, pictures.read, strict=True) if unreadable(read)]
    return Outcome(verdicts_on(photos, pictures, progress), len(pictures.named()), unused)


def unreadable(read: Read) -> bool:
    """Tell whether a picture or video does not decode; a list or a page in an export is neither, and no trouble."""
    return not read.decoded and read.why != UNKNOWN


def read_all(files: Sequence[Found], step: str, progress: Progress, *, parts: bool = False) -> list[Read]:
    """Digest and fingerprint of every file; a file that brought down its reader has a reason in their place."""
    read = [Read("", why=UNSEEN)] * len(files)
    for done, (number, answer) in enumerate(answers([Reading(file.place, parts) for file in files]), 1):
        if answer is not None:
            read[number] = _read.decode(answer)
        progress(step, done, len(files))
    return read


def verdicts_on(photos: Side, pictures: Side, progress: Progress) -> list[Verdict]:
    """A verdict for every file of the tablet, in their order."""
    known, names = photos.named(), {digest: found.name for digest, (found, _) in pictures.named().items()}
    judged = together(judge_all(known, pictures.named(), progress))
    found = [
        verdict_on(file, read, judged.get(read.digest), names)
        for file, read in zip(photos.files, photos.read, strict=True)
    ]
    explain_clips(found, photos.read)
    return found


def verdict_on(file: Found, read: Read, judged: Judged | None, names: dict[str, str]) -> Verdict:
    """What is said of one file."""
    if not read.decoded:
        return Verdict(file.name, ASK, None, f"It cannot be compared: {read.why}.", 0.0)
    if judged is None:
        return Verdict(file.name, NOT_ADDED, None, NOTHING, 0.0)
    picture = names.get(judged.picture) if judged.picture else None
    return Verdict(file.name, judged.verdict, picture, judged.why, judged.score)


def judge_all(
    photos: dict[str, tuple[Found, Read]], pictures: dict[str, tuple[Found, Read]], progress: Progress
) -> Iterator[Judged]:
    """The verdicts on all photos that have to do with any picture, several on some; each bundle in a child."""
    ours = {digest: named(digest, *each) for digest, each in photos.items()}
    theirs = {digest: named(digest, *each) for digest, each in pictures.items()}
    if not ours or not theirs:
        return
    groups = sorted_groups(list(ours.values()), list(theirs.values()))
    tasks = [judging(group, ours, theirs) for group in groups]
    for done, (number, answer) in enumerate(answers(tasks), 1):
        progress("Comparing", done, len(tasks))
        yield from _judged.decode(answer) if answer is not None else unjudged(groups[number])


def sorted_groups(photos: list[Named], pictures: list[Named]) -> list[Group]:
    """Ask a child which have to do with each other: in bundles, the largest first. Raises SourceError if it fails."""
    ((_, answer),) = answers([Sorting(photos, pictures)], 1)
    if answer is None:
        msg = (
            "The pictures could not be sorted: the program that does it ended unexpectedly, perhaps for want of memory."
        )
        raise SourceError(msg)
    cut = [bundle for group in _groups.decode(answer) for bundle in bundles(group)]
    return sorted(cut, key=lambda group: -len(group.photos) * len(group.pictures))


def judging(group: Group, photos: dict[str, Named], pictures: dict[str, Named]) -> Judging:
    """The task of judging one group."""
    ours, theirs = [photos[name] for name in group.photos], [pictures[name] for name in group.pictures]
    return Judging(ours, theirs, group.near, group.parts, {})


def named(digest: str, file: Found, read: Read) -> Named:
    """A file as children know it."""
    return Named(digest, file.place, read.known, digest)


def unjudged(group: Group) -> Iterator[Judged]:
    """The answer where comparing a group brought down its child: each of its photos is asked about."""
    for photo in group.photos:
        near = [*group.near.get(photo, ()), *group.parts.get(photo, ())]
        yield Judged(photo, ASK, near[0] if near else None, f"It could not be compared: {UNSEEN}.", 0.0, near)


def explain_clips(verdicts: Sequence[Verdict], read: Sequence[Read]) -> None:
    """Say so where a clip that is not in the journal belongs to a still that is: the clip is judged on its own."""
    stills = defaultdict(set)
    for verdict, one in zip(verdicts, read, strict=True):
        if one.kind == "picture" and verdict.verdict == ADDED:
            stills[stem(verdict.file)].add(one.moment)
    for verdict, one in zip(verdicts, read, strict=True):
        if one.kind == "video" and verdict.verdict == NOT_ADDED:
            moments = stills.get(stem(verdict.file), set())
            if moments and (one.moment in moments or not one.moment):
                verdict.why = ITS_STILL


def stem(name: str) -> str:
    """A file's path without its suffix, in one case."""
    return str(PurePosixPath(name).with_suffix("")).casefold()
