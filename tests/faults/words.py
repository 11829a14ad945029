"""A tablet's life in which people's words remove photos: held, put back, let go; and the judge of what is left.

Of four photos nobody speaks of the first. The second is held for good, the third is given back, the fourth is let go.
The second and the third have raw files, of which nobody speaks: they go with their photos, and come back with them.
"""

import io
import os
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from agent.ledger import Ledger
from agent.media import Boxes, Media
from agent.removing import Removing
from agent.survived import survived
from agreement.agreement import Agreement
from agreement.boxes import BoxError, new_pair, open_key, sealed_key, unseal
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.facts import GiveBack, Tablet, Word
from agreement.letters import PhotoHeld, Standing
from agreement.rulings import Hold, PutBack
from tests.agreement.cast import NOON
from tests.fakes.clock import StillClock
from tests.faults.told import news
from tests.parts.photos import digest

SILENT = b"nobody speaks of it" * 400
SPOKEN = {
    "held": b"said to be in the journal" * 300,
    "back": b"said by mistake" * 500,
    "away": b"not for the journal" * 400,
}
RAW = {"held": b"the raw file of what is held" * 500, "back": b"the raw file of what comes back" * 400}
FILES = {f"{name}.jpg": content for name, content in SPOKEN.items()} | {
    f"{name}.dng": content for name, content in RAW.items()
}
KEY = "words"
"""The file with the private key: the controller's part in this story. Where it is, people speak."""


def prepare(home: Path) -> None:
    """What is there before the first life."""
    private, public = new_pair()
    for name, content in {**SPOKEN, "silent": SILENT}.items():
        for folder in ("DCIM", ".local/share/Trash/files"):
            (home / folder).mkdir(parents=True, exist_ok=True)
            (home / folder / f"{name}.jpg").write_bytes(content)
    for name, content in RAW.items():
        (home / f"DCIM/{name}.dng").write_bytes(content)
    (home / KEY).write_text(f"{bytes(private).hex()} {public}")


def private(home: Path) -> bytes:
    """The setting's private key."""
    return bytes.fromhex((home / KEY).read_text().split()[0])


def live(home: Path) -> None:
    """One life, from start to the telling."""
    ledger = Ledger(home / "state/ledger.sqlite3")
    media = Media([home / "DCIM"], [home], ledger.digests(), timedelta(microseconds=1))
    boxes = Boxes(home / "held", [home / "DCIM"])
    removing = Removing(StillClock(), media, boxes, ledger)
    removing.recover()
    removing.sweep()
    public = (home / KEY).read_text().split()[1]
    ledger.keep(Standing(1, "sunflower-1", "Sunflower 1", "Larkfield Nursery", Agreement(), recovery=public))
    media.settled()
    ledger.note(media.settled(), NOON)
    speak(home, ledger)
    for _ in range(3):  # raw files are held a round after their photos, and given back with them in the next
        act(removing, Tablet("sunflower-1", NOON, ledger.note(media.settled(), NOON), **known(home, ledger, boxes)))
    for held in ledger.held():
        with survived():
            if held.digest == digest(SPOKEN["away"]):
                removing.discard(held)
    media.settled()
    ledger.note(media.settled(), NOON)
    ledger.close()


def known(home: Path, ledger: Ledger, boxes: Boxes) -> dict[str, Any]:
    """What is held, and what the controller gives back of it: the photo, once it heard that the raw file is held too.

    Its key opens the raw file's box. Only when the photo came back without it the raw file is given back by itself.
    """
    hears = {said.digest for piece in ledger.unsent(500) if isinstance(said := piece.said(), PhotoHeld)}
    back, raw = digest(SPOKEN["back"]), digest(RAW["back"])
    place = ledger.place_of(back) or ledger.place_of(raw)
    if place is None or not (raw in hears or told(home)["held", raw]):
        return {"held": ledger.held()}
    key = open_key(boxes.key_of(place[0]), private(home)).hex()
    return {"held": ledger.held(), "give_back": (GiveBack(back if ledger.place_of(back) else raw, key),)}


