"""A journal in memory, as a way to it; the contract of agent.journals.way.Way."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.journals.way import PIECE, Body, Entry, FileTroubleError


@dataclass
class MemoryWay:
    """Files by name. `versions` counts the changes, and serves as the stamp."""

    files: dict[str, bytes] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def put(self, name: str, content: bytes) -> None:
        """Store a file, as somebody else would."""
        self.files[name] = content
        self.versions[name] = self.versions.get(name, 0) + 1

    def size(self, name: str) -> int | None:
        content = self.files.get(name)
        return None if content is None else len(content)

    def send(self, name: str, body: Body) -> None:
        content = b""
        while piece := body.read(PIECE):
            content += piece
        self.put(name, content)

    def rename(self, old: str, new: str) -> None:
        self.put(new, self.files.pop(old))

    def remove(self, name: str) -> None:
        self.files.pop(name, None)

    def read(self, name: str) -> Iterator[bytes]:
        if name not in self.files:
            msg = "a file of the journal is not there any more"
            raise FileTroubleError(msg)
        self.reads.append(name)
        content = self.files[name]
        yield from (content[start : start + PIECE] for start in range(0, len(content), PIECE))

    def listing(self) -> Iterator[Entry]:
        for name, content in sorted(self.files.items()):
            yield Entry(name, len(content), str(self.versions[name]))

    def close(self) -> None:
        """Nothing is open."""
