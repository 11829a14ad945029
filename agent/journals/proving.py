"""Proving that photos are in a journal: by putting them there and reading them back, or by finding them there.

Whatever a server says, only bytes that were read from it, and whose digest is the photo's, are evidence.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from agent.journals.memory import Memory
from agent.journals.way import MOST_ENTRIES, PART, Entry, FileTroubleError, TroubleError, Way
from agreement.facts import Strength

SUFFIX = 5
"""Characters of the longest suffix that is kept in the journal."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A photo to prove: what it is, and where it is on this tablet."""

    path: str
    digest: str
    size: int
    device: int
    inode: int
    mtime_ns: int

    @property
    def name(self) -> str:
        """How it is called in the journal: its digest, never the name that it has on the tablet."""
        suffix = os.path.splitext(self.path)[1].lower()  # noqa: PTH122 - a Path cannot hold every name
        plain = suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= SUFFIX
        return self.digest + suffix if plain else self.digest


class Sending:
    """The bytes of a photo on their way: exactly as many as it had, digested as they go."""

    def __init__(self, descriptor: int, size: int, working: Callable[[], None]) -> None:
        self.size, self._left, self._descriptor, self._working = size, size, descriptor, working
        self._sha = hashlib.sha256()

    def read(self, most: int = -1) -> bytes:
        """The next bytes; none at the end. Raises FileTroubleError when the file has become shorter."""
        piece = os.read(self._descriptor, self._left if most < 0 else min(most, self._left))
        if not piece and self._left:
            msg = "a photo became shorter while it was being sent; it is tried again later"
            raise FileTroubleError(msg)
        self._left -= len(piece)
        self._sha.update(piece)
        self._working()
        return piece

    def digest(self) -> str:
        """The digest of what was sent."""
        return self._sha.hexdigest()


@dataclass
class Proving:
    """One try at one journal. `proved` is told of each photo at once, `trouble` of whatever went wrong."""

    way: Way
    memory: Memory
    proved: Callable[[str, Strength], None]
    trouble: Callable[[str], None]
    working: Callable[[], None] = lambda: None
    done: set[str] = field(default_factory=set)

    def run(self, wanted: Sequence[Wanted], *, deliver: bool) -> None:
        """Deliver if that is asked for, then look for what is not proved yet. Raises TroubleError."""
        failure: TroubleError | None = None
        if deliver:
            try:
                self.each(wanted, self.deliver)
            except TroubleError as trouble:
                failure = trouble  # what may not be written to may still be read
        self.find([file for file in wanted if file.digest not in self.done])
        if failure:
            raise failure

    def each(self, wanted: Iterable[Wanted], deed: Callable[[Wanted], None]) -> None:
        """Do something for each photo; one that fails does not stop the others."""
        for file in wanted:
            try:
                deed(file)
            except FileTroubleError as failure:
                self.trouble(str(failure))

    def deliver(self, file: Wanted) -> None:
        """Put one photo there, unless it is, and read it back."""
        if file.digest in self.done:
            return
        if self.way.size(file.name) != file.size or self.digest_of(file.name, file.size) != file.digest:
            self.send(file)
            if self.digest_of(file.name, file.size) != file.digest:
                msg = "the journal took a photo and gives back something else; it stays on the tablet"
                raise FileTroubleError(msg)
        self.tell(file.digest, Strength.DELIVERED)

    def send(self, file: Wanted) -> None:
        """Send one photo under another name, and move it into its place when it was the right one."""
        part = file.name + PART
        with opened(file) as descriptor:
            body = Sending(descriptor, file.size, self.working)
            self.way.send(part, body)
        if body.digest() != file.digest:
            self.way.remove(part)
            msg = "a photo was changed while it was being sent; it is tried again later"
            raise FileTroubleError(msg)
        self.way.rename(part, file.name)

    def find(self, wanted: Sequence[Wanted]) -> None:
        """Look through the journal for these; only files of the right size are read."""
        sizes = {file.size for file in wanted}
        digests = {file.digest for file in wanted}
        for number, entry in enumerate(self.way.listing() if wanted else ()):
            if number >= MOST_ENTRIES:
                self.trouble(f"the journal holds more than {MOST_ENTRIES} files; the rest was not looked at")
                return
            self.working()
            if digests <= self.done:
                return
            if entry.size in sizes and not entry.name.endswith(PART):
                self.look(entry, digests)

    def look(self, entry: Entry, digests: set[str]) -> None:
        """Read one file of the journal, unless it was read before and was none of these."""
        known = self.memory.recall(entry)
        if known is not None and known not in digests:
            return
        try:
            content = self.digest_of(entry.name, entry.size)
        except FileTroubleError as failure:
            self.trouble(str(failure))
            return
        self.memory.remember(entry, content)
        if content in digests:
            self.tell(content, Strength.PUBLISHED)

    def tell(self, digest: str, strength: Strength) -> None:
        """This photo is in the journal; said once."""
        if digest not in self.done:
            self.done.add(digest)
            self.proved(digest, strength)

    def digest_of(self, name: str, size: int) -> str:
        """The digest of what the journal gives for this name; empty when it gives another number of bytes."""
        sha, left = hashlib.sha256(), size
        for piece in self.way.read(name):
            left -= len(piece)
            if left < 0:
                return ""
            sha.update(piece)
            self.working()
        return sha.hexdigest() if left == 0 else ""


@contextlib.contextmanager
def opened(file: Wanted) -> Iterator[int]:
    """Open a photo for sending, when it is still the one that was found. Raises FileTroubleError."""
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as failure:
        msg = f"a photo cannot be read any more: {failure.strerror}"
        raise FileTroubleError(msg) from failure
    try:
        status = os.fstat(descriptor)
        now = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if not stat.S_ISREG(status.st_mode) or now != (file.device, file.inode, file.size, file.mtime_ns):
            msg = "a photo was changed since it was found; it is tried again later"
            raise FileTroubleError(msg)
        yield descriptor
    finally:
        os.close(descriptor)
