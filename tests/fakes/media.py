"""A tablet's pictures in memory: files by path, finished at once, with copies that go when they go."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from agent.seams.photos import FoundFile, PurgePostponedError, PurgeRefusedError
from tests.agreement.cast import NOON


@dataclass
class FakeMedia:
    """The watched folders. `busy` are the paths that somebody is still writing to."""

    files: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # inode and content
    copies: dict[str, int] = field(default_factory=dict)  # thumbnails by the digest of their photo
    busy: set[str] = field(default_factory=set)
    exposures: dict[str, str] = field(default_factory=dict)  # the path of a photo's partner, by the photo's
    numbered: set[str] = field(default_factory=set)  # previews whose names say nothing, by path
    small: tuple[FoundFile, ...] = ()  # of these, what the last search found and nobody decided on
    inodes: int = 0

    def write(self, path: str, content: bytes) -> None:
        """Take a photo, or put another file in the place of one."""
        self.inodes += 1
        self.files[path] = (self.inodes, content)

    def found(self, path: str) -> FoundFile:
        """A file as a look finds it."""
        inode, content = self.files[path]
        return FoundFile(path, hashlib.sha256(content).hexdigest(), len(content), NOON, 1, inode, inode)

    def settled(self) -> tuple[FoundFile, ...]:
        return tuple(self.found(p) for p, (_, content) in sorted(self.files.items()) if content and p not in self.busy)

    def next_settles_in(self) -> timedelta | None:
        return timedelta(seconds=1) if self.busy else None

    def partners(self, file: FoundFile) -> tuple[FoundFile, ...]:
        partner = self.exposures.get(file.path, "")
        return (self.found(partner),) if partner in self.files and self.is_there(file) else ()

    def purge(self, file: FoundFile) -> Mapping[str, int]:
        if file.path in self.busy:
            msg = "The photo stays for now: another program has it open."
            raise PurgePostponedError(msg)
        if not self.is_there(file):
            msg = "The photo stays: it is not what was found."
            raise PurgeRefusedError(msg)
        del self.files[file.path]
        return self.purge_copies(file)

    def purge_copies(self, file: FoundFile) -> Mapping[str, int]:
        self.small = tuple(FoundFile(path, "", 5, NOON, 1, 0, 0) for path in sorted(self.numbered))
        gone = self.copies.pop(file.digest, 0)
        unknown = {"preview unknown": 1} if self.small else {}
        return ({"thumbnail": gone} if gone else {}) | unknown

    def previews(self) -> tuple[FoundFile, ...]:
        return self.small

    def decide(self, preview: FoundFile, *, goes: bool) -> bool:
        if preview not in self.small:
            return False
        self.small = tuple(other for other in self.small if other != preview)
        if not goes or preview.path not in self.numbered:
            return False
        self.numbered.remove(preview.path)
        return True

    def was_changed(self, file: FoundFile) -> bool:
        inode, content = self.files.get(file.path, (0, b""))
        return inode == file.inode and hashlib.sha256(content).hexdigest() != file.digest

    def is_there(self, file: FoundFile) -> bool:
        return file.path in self.files and self.found(file.path) == file
