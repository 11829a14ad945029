"""An export at Larkfield: what the tests of imports hand in, and what reads it without decoders."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from agreement.agreement import Agreement
from agreement.exports.reading import of_stream
from agreement.letters import Enrol
from controller.imported import Import
from controller.journal.beginning import begin_by_command
from controller.journal.reading import Reading, listing
from controller.records import Author, IssuedCode, Setting
from controller.seams import Books
from controller.shelves import Shelves
from controller.store.books import SqlStore
from tests.fakes.fingerprints import BROKEN, JPEG, VIDEO, FakeFingerprints
from tests.parts.exports import zipped

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)
ADA = Author("Ada", MORNING)
WEEK = timedelta(days=7)
PAINTING, GARDEN, SONG = JPEG + b" painting", JPEG + b" garden", VIDEO + b" song"
EXPORT = {
    "In journal/painting.jpg": PAINTING,
    "In journal/again.jpg": PAINTING,
    "In journal/song.mkv": SONG,
    "In journal/torn.jpg": JPEG + BROKEN,
    "Not in journal/draft.jpg": JPEG + b" draft",
    "Staff only/list.jpg": JPEG + b" staff",
    "loose.jpg": JPEG + b" loose",
    "readme.txt": b"Tapestry",
    "book.pdf": b"%PDF-1.7",
}


@dataclass
class Desk:
    """The books and shelves of a controller, and a clock that is set by hand."""

    store: SqlStore
    shelves: Shelves
    at: datetime = MORNING
    made: list[FakeFingerprints] = field(default_factory=list)
    told: list[Import] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Found the setting."""
        self.store.write(found)

    def now(self) -> datetime:
        """The time by the clock."""
        return self.at

    def fingerprinter(self) -> FakeFingerprints:
        """Another one."""
        self.made.append(FakeFingerprints())
        return self.made[-1]

    @property
    def taken(self) -> list[str]:
        """The digests of everything that a fingerprint was taken of."""
        return [digest for one in self.made for digest in one.taken]

    @property
    def reading(self) -> Reading:
        """What reads exports."""
        zone = ZoneInfo("Europe/London")
        return Reading(self.store, self.shelves, self.fingerprinter, self.now, "main", zone, WEEK, self.told.append)

    def hand_in(self, files: Mapping[str, bytes]) -> Import:
        """Hand in a ZIP by the command line, without reading it."""
        export = of_stream(io.BytesIO(zipped(files)))
        size = sum(map(len, files.values()))
        return begin_by_command(self.store, self.shelves, listing(export), size, Author("Ada", self.at))

    def read(self, files: Mapping[str, bytes]) -> Import:
        """Hand in a ZIP and read it to its end."""
        return self.reading.run(self.hand_in(files).id, lambda: of_stream(io.BytesIO(zipped(files))))

    def held(self, ident: int) -> Import:
        """What has become of an import."""
        with self.store.read() as books:
            found_one = books.imports.get(ident)
        assert found_one is not None
        return found_one

    def files(self, ident: int) -> set[str]:
        """The names of what lies on an import's shelf."""
        folder = self.shelves.folder / str(ident)
        return {one.name for one in folder.iterdir()} - {"lock"} if folder.exists() else set()

    def enrol(self, name: str) -> str:
        """Enrol a tablet; gives its id."""
        device = name.lower().replace(" ", "-")
        code = IssuedCode("00", name, "main", None, "Ada", self.at, self.at, None)
        self.store.write(lambda books: books.devices.add(device, code, Enrol("x", "ab" * 32, "0.1.0"), self.at))
        return device


def found(books: Books) -> None:
    """The setting and its first agreement."""
    books.agreements.found(Setting("main", "Larkfield Nursery"))
    books.agreements.put("main", Agreement(), ADA, "the first")


def desk(store: SqlStore, folder: Path) -> Desk:
    """A desk on these books."""
    return Desk(store, Shelves(folder / "journal", folder / "keys"))
