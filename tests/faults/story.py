"""A tablet's life in one process, to be killed anywhere in it: start, recover, look, believe, purge, tell.

`python -m tests.faults.story HOME` goes on from whatever it finds. The photo added.jpg is in the journal, kept.jpg is
not. What the controller received is appended to HOME/told, a line a piece of news, before it is confirmed.
"""

import hashlib
import json
import os
import sys
from datetime import timedelta
from pathlib import Path

from agent.ledger import Ledger
from agent.media import Boxes, Media
from agent.removing import Removing
from agreement.agreement import Agreement
from agreement.facts import Evidence, Strength
from agreement.letters import Standing
from tests.agreement.cast import NOON
from tests.fakes.clock import StillClock

ADDED, KEPT = b"in the journal" * 500, b"not in the journal" * 500
STANDING = Standing(1, "sunflower-1", "Sunflower 1", "Larkfield Nursery", Agreement())
DIGEST = hashlib.sha256(ADDED).hexdigest()


def prepare(home: Path) -> None:
    """Two photos, taken long enough ago."""
    (home / "DCIM").mkdir(parents=True)
    (home / "DCIM/added.jpg").write_bytes(ADDED)
    (home / "DCIM/kept.jpg").write_bytes(KEPT)


def live(home: Path) -> None:
    """One life, from start to end."""
    ledger = Ledger(home / "state/ledger.sqlite3")
    media = Media([home / "DCIM"], [home], ledger.digests(), timedelta(microseconds=1))
    removing = Removing(StillClock(), media, Boxes(home / "held", [home / "DCIM"]), ledger)
    removing.recover()
    ledger.note(media.settled(), NOON)
    ledger.believe(Evidence(DIGEST, Strength.DELIVERED, "drop (folder)", NOON))
    for photo in ledger.note(media.settled(), NOON):
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
