"""One child process from the agent's side: start it, listen to it, end it when it falls silent or is told to stop."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import msgspec

from agent.journals.settings import Journal
from agent.seams.photos import FoundFile

MODULE = "agent.journals"
SILENCE = 120.0
"""Seconds without a line after which a child counts as hung: longer than any of its own patience."""

LONGEST = 64 * 1024
"""Bytes of the longest line that is listened to."""


class Child:
    """One try at one journal, in a process of its own."""

    def __init__(self, journal: Journal, waiting: Sequence[FoundFile], state: Path | None) -> None:
        request = json.dumps(
            {
                "journal": {**asdict(journal), "look_every": msgspec.to_builtins(journal.look_every)},
                "wanted": [wanted(file) for file in waiting],
                "state": str(state) if state else "",
            }
        )
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LANG": "C.UTF-8", "PATH": os.defpath},
        )
        self._request = request.encode() + b"\n"

    def lines(self) -> Iterator[dict[str, Any]]:
        """What it says, line by line, until it ends. Raises OSError when it hung, or said what is no line."""
        self.ask()
        for line in self.raw_lines():
            said = json.loads(line)
            if isinstance(said, dict):
                yield said

    def ask(self) -> None:
        """Hand it the request; the pipe stays open, so that the child knows the agent to be there."""
        ear = pipe(self._process.stdin)
        ear.write(self._request)
        ear.flush()
        self._request = b""

    def raw_lines(self) -> Iterator[bytes]:
        """Whole lines, as they come."""
        source, rest, heard = pipe(self._process.stdout).fileno(), b"", time.monotonic()
        while True:
            ready, _, _ = select.select([source], [], [], max(heard + SILENCE - time.monotonic(), 0))
            if not ready:
                msg = f"the journal was given up: nothing moved for {SILENCE:.0f} seconds"
                raise TimeoutError(msg)
            piece, heard = os.read(source, LONGEST), time.monotonic()
            if not piece:
                self.check()
                return
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
            if len(rest) > LONGEST:
                msg = "the child that goes to the journal says what is no line"
                raise OSError(msg)

    def check(self) -> None:
        """Make sure that it ended as it should. Raises OSError."""
        try:
            status = self._process.wait(SILENCE)
        except subprocess.TimeoutExpired as lingering:
            msg = "the child that goes to the journal said that it was done, and did not end"
            raise TimeoutError(msg) from lingering
        if status:
            msg = f"the child that goes to the journal ended unexpectedly (status {status}); the log has its last words"
            raise OSError(msg)

    def kill(self) -> None:
        """End it now, from any thread."""
        self._process.kill()

    def close(self) -> None:
        """Make sure that it has ended."""
        self._process.kill()
        for end in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe(end).close()
        self._process.wait()


def pipe(end: IO[bytes] | None) -> IO[bytes]:
    """One end of a pipe that was asked for."""
    if end is None:
        msg = "the child was started without its pipes"
        raise OSError(msg)
    return end


def wanted(file: FoundFile) -> dict[str, Any]:
    """What the child needs to know of a photo."""
    fields = asdict(file)
    del fields["taken_at"]
    return fields
