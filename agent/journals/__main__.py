"""The child that goes to one journal once: python -m agent.journals. It ends, and gives its memory back.

One line of JSON comes on standard input: the journal's table, the photos to prove, the state folder. Lines of JSON go
out: {"proved", "strength"}, {"trouble"}, {"working"}. When standard input closes, the agent is gone, and so is this.
"""

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from agent.journals.memory import Memory, path_for
from agent.journals.proving import Proving, Wanted
from agent.journals.settings import Journal
from agent.journals.way import TroubleError, Way
from agreement.facts import Strength

SAY_EVERY = 1.0
"""Seconds between two signs of life while bytes move."""
PARENT_GONE = 3


class Voice:
    """Says lines to the agent."""

    def __init__(self) -> None:
        self._said = 0.0

    def say(self, **line: str) -> None:
        """One line, at once."""
        print(json.dumps(line), flush=True)  # noqa: T201 - standard output is the way to the agent

    def proved(self, digest: str, strength: Strength) -> None:
        """A photo is in the journal."""
        self.say(proved=digest, strength=strength.value)

    def trouble(self, why: str) -> None:
        """Something went wrong."""
        self.say(trouble=why)

    def working(self) -> None:
        """Bytes move."""
        if time.monotonic() - self._said >= SAY_EVERY:
            self._said = time.monotonic()
            self.say(working="yes")


def way(journal: Journal, wanted: Sequence[Wanted]) -> Way:
    """Open the way to a journal; what it needs is only loaded now. Raises TroubleError."""
    if journal.kind == "webdav":
        from agent.journals.webdav import Webdav  # noqa: PLC0415 - 22 MB that the other ways do not need

        return Webdav(journal, wanted)
    if journal.kind == "sftp":
        from agent.journals.sftp import Sftp  # noqa: PLC0415 - 29 MB that the other ways do not need

        return Sftp(journal, wanted)
    from agent.journals.folder import Folder  # noqa: PLC0415 - as the others

    return Folder(journal, wanted)


def go(request: dict[str, Any], voice: Voice) -> None:
    """One try. Raises TroubleError."""
    journal = msgspec.convert(request["journal"], Journal)
    wanted = [Wanted(**file) for file in request["wanted"]]
    memory = Memory(path_for(Path(request["state"]), journal.name) if request["state"] else None)
    with contextlib.closing(way(journal, wanted)) as opened:
        try:
            Proving(opened, memory, voice.proved, voice.trouble, voice.working).run(wanted, deliver=journal.deliver)
        finally:
            memory.save()


def end_with_the_agent() -> None:
    """Wait for standard input to close, then end at once: nobody listens any more."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(PARENT_GONE)


def main() -> None:
    """Read the request, go, and say how it went."""
    request, voice = json.loads(sys.stdin.readline()), Voice()
    threading.Thread(target=end_with_the_agent, daemon=True).start()
    try:
        go(request, voice)
    except (TroubleError, OSError) as trouble:
        voice.trouble(str(trouble))
    sys.stdout.flush()
    os._exit(0)  # the thread above may hold standard input


if __name__ == "__main__":
    main()
