"""Photos that want someone, in words: missed by an export, found to be another's picture, asked to be kept. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from agreement.clauses.uploaded_photos import UploadedPhotos
from controller.disputes import SecondPhoto
from controller.moods import Mood
from controller.photo_records import KeepAsked
from controller.photos_seen import Fate, Missed, PhotosSeen
from controller.todo import Todo
from controller.words import Wall, listed, number, opening, plain, several

RULE = f"(Rule {UploadedPhotos.number})"
FATES = {
    Fate.BACK: "It is back on the tablet: add it to the journal.",
    Fate.COMING: "It is still held, and is being put back.",
    Fate.STUCK: "It is still held, but no recovery key here opens it.",
    Fate.GONE: "It is gone from the tablet.",
}
SHORT = {Fate.BACK: "back", Fate.COMING: "being put back", Fate.STUCK: "held and cannot be put back", Fate.GONE: "gone"}


def missed(seen: PhotosSeen, names: dict[str, str], wall: Wall) -> Iterator[Todo]:
    """Photos that were said to be in the journal and are not in its export, one line a tablet."""
    by_tablet: dict[str, list[Missed]] = {}
    for one in seen.missed:
        by_tablet.setdefault(one.photo.device, []).append(one)
    for device, photos in by_tablet.items():
        if device in names:
            title, detail = (
                one_missed(photos[0], names[device], wall) if len(photos) == 1 else many_missed(photos, names[device])
            )
            yield Todo(Mood.LOOK, title, f"{detail} {RULE}", "Look at it", "/photos#missed")


def one_missed(one: Missed, name: str, wall: Wall) -> tuple[str, str]:
    """Title and sentence of one photo."""
    title = f"A photo that was said to be in the journal is not in {export(one, wall)}"
    return title, f"On {name}, taken {wall.at(one.photo.taken_at)}. {FATES[one.fate]}"


def export(one: Missed, wall: Wall) -> str:
    """Which export, as a person would name it."""
    if one.export_at is None:
        return f"its export number {one.photo.number}"
    day = wall.here(one.export_at)
    return f"its export of {day.day} {day:%B}"


def many_missed(photos: Sequence[Missed], name: str) -> tuple[str, str]:
    """Title and sentence of several photos on one tablet."""
    title = f"{several(len(photos), 'photo')} on {name} that were said to be in the journal are not in its export"
    counts = Counter(one.fate for one in photos)
    parts = [
        f"{number(counts[fate])} {'is' if counts[fate] == 1 else 'are'} {SHORT[fate]}" for fate in Fate if counts[fate]
    ]
    return title, f"{opening(listed(parts))}."


def seconds(seen: PhotosSeen, names: dict[str, str]) -> Iterator[Todo]:
    """Photos that were found to be a journal picture which is another photo already, one line a tablet."""
    by_tablet: dict[str, list[SecondPhoto]] = {}
    for one in seen.seconds:
        by_tablet.setdefault(one.disputed.device, []).append(one)
    for device, photos in by_tablet.items():
        if device in names:
            first = listed(sorted({plain(one.first) for one in photos}))
            detail = (
                f"The first was found on {first}. Nothing more is removed on that likeness; compare at the tablets."
            )
            title = is_like(len(photos), names[device])
            yield Todo(Mood.LOOK, title, f"{detail} {RULE}", "Look at it", "/photos#twice")


def is_like(photos: int, name: str) -> str:
    """The title for so many second photos on one tablet."""
    if photos == 1:
        return f"A photo on {name} is like a journal picture that was found to be another photo before"
    return f"{photos} photos on {name} are like journal pictures that were found to be other photos before"


def asked(seen: PhotosSeen, names: dict[str, str], wall: Wall) -> Iterator[Todo]:
    """Photos that someone asks to keep, one line a tablet."""
    by_tablet: dict[str, list[KeepAsked]] = {}
    for one in seen.asks:
        by_tablet.setdefault(one.device, []).append(one)
    for device, photos in by_tablet.items():
        if device in names:
            which = "a photo" if len(photos) == 1 else several(len(photos), "photo")
            title = f"Someone on {names[device]} asks to keep {which} for a while"
            yield Todo(Mood.LOOK, title, f"{taken(photos, wall)} {RULE}", "Decide", "/photos#asked")


def taken(photos: Sequence[KeepAsked], wall: Wall) -> str:
    """When they were taken, and when someone asked first."""
    first = min(one.taken_at for one in photos)
    asked_at = min(one.asked_at for one in photos)
    which = "Taken" if len(photos) == 1 else "The first was taken"
    return f"{which} {wall.at(first)}, asked {wall.at(asked_at)}."


def keyless(seen: PhotosSeen) -> Iterator[Todo]:
    """Without its recovery key the controller can put nothing back."""
    if seen.trouble:
        yield Todo(
            Mood.LOOK,
            "The recovery key is missing",
            "Until it is there again no photo that is held can be put back, and tablets remove nothing on a person’s "
            f"word. {RULE}",
            "What to do",
            "/photos#key",
        )
