"""Copies in every place on several disks: all go with their photo, and their neighbours in the same places stay."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.clearing import clear_previews
from agent.imports import Imports
from tests.agreement.cast import NOON
from tests.fakes.exports import FakeExports
from tests.parts import planted
from tests.parts.planted import Ground, photo, plant, residue
from tests.parts.program import ROOT, run
from tests.parts.purging import Purger
from tests.parts.waiting import eventually

PICTURES = ROOT / "tests/data/photos"
WITH_CARDS = """
import json, subprocess, sys
from pathlib import Path
from tests.attacks.test_planted_copies import lived
from tests.parts.planted import Ground
folder = Path(sys.argv[1])
for name in ("home", "card", "stick"):
    (folder / name).mkdir()
    subprocess.run(["/usr/bin/mount", "-t", "tmpfs", "-o", "size=64m", name, folder / name], check=True)
alias = folder / "home/cleo/Card"
for path in (folder / "card/DCIM", alias):
    path.mkdir(parents=True)
subprocess.run(["/usr/bin/mount", "--bind", folder / "card/DCIM", alias], check=True)
ground = Ground(folder / "home/cleo", folder / "card", folder / "stick", folder / "cache", folder / "data", alias)
print(json.dumps(lived(ground)))
"""


def on_one_disk(folder: Path) -> dict[str, object]:
    """Everything in the folders of one disk; the trash at the top of a disk is somebody's home's then."""
    home = folder / "cleo"
    return lived(Ground(home, home / "card", home / "stick", folder / "cache", folder / "data"))


def on_several_disks(folder: Path) -> dict[str, object]:
    """A home and two cards, each a disk of its own, and one folder seen by two paths."""
    told = run(WITH_CARDS, folder, before=["unshare", "--mount", "--propagation", "private"])
    return dict(json.loads(told))


def lived(ground: Ground) -> dict[str, object]:
    """Plant, purge, and search again; what a test wants to know of it."""
    ours, other = photo(PICTURES / "frog.jpg", "IMG_1.jpg", 10), photo(PICTURES / "roses.jpg", "IMG_2.jpg", 20)
    for folder in (*ground.watched, ground.cache, ground.data):
        folder.mkdir(parents=True, exist_ok=True)
    planted_ours, neighbours = plant(ground, ours), plant(ground, other)
    before = {path: path.read_bytes() for path in neighbours}
    databases = planted.databases(ground, ours)
    found = residue(ground, ours)
    with program_of(ground), Purger(ground.home, ground.watched) as purger, looking(purger) as imports:
        copies = purger.purge(ours.content)
        purger.look()
        eventually(lambda: is_cleared(purger, imports), within=60)
    return {
        "planted": len(planted_ours) + len(databases),
        "found before": len(found),
        "residue": [str(path) for path in residue(ground, ours)],
        "left of it": [str(path) for path in planted_ours if path.exists()],
        "neighbours lost": [str(path) for path in neighbours if not path.exists() or path.read_bytes() != before[path]],
        "copies": copies,
    }


@contextmanager
def looking(purger: Purger) -> Iterator[Imports]:
    """The child that knows pictures, once it has seen every photo."""
    imports = Imports(
        purger.ledger, FakeExports(), lambda: NOON, purger.ledger.path.parent, lambda: None, opened=purger.media.opened
    )
    try:
        purger.look()
        imports.consider(0)
        eventually(lambda: all(imports.remembers(file.digest) for file in purger.ledger.files()), within=60)
        yield imports
    finally:
        imports.stop()


def is_cleared(purger: Purger, imports: Imports) -> bool:
    """Decide on previews as far as they were looked at; tells whether none is left to decide on."""
    clear_previews(purger.media, imports, purger.ledger)
    return not purger.media.previews()


@contextmanager
def program_of(ground: Ground) -> Iterator[None]:
    """A program of the same person that goes by folders of its own choice."""
    environment = {"XDG_CACHE_HOME": str(ground.cache), "XDG_DATA_HOME": str(ground.data)}
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as program:
        yield
        program.communicate(b"")


@pytest.mark.parametrize(
    "disks", [on_one_disk, pytest.param(on_several_disks, marks=pytest.mark.needs("root", "unshare"))]
)
def test_every_copy_goes_and_no_neighbour(tmp_path: Path, disks: Callable[[Path], dict[str, Any]]) -> None:
    told = disks(tmp_path)
    assert told["planted"] > 100
    assert told["found before"] > 60, "the search must find what was planted"
    assert told["residue"] == []
    assert told["left of it"] == []
    assert told["neighbours lost"] == []
    assert not [kind for kind in told["copies"] if kind.endswith("left")]
