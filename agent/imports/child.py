"""The child that knows pictures, from the agent's side: asked by messages, handed opened files, ended when it hangs.

It gets no path and opens nothing by itself: a picture that takes it over finds an account without rights, a process
without files or network, and the pictures that it was handed.
"""

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

MODULE = "agent.imports"
SILENCE = 180.0
"""Seconds without a word after which a child counts as hung: longer than the longest video takes."""
LONGEST = 128 * 1024
"""Bytes of the longest message; whatever may be longer travels as a file."""
Message = dict[str, Any]


class ChildError(Exception):
    """The child ended, hung, or said what is no message."""


class Child:
    """One process, awake until it is closed."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", MODULE, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd="/",
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LANG": "C.UTF-8", "PATH": os.defpath},
            )
        self._line = ours
        self.is_over = False

    def say(self, message: Message, files: Sequence[int] = ()) -> None:
        """Say one thing, with files (descriptors) to go with it. Raises ChildError."""
        try:
            socket.send_fds(self._line, [json.dumps(message).encode()], files)
        except OSError as gone:
            self.over(gone)

    def hear(self) -> Message:
        """The next thing that it says. Raises ChildError."""
        ready, _, _ = select.select([self._line], [], [], SILENCE)
        if not ready:
            self.over(TimeoutError(f"it said nothing for {SILENCE:.0f} seconds"))
        try:
            said = json.loads(self._line.recv(LONGEST))
        except (OSError, ValueError) as wrong:
            self.over(wrong)
        if not isinstance(said, dict):
            self.over(ValueError("it said what is no message"))
        return dict(said)

    def over(self, why: Exception) -> NoReturn:
        """It is of no use any more. Raises ChildError."""
        self.is_over = True
        self._process.kill()
        status = self._process.wait()
        msg = f"the child that looks at pictures ended (status {status}): {why}"
        raise ChildError(msg) from why

    def kill(self) -> None:
        """End it now, from any thread."""
        self._process.kill()

    def close(self) -> None:
        """Make sure that it has ended."""
        self._line.close()
        self._process.kill()
        self._process.wait()
