"""What every way to a journal does, on real servers and in memory; and what is proved over it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.journals.__main__ import way
from agent.journals.memory import Memory
from agent.journals.proving import Proving, Wanted
from agent.journals.way import PART, FileTroubleError, Way
from agreement.facts import Strength
from tests.fakes.journals import MemoryWay
from tests.parts.journal_places import PLACES
from tests.parts.photos import digest, write

PICTURE = b"Bluebell class at the pond" * 30_000


@dataclass
class Scene:
    """A journal, how to open the way to it, and how somebody else puts a file there."""

    open: Callable[[], Way]
    put: Callable[[str, bytes], None]
    names: Callable[[], list[str]]


@contextmanager
def on_a_server(kind: str, state: Path) -> Iterator[Scene]:
    with PLACES[kind](state) as place:

        def put(name: str, content: bytes) -> None:
            path = place.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, content)

        def names() -> list[str]:
            return sorted(str(p.relative_to(place.folder)) for p in place.folder.rglob("*") if p.is_file())

        yield Scene(lambda: way(place.journal, ()), put, names)


@contextmanager
def in_memory(_state: Path) -> Iterator[Scene]:
    memory = MemoryWay()
    yield Scene(lambda: memory, memory.put, lambda: sorted(memory.files))


@pytest.fixture(params=["memory", *PLACES], scope="module")
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    state = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        made = in_memory(state) if request.param == "memory" else on_a_server(request.param, state)
        yield stack.enter_context(made)


@pytest.fixture
def scene(shared: Scene) -> Iterator[Scene]:
    """The journal, empty."""
    opened = shared.open()
    for name in shared.names():
        opened.remove(name)
    opened.close()
    yield shared
    assert not [name for name in shared.names() if name.endswith(PART)], "a part was left behind"


@pytest.fixture
def opened(scene: Scene) -> Iterator[Way]:
    made = scene.open()
    yield made
    made.close()


class Bytes:
    """A body from memory."""

    def __init__(self, content: bytes) -> None:
        self.size, self._left = len(content), content

    def read(self, most: int = -1) -> bytes:
        most = len(self._left) if most < 0 else most
        piece, self._left = self._left[:most], self._left[most:]
        return piece


@dataclass
class Told:
    """What came of a try."""

    proved: dict[str, Strength] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def prove(self, opened: Way, wanted: list[Wanted], *, deliver: bool, memory: Path | None = None) -> "Told":
        remembered = Memory(memory)
        Proving(opened, remembered, self.proved.__setitem__, self.troubles.append).run(wanted, deliver=deliver)
        remembered.save()
        return self


def photo(folder: Path, name: str, content: bytes = PICTURE) -> Wanted:
    path = folder / name
    write(path, content)
    status = path.stat()
    return Wanted(str(path), digest(content), len(content), status.st_dev, status.st_ino, status.st_mtime_ns)


def test_what_was_sent_comes_back(opened: Way) -> None:
    opened.send("a.jpg", Bytes(PICTURE))
    assert b"".join(opened.read("a.jpg")) == PICTURE
    assert opened.size("a.jpg") == len(PICTURE)
    (entry,) = opened.listing()
    assert (entry.name, entry.size) == ("a.jpg", len(PICTURE))
    assert entry.stamp


def test_renaming_puts_a_file_over_another(opened: Way) -> None:
    opened.send("a.jpg", Bytes(b"old"))
    opened.send("a.part", Bytes(b"the new one"))
    opened.rename("a.part", "a.jpg")
    assert [entry.name for entry in opened.listing()] == ["a.jpg"]
    assert b"".join(opened.read("a.jpg")) == b"the new one"


def test_what_is_not_there_has_no_size_can_be_removed_and_not_be_read(opened: Way) -> None:
    assert opened.size("none.jpg") is None
    opened.remove("none.jpg")
    with pytest.raises(FileTroubleError):
        list(opened.read("none.jpg"))


@pytest.mark.parametrize(
    "name", ["a b.jpg", "50% #1?.jpg", "été 图片.jpg", "2026/spring/deep.jpg", "-rf.jpg", "a&b;c.jpg"]
)
def test_files_of_any_name_and_in_folders_are_listed_and_read(scene: Scene, opened: Way, name: str) -> None:
    scene.put(name, PICTURE)
    assert [entry.name for entry in opened.listing()] == [name]
    assert b"".join(opened.read(name)) == PICTURE


def test_a_photo_is_delivered_under_its_digest_and_proved_by_reading_it_back(
    scene: Scene, opened: Way, tmp_path: Path
) -> None:
    wanted = photo(tmp_path, "Oliver.JPG")
    told = Told().prove(opened, [wanted], deliver=True)
    assert told == Told({wanted.digest: Strength.DELIVERED}, [])
    assert scene.names() == [f"{wanted.digest}.jpg"]


def test_what_was_delivered_before_is_read_back_and_not_sent_again(scene: Scene, opened: Way, tmp_path: Path) -> None:
    wanted = photo(tmp_path, "a.jpg")
    scene.put(wanted.name, PICTURE)
    Path(wanted.path).unlink()
    assert Told().prove(opened, [wanted], deliver=True).proved == {wanted.digest: Strength.DELIVERED}


@pytest.mark.parametrize("there", [b"", PICTURE[:1000], PICTURE[::-1]], ids=["empty", "cut short", "another"])
def test_a_broken_delivery_is_no_evidence_and_is_made_good(
    scene: Scene, opened: Way, tmp_path: Path, there: bytes
) -> None:
    wanted = photo(tmp_path, "a.jpg")
    scene.put(wanted.name, there)
    assert Told().prove(opened, [wanted], deliver=False).proved == {}
    assert Told().prove(opened, [wanted], deliver=True).proved == {wanted.digest: Strength.DELIVERED}
    assert b"".join(opened.read(wanted.name)) == PICTURE


def test_a_photo_that_is_there_under_any_name_is_found(scene: Scene, opened: Way, tmp_path: Path) -> None:
    wanted, absent = photo(tmp_path, "a.jpg"), photo(tmp_path, "b.jpg", PICTURE[::-1])
    scene.put("2026/observation.jpeg", PICTURE)
    scene.put("decoy.jpg", PICTURE[1:] + b"x")
    told = Told().prove(opened, [wanted, absent], deliver=False)
    assert told == Told({wanted.digest: Strength.PUBLISHED}, [])


@pytest.mark.parametrize("change", ["edited", "gone", "swapped for a link"])
def test_a_photo_that_changed_since_it_was_found_is_not_sent(
    scene: Scene, opened: Way, tmp_path: Path, change: str
) -> None:
    wanted, fine = photo(tmp_path, "a.jpg"), photo(tmp_path, "b.jpg", b"fine")
    path = Path(wanted.path)
    path.unlink()
    if change == "edited":
        write(path, PICTURE[::-1])
    elif change == "swapped for a link":
        path.symlink_to("/etc/hostname")
    told = Told().prove(opened, [wanted, fine], deliver=True)
    assert told.proved == {fine.digest: Strength.DELIVERED}
    assert len(told.troubles) == 1
    assert scene.names() == [fine.name]


def test_a_photo_whose_bytes_are_not_its_digest_is_not_delivered(scene: Scene, opened: Way, tmp_path: Path) -> None:
    wanted = photo(tmp_path, "a.jpg")
    lying = Wanted(wanted.path, "ab" * 32, wanted.size, wanted.device, wanted.inode, wanted.mtime_ns)
    told = Told().prove(opened, [lying], deliver=True)
    assert told.proved == {}
    assert "changed while it was being sent" in told.troubles[0]
    assert scene.names() == []


def test_the_same_picture_twice_is_sent_once(scene: Scene, opened: Way, tmp_path: Path) -> None:
    told = Told().prove(opened, [photo(tmp_path, "a.jpg"), photo(tmp_path, "b.jpg")], deliver=True)
    assert len(told.proved) == len(scene.names()) == 1


def test_what_was_read_and_was_not_it_is_not_read_again_until_it_changes(tmp_path: Path) -> None:
    journal, memory = MemoryWay(), tmp_path / "memory.json"
    wanted = photo(tmp_path, "a.jpg")
    journal.put("x.jpg", PICTURE[::-1])
    for _ in range(3):
        assert Told().prove(journal, [wanted], deliver=False, memory=memory).proved == {}
    assert journal.reads == ["x.jpg"]
    journal.put("x.jpg", PICTURE)
    assert Told().prove(journal, [wanted], deliver=False, memory=memory).proved == {wanted.digest: Strength.PUBLISHED}
    assert oct(memory.stat().st_mode & 0o777) == "0o600"


def test_what_is_remembered_is_never_evidence_by_itself(tmp_path: Path) -> None:
    journal, memory = MemoryWay(), tmp_path / "memory.json"
    wanted = photo(tmp_path, "a.jpg")
    journal.put("x.jpg", PICTURE)
    Told().prove(journal, [wanted], deliver=False, memory=memory)
    journal.files["x.jpg"] = PICTURE[::-1]  # the stamp stays: a server that does not tell of changes
    assert Told().prove(journal, [wanted], deliver=False, memory=memory).proved == {}


@pytest.mark.parametrize("spoilt", ["", "[1, 2]", '{"x.jpg": 7}', '{"x.jpg": [1, "1", 2, 3]}', "\x00"])
def test_a_spoilt_memory_is_none(tmp_path: Path, spoilt: str) -> None:
    memory = tmp_path / "memory.json"
    memory.write_text(spoilt)
    journal, wanted = MemoryWay(), photo(tmp_path, "a.jpg")
    journal.put("x.jpg", PICTURE)
    assert Told().prove(journal, [wanted], deliver=False, memory=memory).proved


def test_looking_through_a_large_journal_is_a_sign_of_life(tmp_path: Path) -> None:
    journal, alive = MemoryWay(), list[str]()
    for number in range(50):
        journal.put(f"{number}.jpg", b"of another size")
    proving = Proving(journal, Memory(None), lambda *_: None, lambda _: None, lambda: alive.append("moved"))
    proving.run([photo(tmp_path, "a.jpg")], deliver=False)
    assert journal.reads == []
    assert len(alive) >= 50
