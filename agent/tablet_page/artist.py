"""The child that makes small pictures: python -m agent.tablet_page.artist. It reads files from outside, so it ends.

On standard input, a socket, come descriptors: one file each, with one byte. What goes back is a length (4 bytes, big
endian) and a JPEG; a length of nought says that the file cannot be shown. When the socket closes, the page is gone.
"""

import io
import os
import resource
import socket
import struct
from collections.abc import Iterator
from typing import BinaryIO

from agreement.bounds import DRAWING
from agreement.matching.known import HEAD, UndecodableError, kind_of
from agreement.matching.thumbnails import thumbnail

SIDE = 480
"""Pixels of the longer side: enough to know a picture by, and no more."""

LENGTH = struct.Struct("!I")


def files(page: socket.socket) -> Iterator[BinaryIO]:
    """The files that the page sends, until it hangs up."""
    while True:
        word, descriptors, _, _ = socket.recv_fds(page, 1, 1)
        if not word or not descriptors:
            return
        with os.fdopen(descriptors[0], "rb") as file:
            yield file


def small(file: BinaryIO) -> bytes:
    """The small picture of a file; empty when it cannot be shown."""
    kind = kind_of(file.read(HEAD))
    if kind is None:
        return b""
    drawn = io.BytesIO()
    try:
        thumbnail(file, kind, SIDE, drawn)
    except (UndecodableError, OSError):
        return b""
    return drawn.getvalue()


def main() -> None:
    """Make small pictures until the page hangs up."""
    DRAWING.lay_on(resource)
    with socket.socket(fileno=os.dup(0)) as page:
        for file in files(page):
            picture = small(file)
            page.sendall(LENGTH.pack(len(picture)) + picture)


if __name__ == "__main__":
    main()
