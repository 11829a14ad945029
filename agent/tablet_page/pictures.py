"""Small pictures for the page: made by a child process from files that this person may open, kept in memory alone.

The page opens a photo with its own person's rights, so the system decides what may be seen. The original, with all that
its metadata tells, never goes to the browser.
"""

import contextlib
import os
import socket
import stat
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator

from agent.tablet_page.artist import LENGTH
from agent.tablet_page.talk import Waiting
from agreement.matching.known import HEAD, Kind, kind_of

MODULE = "agent.tablet_page.artist"
PATIENCE = 20.0
"""Seconds for one picture; then the child is taken to hang."""

MOST_KEPT = 64
"""Small pictures in memory, about 30 KB each."""

MOST_BYTES = 2 << 20
Key = tuple[str, int, int, int, int]


class CannotShowError(Exception):
    """There is no picture to show."""


class Artist:
    """One child, started when first needed, and anew after a picture that it could not survive."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def draw(self, descriptor: int) -> bytes:
        """The small picture of an opened file, as JPEG. Raises CannotShowError."""
        with self._turn:
            try:
                line = self._line or self.start()
                socket.send_fds(line, [b"f"], [descriptor])
                picture = received(line, LENGTH.unpack(received(line, LENGTH.size))[0])
            except OSError as failure:
                self.end()
                raise CannotShowError from failure
        if not picture:
            raise CannotShowError
        return picture

    def start(self) -> socket.socket:
        """Start the child; nothing of this person's environment goes along."""
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE)
        with theirs:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", MODULE],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LANG": "C.UTF-8", "PATH": os.defpath},
            )
        self._line = ours
        return ours

    def end(self) -> None:
        """End the child now."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        if self._line is not None:
            self._line.close()
        self._child = self._line = None

    def close(self) -> None:
        """End the child after the picture under way."""
        with self._turn:
            self.end()


class Pictures:
    """The small pictures that a page has shown so far."""

    def __init__(self, artist: Artist) -> None:
        self._artist = artist
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, photo: Waiting) -> bytes:
        """The small picture of a photo, if its file is as the agent knows it. Raises CannotShowError."""
        key = (photo.digest, photo.device, photo.inode, photo.size, photo.mtime_ns)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with opened(photo) as descriptor:
            picture = self._artist.draw(descriptor)
        with self._lock:
            self._kept[key] = picture
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return picture

    def of_journal(self, descriptor: int) -> bytes:
        """The small picture of a picture of the journal. Raises CannotShowError."""
        return self._artist.draw(descriptor)

    def forget(self) -> None:
        """Forget every picture: the page was closed, or the tablet is lost."""
        with self._lock:
            self._kept.clear()


@contextlib.contextmanager
def opened(photo: Waiting) -> Iterator[int]:
    """Open a photo with this person's own rights, and see that it is the file that the agent told of.

    Raises CannotShowError.
    """
    try:
        descriptor = os.open(photo.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as failure:
        raise CannotShowError from failure
    try:
        if not is_same(photo, os.fstat(descriptor)):
            raise CannotShowError
        yield descriptor
    finally:
        os.close(descriptor)


def is_same(photo: Waiting, status: os.stat_result) -> bool:
    """Tell whether a file is a plain one, and the one that the agent told of."""
    known = (photo.device, photo.inode, photo.size, photo.mtime_ns)
    return stat.S_ISREG(status.st_mode) and known == (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
    )


def received(line: socket.socket, count: int) -> bytes:
    """So many bytes. Raises OSError when the child hangs up, hangs, or says what is no picture."""
    if count > MOST_BYTES:
        msg = "the child sent what is no small picture"
        raise OSError(msg)
    got = b""
    while len(got) < count:
        piece = line.recv(count - len(got))
        if not piece:
            msg = "the child ended"
            raise ConnectionError(msg)
        got += piece
    return got


def is_video(photo: Waiting) -> bool:
    """Tell whether a photo is a video, by its content; False when it cannot be opened."""
    try:
        with opened(photo) as descriptor:
            return kind_of(os.read(descriptor, HEAD)) is Kind.VIDEO
    except (CannotShowError, OSError):
        return False
