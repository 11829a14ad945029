"""Fingerprints from child processes: started when one is needed, ended after some pictures, and killed when one hangs.

Whatever a picture does to a decoder, it costs that picture alone: the child is replaced, and the next picture is taken.
"""

import contextlib
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec
import structlog

from controller.journal.decoder import ANSWERS, Sniff, Sniffed, Take, Taken
from controller.seams import FingerprinterError

PICTURES: Final = 200
"""Pictures that one child takes before another takes its place."""
PATIENCE: Final = {"picture": 60.0, "video": 600.0}
"""Seconds until a decoder is taken to hang."""
SOON: Final = 30.0
"""Seconds for what needs no decoding; the first question waits for the child to start."""
LONGEST: Final = 8 * 1024 * 1024
"""Bytes of an answer: a fingerprint has a few hundred, a long video's some thousand."""
COMMAND: Final = (sys.executable, "-m", "controller.journal.decoder")
ALONE: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
PASSED_ON: Final = ("PYTHONPATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV")

log = structlog.get_logger()


class ChildFailedError(RuntimeError):
    """The child ended, hung or answered nonsense."""


class Child:
    """One child process."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # decoders chatter there about every odd picture
            env=passed | ALONE,
            bufsize=0,
        )
        self.taken = 0

    def ask(self, request: Sniff | Take, patience: float) -> Sniffed | Taken:
        """Ask one thing. Raises ChildFailedError."""
        assert self._process.stdin is not None  # noqa: S101 - pipes were asked for
        try:
            self._process.stdin.write(msgspec.json.encode(request) + b"\n")
            answer: Sniffed | Taken = ANSWERS.decode(self._line(patience))
        except (OSError, msgspec.DecodeError) as broken:
            msg = "the decoder broke off"
            raise ChildFailedError(msg) from broken
        if isinstance(answer, Sniffed) is not isinstance(request, Sniff):
            msg = "the decoder answered something that it was not asked"
            raise ChildFailedError(msg)  # it is out of step: its next answer would be another picture's
        return answer

    def _line(self, patience: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - see above
        line = bytearray()
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self._process.stdout], [], [], patience)
            piece = os.read(self._process.stdout.fileno(), 65536) if ready else b""
            if not piece or len(line) > LONGEST:
                msg = "the decoder broke off" if ready else "the decoder hung"
                raise ChildFailedError(msg)
            line += piece
        return bytes(line)

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.wait()


class ChildFingerprints:
    """Takes fingerprints, one at a time. Use one for each thread."""

    def __init__(self, command: tuple[str, ...] = COMMAND, patience: dict[str, float] = PATIENCE) -> None:
        self._command, self._patience = command, patience
        self._child: Child | None = None

    def kind(self, head: bytes) -> str | None:
        """What a file is by its first bytes: picture, video, or None. Raises FingerprinterError."""
        answer = self._ask(Sniff(head), SOON) or self._ask(Sniff(head), SOON)  # the first may have been a dying child
        if not isinstance(answer, Sniffed):
            msg = (
                "pictures cannot be read on this machine: the decoder does not start. Install safeuse[controller] anew"
            )
            raise FingerprinterError(msg)
        return answer.kind

    def fingerprint(self, path: Path, key: bytes, kind: str) -> bytes | None:
        """The fingerprint of a sealed file as JSON; None when it cannot be decoded, whatever the decoder did then."""
        answer = self._ask(Take(str(path), key, kind), self._patience[kind])
        made = bytes(answer.fingerprint) if isinstance(answer, Taken) else b"null"
        return None if made == b"null" else made

    def close(self) -> None:
        """End what still runs."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def _ask(self, request: Sniff | Take, patience: float) -> Sniffed | Taken | None:
        if self._child is not None and self._child.taken >= PICTURES:
            self.close()
        self._child = self._child or Child(self._command)
        self._child.taken += isinstance(request, Take)
        try:
            return self._child.ask(request, patience)
        except ChildFailedError as failed:
            log.warning("a picture could not be taken", why=str(failed))
            self.close()
            return None
