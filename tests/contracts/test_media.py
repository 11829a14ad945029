"""What the pictures on every tablet do, on a real disk and in memory."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.media import Media
from agent.media.copies import uri
from agent.seams.photos import FoundFile, PurgeRefusedError
from agent.seams.photos import Media as MediaSeam
from tests.fakes.media import FakeMedia
from tests.parts.photos import SETTLE, digest
from tests.parts.waiting import eventually


@dataclass
class Scene:
    """Some media, and what people do to them. Names are below the watched folder."""

    media: MediaSeam
    write: Callable[[str, bytes], None]
    thumbnail: Callable[[FoundFile], None]
    writing: Callable[[str], AbstractContextManager[None]]  # a context in which somebody writes to it
    numbered: Callable[[int], None]  # a preview is written that has a number for its name
    previews: Callable[[], set[str]]  # the names of those that are there
    exposed: Callable[[str, str], None]  # two names, written as a camera writes a picture and its raw file

    def settled(self) -> dict[str, FoundFile]:
        """What is there once everything has settled, by name."""

        def look() -> bool:
            self.media.settled()
            return self.media.next_settles_in() is None

        eventually(look)
        return {Path(file.path).name: file for file in self.media.settled()}


def on_a_disk(home: Path) -> Scene:
    camera = home / "DCIM"
    camera.mkdir()

    def write(name: str, content: bytes) -> None:
        (camera / "new").write_bytes(content)
        (camera / "new").rename(camera / name)

    def thumbnail(file: FoundFile) -> None:
        name = hashlib.md5(uri(file.path).encode(), usedforsecurity=False).hexdigest()
        folder = home / ".cache/thumbnails/normal"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.png").write_bytes(b"small")

    @contextmanager
    def writing(name: str) -> Iterator[None]:
        with (camera / name).open("ab") as file:
            file.write(b"more")
            file.flush()
            os.fsync(file.fileno())
            yield

    def exposed(name: str, partner: str) -> None:
        write(name, b"a picture")
        write(partner, b"a raw file")

    folder = camera / ".thumbnails"
    folder.mkdir()
    return Scene(
        Media([camera], [home], settle=SETTLE),
        write,
        thumbnail,
        writing,
        lambda number: write(f".thumbnails/{number}.jpg", b"small"),
        lambda: {path.name for path in folder.iterdir()},
        exposed,
    )


def in_memory(_home: Path) -> Scene:
    media = FakeMedia()

    @contextmanager
    def writing(name: str) -> Iterator[None]:
        media.busy.add(name)
        yield
        media.busy.clear()

    def thumbnail(file: FoundFile) -> None:
        media.copies[file.digest] = 1

    def exposed(name: str, partner: str) -> None:
        media.write(name, b"a picture")
        media.write(partner, b"a raw file")
        media.exposures[name] = partner

    return Scene(
        media,
        media.write,
        thumbnail,
        writing,
        lambda number: media.numbered.add(f"{number}.jpg"),
        lambda: media.numbered,
        exposed,
    )


@pytest.fixture(params=[on_a_disk, in_memory])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Scene:
    made: Scene = request.param(tmp_path)
    return made


def test_finished_photos_are_found_with_their_digest(scene: Scene) -> None:
    scene.write("a.jpg", b"beans")
    scene.write("b.jpg", b"ponds")
    found = scene.settled()
    assert {name: file.digest for name, file in found.items()} == {"a.jpg": digest(b"beans"), "b.jpg": digest(b"ponds")}
    assert scene.settled() == found


def test_empty_files_are_no_photos(scene: Scene) -> None:
    scene.write("a.jpg", b"")
    assert scene.settled() == {}


def test_a_photo_is_changed_neither_as_it_was_nor_once_another_stands_in_its_place(scene: Scene) -> None:
    scene.write("a.jpg", b"beans")
    file = scene.settled()["a.jpg"]
    assert not scene.media.was_changed(file)
    scene.write("a.jpg", b"ponds")
    assert not scene.media.was_changed(file)
    scene.media.purge(scene.settled()["a.jpg"])
    assert not scene.media.was_changed(file)


def test_a_purged_photo_is_gone_with_its_copies_and_its_neighbour_stays(scene: Scene) -> None:
    scene.write("a.jpg", b"beans")
    scene.write("b.jpg", b"ponds")
    found = scene.settled()
    scene.thumbnail(found["a.jpg"])
    assert scene.media.is_there(found["a.jpg"])
    assert scene.media.purge(found["a.jpg"]) == {"thumbnail": 1}
    assert not scene.media.is_there(found["a.jpg"])
    assert list(scene.settled()) == ["b.jpg"]


def test_a_photo_is_purged_once(scene: Scene) -> None:
    scene.write("a.jpg", b"beans")
    file = scene.settled()["a.jpg"]
    scene.media.purge(file)
    with pytest.raises(PurgeRefusedError):
        scene.media.purge(file)


@pytest.mark.parametrize("content", [b"ponds", b"beans", b"longer than before"])
def test_another_file_in_its_place_stays(scene: Scene, content: bytes) -> None:
    scene.write("a.jpg", b"beans")
    file = scene.settled()["a.jpg"]
    scene.write("a.jpg", content)
    assert not scene.media.is_there(file)
    with pytest.raises(PurgeRefusedError):
        scene.media.purge(file)
    assert scene.settled()["a.jpg"].digest == digest(content)


def test_what_is_not_what_the_evidence_is_about_stays(scene: Scene) -> None:
    scene.write("a.jpg", b"beans")
    file = scene.settled()["a.jpg"]
    with pytest.raises(PurgeRefusedError):
        scene.media.purge(replace(file, digest=digest(b"ponds")))
    assert scene.media.is_there(file)


def test_the_rest_of_a_purge_cut_short_is_made_good_once(scene: Scene) -> None:
    scene.write("a.jpg", b"beans")
    file = scene.settled()["a.jpg"]
    scene.thumbnail(file)
    assert scene.media.purge_copies(replace(file, inode=file.inode + 1_000_000)) == {"thumbnail": 1}
    assert scene.media.purge_copies(replace(file, inode=file.inode + 1_000_000)) == {}
    assert scene.media.is_there(file)


def test_while_somebody_writes_to_a_photo_it_is_neither_found_nor_purged(scene: Scene) -> None:
    scene.write("a.jpg", b"beans")
    file = scene.settled()["a.jpg"]
    with scene.writing("a.jpg"):
        assert scene.media.settled() == ()
        assert (scene.media.next_settles_in() or timedelta()) > timedelta()
        with pytest.raises(PurgeRefusedError):
            scene.media.purge(file)
    assert len(scene.settled()) == 1


def test_what_is_of_the_same_exposure_is_named_while_the_photo_is_there(scene: Scene) -> None:
    scene.exposed("a.jpg", "a.dng")
    scene.write("b.jpg", b"ponds")
    found = scene.settled()
    assert scene.media.partners(found["a.jpg"]) == (found["a.dng"],)
    assert scene.media.partners(found["a.dng"]) == ()
    assert scene.media.partners(found["b.jpg"]) == ()
    scene.media.purge(found["a.jpg"])
    assert scene.media.partners(found["a.jpg"]) == ()
    assert list(scene.settled()) == ["a.dng", "b.jpg"]


def test_previews_with_numbers_are_named_after_a_purge_until_they_are_decided_on(scene: Scene) -> None:
    scene.write("a.jpg", b"beans")
    for number in (1, 2):
        scene.numbered(number)
    file = scene.settled()["a.jpg"]
    assert scene.media.previews() == ()
    assert scene.media.purge(file) == {"preview unknown": 1}
    scene.settled()
    one, two = sorted(scene.media.previews(), key=lambda seen: seen.path)
    assert scene.media.decide(one, goes=True) is True
    assert scene.media.decide(two, goes=False) is False
    assert scene.media.decide(one, goes=True) is False
    assert scene.previews() == {"2.jpg"}
    assert scene.media.previews() == ()
