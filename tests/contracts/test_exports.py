"""What every shelf of exports does: a real controller at the end of a courier, and the one in memory."""

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from agent.clock import SteadyClock
from agent.courier import PinnedCourier
from agent.enrol import enrol
from agent.identity import Folder
from agent.seams.courier import Exports, UndeliveredError
from agreement.imports import Claim, Indexed, blinded
from agreement.letters import Machine, RefusedError
from agreement.matching.known import Fingerprint
from tests.fakes.exports import FakeExports
from tests.parts.exports import photo, zipped
from tests.parts.running_controller import running_controller

NAMES = ("roses", "tractor", "trees")
MANY = 10**7
"""Bytes: more than any of these pictures has."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Exports as a tablet asks for them, in which two were handed in, and the means to take the way there away."""

    exports: Exports
    cut: Callable[[], object]


def in_memory(_folder: Path, _closing: ExitStack) -> Shelf:
    """The fake."""
    exports = FakeExports()
    exports.hand_in(*map(photo, NAMES))
    exports.hand_in(photo("roses"))

    return Shelf(exports, lambda: setattr(exports, "open", False))


def over_the_wire(folder: Path, closing: ExitStack) -> Shelf:
    """The real one: a tablet that is enrolled, a courier, and a controller whose manager handed in two ZIPs."""
    controller = closing.enter_context(running_controller(folder / "controller"))
    home = Folder(folder / "tablet")
    enrol(controller.code("Sunflower 1"), Machine(), home)
    who = home.identity()
    courier = PinnedCourier(who.device, bytes.fromhex(who.seed), who.pin, who.addresses, SteadyClock())
    closing.callback(courier.close)
    for number, names in enumerate((NAMES, ("roses",))):
        path = folder / f"{number}.zip"
        path.write_bytes(zipped({f"{name}.jpg": photo(name) for name in names}))
        controller.hand_in(path)
    return Shelf(courier, controller.stop)


@pytest.fixture(scope="module", params=[in_memory, over_the_wire])
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with ExitStack() as closing:
        yield request.param(tmp_path_factory.mktemp("shelf"), closing)


def digest(name: str) -> str:
    return sha256(photo(name)).hexdigest()


def whole_index(exports: Exports, number: int) -> list[Indexed]:
    """Every picture of an import, page by page."""
    found: list[Indexed] = []
    after: str | None = ""
    while after is not None:
        page = exports.index(number, after)
        assert page.number == number
        found += page.pictures
        after = page.following
    return found


def fetched(exports: Exports, name: str, most: int = MANY) -> bytes:
    """A picture, written into a file that held something else."""
    target = io.BytesIO(b"what was there before " * 9)
    target.read()
    exports.picture(name, target, most)
    return target.getvalue()


def test_the_imports_after_a_number_are_told_the_oldest_first(shelf: Shelf) -> None:
    assert [(one.number, one.pictures, one.videos) for one in shelf.exports.imports(0).imports] == [
        (1, 3, 0),
        (2, 1, 0),
    ]
    (second,) = shelf.exports.imports(1).imports
    assert second.source.startswith("journal export of ")
    assert second.source.endswith(" (import 2)")
    assert second.kept_until is not None
    assert shelf.exports.imports(2).imports == ()


def test_an_index_holds_every_picture_once_by_id_with_what_it_looks_like(shelf: Shelf) -> None:
    found = whole_index(shelf.exports, 1)
    assert [one.id for one in found] == sorted(map(digest, NAMES))
    assert {one.id: one.size for one in found} == {digest(name): len(photo(name)) for name in NAMES}
    for one in found:
        assert msgspec.json.decode(bytes(one.fingerprint), type=Fingerprint).width > 0


def test_an_index_goes_on_after_an_id(shelf: Shelf) -> None:
    first, *rest = sorted(map(digest, NAMES))
    assert [one.id for one in shelf.exports.index(1, first).pictures] == rest
    assert shelf.exports.index(1, "f" * 64).pictures == ()


def test_a_picture_is_written_as_the_journal_gave_it_in_place_of_what_was_there(shelf: Shelf) -> None:
    assert fetched(shelf.exports, digest("roses")) == photo("roses")
    assert fetched(shelf.exports, digest("roses"), len(photo("roses"))) == photo("roses")


def test_a_picture_that_is_longer_than_was_said_does_not_arrive(shelf: Shelf) -> None:
    with pytest.raises(UndeliveredError):
        fetched(shelf.exports, digest("roses"), len(photo("roses")) - 1)


def test_what_nobody_handed_in_is_refused(shelf: Shelf) -> None:
    for code, ask in (
        ("no_such_import", lambda: shelf.exports.index(3, "")),
        ("no_such_picture", lambda: fetched(shelf.exports, "ab" * 32)),
        ("no_such_import", lambda: shelf.exports.claim(3, [Claim(digest("roses"), "ab" * 32)])),
        ("no_such_picture", lambda: shelf.exports.claim(2, [Claim(digest("trees"), "ab" * 32)])),
    ):
        with pytest.raises(RefusedError) as refused:
            ask()
        assert refused.value.code == code


def test_a_picture_is_granted_to_the_first_photo_and_to_the_same_photo_again(shelf: Shelf) -> None:
    picture, other = digest("tractor"), digest("trees")
    first, second = Claim(picture, blinded("aa" * 32, picture)), Claim(picture, blinded("bb" * 32, picture))
    more = Claim(other, blinded("bb" * 32, other))
    assert shelf.exports.claim(1, [first]) == {picture}
    assert shelf.exports.claim(1, [second, more]) == {other}
    assert shelf.exports.claim(1, [first, more]) == {picture, other}
    assert shelf.exports.claim(1, []) == frozenset()


def test_when_nobody_answers_nothing_is_known(shelf: Shelf) -> None:  # the last: nobody answers from here on
    shelf.cut()
    for ask in (
        lambda: shelf.exports.imports(0),
        lambda: shelf.exports.index(1, ""),
        lambda: fetched(shelf.exports, digest("roses")),
        lambda: shelf.exports.claim(1, [Claim(digest("roses"), "ab" * 32)]),
    ):
        with pytest.raises(UndeliveredError, match="cannot be reached"):
            ask()
