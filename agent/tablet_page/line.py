"""The page's line to the agent: it asks, and hears. When the line ends, the agent is gone, and so is the page."""

import contextlib
import os
import select
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from agent.tablet_page import talk
from agent.tablet_page.door import NAME, in_folder, uid_of

PATIENCE = 20.0
"""Seconds that an answer may take: the ledger may be waiting for a slow disk."""

GONE = "The agent went away. Open the page again from the menu in a moment."
MOST = 16 * 1024 * 1024
"""Bytes of an answer."""


class NoAgentError(OSError):
    """The agent cannot be asked; says why, and what to do."""


class Line:
    """One connection to the agent; several threads may ask, one after the other."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._turn = threading.Lock()

    def ask(self, question: talk.Question) -> talk.Answer:
        """Ask, and give the answer. Raises NoAgentError."""
        answer, descriptors = self.exchange(question)
        for descriptor in descriptors:
            os.close(descriptor)
        return answer

    def ask_for_file(self, question: talk.Question) -> tuple[talk.Answer, int | None]:
        """Ask, and give the answer with the descriptor that came along, which the caller closes."""
        answer, descriptors = self.exchange(question)
        for surplus in descriptors[1:]:
            os.close(surplus)
        return answer, descriptors[0] if descriptors else None

    def exchange(self, question: talk.Question) -> tuple[talk.Answer, list[int]]:
        """One question and its answer. Raises NoAgentError."""
        with self._turn:
            try:
                with contextlib.suppress(BrokenPipeError):  # sent away at the door: the reason lies there to be read
                    self._connection.sendall(talk.line(question))
                heard, descriptors = self.hear()
            except OSError as failure:
                self._connection.close()
                raise NoAgentError(GONE) from failure
        return talk.ANSWERS.decode(heard), descriptors

    def hear(self) -> tuple[bytes, list[int]]:
        """One line, with the descriptors that came with it. Raises OSError."""
        heard, descriptors = b"", []
        while not heard.endswith(b"\n"):
            piece, came, _, _ = socket.recv_fds(self._connection, 65536, 1)
            descriptors += came
            heard += piece
            if not piece or len(heard) > MOST:
                msg = "the agent hung up"
                raise ConnectionError(msg)
        return heard, descriptors

    def is_open(self) -> bool:
        """Tell whether the agent is still there. What was not asked for counts as leaving."""
        if not self._turn.acquire(blocking=False):
            return True
        try:
            return not select.select([self._connection], [], [], 0)[0]
        except (OSError, ValueError):
            return False
        finally:
            self._turn.release()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def call(folders: Sequence[Path]) -> Line:
    """Knock at the first of these folders that has a door. Raises NoAgentError."""
    for folder in folders:
        if (connection := knock(folder)) is not None:
            return Line(connection)
    msg = (
        "The Safeuse agent does not run on this tablet, or keeps no door for you. Tell whoever looks after the tablet."
    )
    raise NoAgentError(msg)


def knock(folder: Path) -> socket.socket | None:
    """Connect to the door in this folder; None where nobody answers. Raises NoAgentError for a stranger behind it."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    try:
        with in_folder(folder) as name:
            connection.connect(f"{name}/{NAME}")
    except OSError:
        connection.close()
        return None
    if uid_of(connection) not in {0, os.geteuid()}:
        connection.close()
        msg = (
            f"Someone else than the agent answers in {folder}. Nothing was shown; tell whoever looks after the tablet."
        )
        raise NoAgentError(msg)
    return connection


def first_look(line: Line) -> talk.Shown:
    """See that the agent knows this person. Raises NoAgentError with the agent's own reason."""
    try:
        answer = line.ask(talk.Look())
    except msgspec.DecodeError as strange:
        msg = "The agent speaks another language than this page: they are of different versions. Update both."
        raise NoAgentError(msg) from strange
    if isinstance(answer, talk.Shown):
        return answer
    raise NoAgentError(answer.why if isinstance(answer, talk.Refused) else "The agent gave no answer.")
