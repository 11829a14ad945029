"""SHA-256 of a file, from an open descriptor, a piece at a time."""

import hashlib
import os

PIECE = 1024 * 1024
"""Bytes read at once: what a digest costs in memory, however long the video."""


def digest(descriptor: int) -> str:
    """The digest of everything in the file, from its beginning. Raises OSError."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    sha = hashlib.sha256()
    while piece := os.read(descriptor, PIECE):
        sha.update(piece)
    return sha.hexdigest()
