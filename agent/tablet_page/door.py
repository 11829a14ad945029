"""The agent's door: a Unix socket at which a person's page may ask. It costs one sleeping thread while nobody knocks.

Who knocks is told by the kernel (SO_PEERCRED), never by what is said. Each guest is heard on a thread of its own, which
ends with it.
"""

import contextlib
import logging
import os
import select
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from agent.tablet_page import talk
from agent.tablet_page.desk import Desk
from agent.tablet_page.people import People, Person

NAME = "page.sock"
MOST_GUESTS = 8
IDLE = 30 * 60.0
"""Seconds after which a guest that asks nothing is shown out; a page leaves long before."""

CREDENTIALS = struct.Struct("3i")
STRANGER = talk.Refused("This account has no home on this tablet that the agent looks after, so it has no photos here.")
CROWDED = talk.Refused("The page is open too often. Close it where it is open, and try again.")
GARBLED = talk.Refused("The agent does not understand this page. They may be of different versions: update both.")
TROUBLE = talk.Refused("The agent could not look this up or write it down. Nothing was changed; please try again.")

log = logging.getLogger(__name__)


class Door:
    """Opens on `start`, closes on `stop` with everyone inside."""

    def __init__(self, folder: Path, desk: Desk, people: People, *, public: bool) -> None:
        """Take the folder of the socket; a `public` door lets every account knock, and looks who it is."""
        self._folder, self._desk, self._people, self._public = folder, desk, people, public
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._ended_r, self._ended_w = socket.socketpair()
        self._thread = threading.Thread(target=self.listen, name="the page's door", daemon=True)
        self._lock = threading.Lock()
        self._guests: dict[socket.socket, threading.Thread] = {}

    def start(self) -> None:
        """Open. Raises OSError."""
        with in_folder(self._folder) as folder:
            place = f"{folder}/{NAME}"
            with contextlib.suppress(FileNotFoundError):
                os.unlink(place)  # noqa: PTH108 - a name below a descriptor
            self._listener.bind(place)
            os.chmod(place, 0o666 if self._public else 0o600)  # noqa: PTH101 - as above
        self._listener.listen(MOST_GUESTS)
        self._thread.start()

    def listen(self) -> None:
        """Let guests in until told to stop."""
        while True:
            readable, _, _ = select.select([self._listener, self._ended_r], [], [])
            if self._ended_r in readable:
                return
            try:
                guest, _ = self._listener.accept()
            except OSError as failure:
                log.warning("a page could not be let in: %s", failure)
                continue
            self.admit(guest)

    def admit(self, guest: socket.socket) -> None:
        """Look who it is; hear them on a thread of their own, or send them away with the reason."""
        guest.settimeout(IDLE)
        person = self._people.person(uid_of(guest))
        with self._lock:
            refusal = STRANGER if person is None else CROWDED if len(self._guests) >= MOST_GUESTS else None
            if person is not None and refusal is None:
                thread = threading.Thread(target=self.hear, args=(guest, person), name="a page", daemon=True)
                self._guests[guest] = thread
                thread.start()
                return
        with guest, contextlib.suppress(OSError):
            guest.sendall(talk.line(refusal or STRANGER))

    def hear(self, guest: socket.socket, person: Person) -> None:
        """Answer one guest's questions, until it leaves."""
        try:
            for asked in lines(guest):
                self.reply(guest, person, asked)
        except OSError as gone:
            log.debug("a page left: %s", gone)
        finally:
            guest.close()
            with self._lock:
                self._guests.pop(guest, None)

    def reply(self, guest: socket.socket, person: Person, asked: bytes) -> None:
        """Answer one question. Raises OSError when the guest is gone."""
        answer, descriptor = self.answered(person, asked)
        try:
            words = talk.line(answer)
            if descriptor is not None:
                sent = socket.send_fds(guest, [words], [descriptor])
                words = words[sent:]
            guest.sendall(words)
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def answered(self, person: Person, asked: bytes) -> tuple[talk.Answer, int | None]:
        """Find the answer. Whatever fails is an answer too, and never the end of the agent."""
        try:
            return self._desk.answer(person, talk.QUESTIONS.decode(asked))
        except msgspec.DecodeError:
            return GARBLED, None
        except Exception:
            log.exception("a page could not be answered")
            return TROUBLE, None

    def stop(self) -> None:
        """Close, and show everyone out."""
        self._ended_w.send(b"x")
        if self._thread.ident is not None:
            self._thread.join()
        with self._lock:
            guests = dict(self._guests)
        for guest, thread in guests.items():
            with contextlib.suppress(OSError):
                guest.shutdown(socket.SHUT_RDWR)
            thread.join()
        for end in (self._listener, self._ended_r, self._ended_w):
            end.close()
        with contextlib.suppress(FileNotFoundError):
            (self._folder / NAME).unlink()


def uid_of(guest: socket.socket) -> int:
    """The account at the other end, by the kernel's word at the moment that it connected."""
    told = guest.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    uid: int = CREDENTIALS.unpack(told)[1]
    return uid


def lines(guest: socket.socket) -> Iterator[bytes]:
    """The guest's lines, until it leaves. Raises OSError; a line that is too long counts as leaving."""
    rest = b""
    while piece := guest.recv(talk.LONGEST):
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > talk.LONGEST:
            return


@contextlib.contextmanager
def in_folder(folder: Path) -> Iterator[str]:
    """A short name of a folder: a socket's own may have 107 bytes, and a folder may lie deep."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
