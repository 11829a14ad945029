"""SHA-256 of a file, from an open descriptor, a piece at a time."""

import hashlib
import os

PIECE = 1024 * 1024
"""Bytes read at once: what a digest costs in memory, however long the video."""


def digest(descriptor: int, start: int = 0, length: int | None = None) -> str:
    """The digest of everything in the file, or of a part of it. Raises OSError."""
    os.lseek(descriptor, start, os.SEEK_SET)
    sha, left = hashlib.sha256(), length
    while piece := os.read(descriptor, PIECE if left is None else min(PIECE, left)):
        sha.update(piece)
        left = None if left is None else left - len(piece)
    return sha.hexdigest()
