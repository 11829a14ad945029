"""Sealed photos in memory: a box is a picture beside its key, and opens to nobody else."""

from dataclasses import dataclass, field

from agent.seams.photos import Box, FoundFile, PurgeRefusedError
from agreement.facts import Held
from tests.fakes.media import FakeMedia


@dataclass
class FakeBoxes:
    """The boxes of a tablet whose photos are in memory."""

    media: FakeMedia
    boxes: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # public key and content, by name
    photos: dict[str, str] = field(default_factory=dict)  # the box of the photo that a partner goes with
    made: int = 0

    def seal(self, file: FoundFile, public: str, photo: str = "") -> Box:
        if not self.media.is_there(file):
            msg = "The photo stays: it is not what was found."
            raise PurgeRefusedError(msg)
        self.made += 1
        name = f"box-{self.made}"
        self.boxes[name] = (public, self.media.files[file.path][1])
        self.photos[name] = photo
        return Box(name, self.key_of(name))

    def key_of(self, name: str) -> bytes:
        return f"{self.boxes[name][0]} {name}".encode().ljust(80)[:80]

    def put_back(self, held: Held, name: str, path: str, key: str) -> None:
        public, content = self.boxes[name]
        if key not in {f"{public} {name}", f"{public} {self.photos[name]}"}:
            msg = "this is not its key"
            raise ValueError(msg)
        taken = self.media.files.get(path)
        if taken and self.media.found(path).digest == held.digest:
            return
        stem, _, ending = path.rpartition(".")
        self.media.write(f"{stem} (put back 1).{ending}" if taken else path, content)

    def drop(self, name: str) -> None:
        self.boxes.pop(name, None)

    def sweep(self, wanted: frozenset[str]) -> None:
        for name in set(self.boxes) - wanted:
            self.drop(name)