def act(removing: Removing, tablet: Tablet) -> None:
    """Go by what the agreement says of this look."""
    for ruling in UploadedPhotos().judge(tablet):
        with survived():
            if isinstance(ruling, Hold):
                removing.hold(ruling.photo)
            elif isinstance(ruling, PutBack):
                removing.put_back(ruling.held, ruling.key)


def speak(home: Path, ledger: Ledger) -> None:
    """Each word is given once, however many lives there are."""
    for name, content in SPOKEN.items():
        if not (home / f"said-{name}").exists():
            ledger.say(digest(content), Word.UNWANTED if name == "away" else Word.ADDED, NOON)
            with (home / f"said-{name}").open("w") as note:
                os.fsync(note.fileno())


def boxed(home: Path) -> Counter[str]:
    """The digests of what is in whole boxes."""
    found = Counter[str]()
    for path in (home / "held").iterdir() if (home / "held").is_dir() else ():
        box = io.BytesIO(path.read_bytes())
        try:
            key = open_key(sealed_key(box), private(home))
            found[unseal(io.BytesIO(path.read_bytes()), io.BytesIO(), key).digest] += 1
        except BoxError:
            continue  # a box that was never finished: nothing hangs on it
    return found


def told(home: Path) -> Counter[tuple[str, str]]:
    """What the controller was told, by kind and digest."""
    return Counter((str(what["type"]), str(what.get("digest", ""))) for what in news(home))


def judge_wreck(home: Path) -> None:
    """Right after a life was cut short: every photo is in clear or in a box, but for what was written down to go."""
    assert (home / "DCIM/silent.jpg").read_bytes() == SILENT
    in_boxes, was_told = boxed(home), told(home)
    let_go = leaving(home)
    for file, content in FILES.items():
        what, path, name = digest(content), home / "DCIM" / file, file[:-4]
        in_clear = path.exists() and digest(path.read_bytes()) == what
        assert in_clear or in_boxes[what] or what in let_go, f"{file} is lost"
        assert name == "away" or what not in let_go, f"{file} was let go"
        assert not in_clear or name == "back" or not was_told["held", what], f"{file} was told as held, and is there"
        assert in_clear or not was_told["restored", what], f"{file} was told as put back, and is not there"
        assert not in_boxes[what] or not was_told["discarded", what], f"{file} was told as let go, and is held"


def leaving(home: Path) -> set[str]:
    """The digests of what was written down to be let go, and of what is gone since."""
    if not (home / "state/ledger.sqlite3").exists():
        return set()
    ledger = Ledger(home / "state/ledger.sqlite3")
    found = {held.digest for held in ledger.leaving()}
    if ledger.counts(NOON, 0).discarded:
        found.add(digest(SPOKEN["away"]))
    ledger.close()
    return found


def judge_end(home: Path) -> None:
    """After a whole life: each word has one deed and one record, and nothing else was touched."""
    judge_wreck(home)
    held, back, away = (digest(SPOKEN[name]) for name in ("held", "back", "away"))
    held_raw, back_raw = digest(RAW["held"]), digest(RAW["back"])
    assert boxed(home) == Counter([held, held_raw])
    assert len(list((home / "held").iterdir())) == 2
    assert sorted(path.name for path in (home / "DCIM").iterdir()) == ["back.dng", "back.jpg", "silent.jpg"]
    assert (home / ".local/share/Trash/files/silent.jpg").read_bytes() == SILENT
    expected = [("held", what) for what in (held, back, away, held_raw, back_raw)]
    expected += [("restored", back), ("restored", back_raw), ("discarded", away)]
    counted = told(home)
    assert {key: counted[key] for key in expected} == dict.fromkeys(expected, 1)
    assert counted["restored", held] == counted["discarded", held] == 0
    assert [what for kind, what in counted if kind == "purged"] == []
