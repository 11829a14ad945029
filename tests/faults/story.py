"""A tablet's life in one process, to be killed anywhere in it: start, recover, look, believe, purge, tell.

`python -m tests.faults.story HOME` goes on from whatever it finds. What the controller received is appended to
HOME/told, a line a piece of news, before it is confirmed. The tablet holds two photos that are in the journal, with
copies, one with a second name and a raw file too; and two that are not, in the very same places.
"""

import contextlib
import hashlib
import json
import os
import sys
from datetime import timedelta
from pathlib import Path

from agent.ledger import Ledger
from agent.media import Boxes, Media
from agent.media.copies import uri
from agent.removing import Removing
from agent.survived import survived
from agreement.facts import Evidence, Strength
from tests.agreement.cast import NOON
from tests.fakes.clock import StillClock
from tests.faults import words

PROVED = {"added": b"in the journal" * 500, "more": b"also in the journal" * 400}
RAW = {"added": b"raw file of what is in the journal" * 300}
KEPT = {"kept": b"not in the journal" * 500, "other": b"not in the journal either" * 400}
BEGINS = "/safeuse-story-begins"
"""A path that a life asks for when its own work begins, so that this shows among its system calls."""


def digest(content: bytes) -> str:
    """What a photo is known by."""
    return hashlib.sha256(content).hexdigest()


def files(home: Path, name: str, content: bytes, seen_as: Path | None = None) -> dict[Path, bytes]:
    """A photo and its copies, by place; the first is the photo. Its thumbnail is called by where it is seen."""
    seen = (seen_as or home) / f"DCIM/{name}.jpg"
    thumbnail = hashlib.md5(uri(str(seen)).encode(), usedforsecurity=False).hexdigest()
    return {
        home / f"DCIM/{name}.jpg": content,
        home / f".cache/thumbnails/normal/{thumbnail}.png": b"small " + name.encode(),
        home / f".local/share/Trash/files/{name}.jpg": content,
        home / f"Documents/{name}.jpg": content,
        home / f"DCIM/{name}.jpg.xmp": b"an edit of " + name.encode(),
    }


def second(home: Path, name: str) -> Path:
    """Another name of a photo."""
    return home / f"Pictures/{name}-again.jpg"


def prepare(home: Path, seen_as: Path | None = None) -> None:
    """What is there before the first life, taken long enough ago; `seen_as` where the life will see it."""
    for name, content in {**PROVED, **KEPT}.items():
        for path, held in files(home, name, content, seen_as).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(held)
    (home / "Pictures").mkdir(exist_ok=True)
    for name in ("added", "kept"):
        with contextlib.suppress(OSError):  # not every disk knows second names
            second(home, name).hardlink_to(home / f"DCIM/{name}.jpg")
    for name, content in RAW.items():
        (home / f"DCIM/{name}.dng").write_bytes(content)
    (home / "DCIM/kept.dng").write_bytes(b"raw file of what is not" * 300)


def live(home: Path) -> None:
    """One life, from start to end."""
    with contextlib.suppress(OSError):
        os.stat(BEGINS)  # noqa: PTH116 - this very call
    if (home / words.KEY).exists():
        words.live(home)
    ledger = Ledger(home / "state/ledger.sqlite3")
    media = Media([home / "DCIM", home / "Pictures"], [home], ledger.digests(), timedelta(microseconds=1))
    removing = Removing(StillClock(), media, Boxes(home / "held", [home / "DCIM", home / "Pictures"]), ledger)
    removing.recover()
    media.settled()
    ledger.note(media.settled(), NOON)
    for content in PROVED.values():
        ledger.believe(Evidence(digest(content), Strength.DELIVERED, "drop (folder)", NOON))
    for _ in range(3):  # a raw file follows its photo a round later
        for photo in ledger.note(media.settled(), NOON):
            with survived():
                if photo.evidence:
                    removing.purge(photo)
    tell(ledger, home / "told")
    ledger.close()


def tell(ledger: Ledger, told: Path) -> None:
    """Hand every piece of news over, durably, and only then have it forgotten."""
    for news in ledger.unsent(500):
        line = json.dumps({"number": news.number, "chain": news.chain, "what": bytes(news.what).decode()})
        with told.open("a") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        ledger.confirmed(news.number)


if __name__ == "__main__":
    live(Path(sys.argv[1]))
