"""What every store of sealed photos does: nothing comes out changed, nothing is replaced, nobody without the key."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.media import Boxes, Media
from agent.seams.photos import Boxes as BoxesSeam
from agent.seams.photos import FoundFile, PurgeRefusedError
from agent.seams.photos import Media as MediaSeam
from agreement.boxes import new_pair, open_key
from agreement.facts import Held, Said, Word
from tests.agreement.cast import NOON
from tests.fakes.boxes import FakeBoxes
from tests.fakes.media import FakeMedia
from tests.parts.photos import write

PICTURE = b"a frog on a stone" * 9000


@dataclass
class Scene:
    """A tablet's photos and boxes, and who can open them."""

    media: MediaSeam
    boxes: BoxesSeam
    write: Callable[[str, bytes], None]
    names: Callable[[], dict[str, bytes]]  # what is in the camera's folder
    kept: Callable[[], int]  # how many boxes there are
    public: str
    opener: Callable[[bytes], str]  # sealed key to the key of the box, hex

    def one(self) -> FoundFile:
        """The only photo."""
        (file,) = self.media.settled()
        return file


def on_a_disk(home: Path) -> Scene:
    camera = home / "DCIM"
    camera.mkdir()
    private, public = new_pair()
    media = Media([camera], [home], settle=timedelta(microseconds=1), wall=lambda: 10**19)
    return Scene(
        media,
        Boxes(home / "state/held", [camera]),
        lambda name, content: write(camera / name, content),
        lambda: {path.name: path.read_bytes() for path in camera.iterdir()},
        lambda: len(list((home / "state/held").iterdir())) if (home / "state/held").exists() else 0,
        public,
        lambda sealed: open_key(sealed, private).hex(),
    )


def in_memory(_home: Path) -> Scene:
    media = FakeMedia()
    boxes = FakeBoxes(media)
    return Scene(
        media,
        boxes,
        lambda name, content: media.write(f"/DCIM/{name}", content),
        lambda: {path.removeprefix("/DCIM/"): content for path, (_, content) in media.files.items()},
        lambda: len(boxes.boxes),
        "ab" * 32,
        lambda sealed: sealed.decode().strip(),
    )


@pytest.fixture(params=[on_a_disk, in_memory], ids=["disk", "memory"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Scene:
    made: Scene = request.param(tmp_path)
    return made


def held(file: FoundFile) -> Held:
    """The photo, as the ledger holds it."""
    return Held(file.digest, file.size, file.taken_at, Said(Word.ADDED, NOON), NOON)


def test_a_photo_that_was_sealed_and_purged_comes_back_as_it_was(scene: Scene) -> None:
    scene.write("a.jpg", PICTURE)
    file = scene.one()
    box = scene.boxes.seal(file, scene.public)
    assert scene.boxes.key_of(box.name) == box.sealed_key
    scene.media.purge(file)
    assert scene.names() == {}
    scene.boxes.put_back(held(file), box.name, file.path, scene.opener(box.sealed_key))
    assert scene.names() == {"a.jpg": PICTURE}
    assert scene.one().digest == file.digest


def test_to_put_back_twice_is_to_put_back_once(scene: Scene) -> None:
    scene.write("a.jpg", PICTURE)
    file = scene.one()
    box = scene.boxes.seal(file, scene.public)
    scene.media.purge(file)
    for _ in range(2):
        scene.boxes.put_back(held(file), box.name, file.path, scene.opener(box.sealed_key))
    assert scene.names() == {"a.jpg": PICTURE}


def test_what_has_the_name_by_now_is_never_replaced(scene: Scene) -> None:
    scene.write("a.jpg", PICTURE)
    file = scene.one()
    box = scene.boxes.seal(file, scene.public)
    scene.media.purge(file)
    scene.write("a.jpg", b"another picture")
    scene.boxes.put_back(held(file), box.name, file.path, scene.opener(box.sealed_key))
    assert scene.names() == {"a.jpg": b"another picture", "a (put back 1).jpg": PICTURE}


def test_the_key_of_a_photos_box_puts_its_partner_back_too(scene: Scene) -> None:
    scene.write("a.jpg", PICTURE)
    photo = scene.one()
    box = scene.boxes.seal(photo, scene.public)
    scene.media.purge(photo)
    scene.write("a.dng", PICTURE + b"raw")
    raw = scene.one()
    partner = scene.boxes.seal(raw, scene.public, box.name)
    other = scene.boxes.seal(raw, scene.public)
    scene.media.purge(raw)
    with pytest.raises(ValueError, match="key"):
        scene.boxes.put_back(held(raw), other.name, raw.path, scene.opener(box.sealed_key))
    scene.boxes.put_back(held(raw), partner.name, raw.path, scene.opener(box.sealed_key))
    assert scene.names() == {"a.dng": PICTURE + b"raw"}


def test_another_key_opens_nothing_and_leaves_nothing(scene: Scene) -> None:
    scene.write("a.jpg", PICTURE)
    file = scene.one()
    box = scene.boxes.seal(file, scene.public)
    scene.media.purge(file)
    with pytest.raises(ValueError, match="key"):
        scene.boxes.put_back(held(file), box.name, file.path, "00" * 32)
    assert (scene.names(), scene.kept()) == ({}, 1)


def test_a_file_that_was_exchanged_is_not_sealed(scene: Scene) -> None:
    scene.write("a.jpg", PICTURE)
    file = replace(scene.one(), inode=7)
    with pytest.raises(PurgeRefusedError, match="stays"):
        scene.boxes.seal(file, scene.public)
    assert scene.kept() == 0


def test_a_dropped_box_is_gone_and_a_second_time_is_quiet(scene: Scene) -> None:
    scene.write("a.jpg", PICTURE)
    box = scene.boxes.seal(scene.one(), scene.public)
    scene.boxes.drop(box.name)
    scene.boxes.drop(box.name)
    assert scene.kept() == 0


def test_only_the_boxes_that_nothing_hangs_on_are_swept(scene: Scene) -> None:
    scene.write("a.jpg", PICTURE)
    kept, lost = (scene.boxes.seal(scene.one(), scene.public) for _ in range(2))
    scene.boxes.sweep(frozenset({kept.name}))
    assert scene.kept() == 1
    assert scene.boxes.key_of(kept.name)
    assert lost.name != kept.name
