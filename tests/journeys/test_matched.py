"""A burst, a journal that re-encodes, an export: through real processes, from the camera to the deletion record.

Of three neighbouring photos one is added to the journal. The journal serves it smaller, encoded anew and without
metadata, so that no digest matches. The manager hands its export in; that one photo leaves the tablet, with its
thumbnail and its copy in the trash, and its neighbours stay.
"""

import hashlib
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.media.copies import uri
from controller.records import PurgeRecord
from demo.numbers import Record
from lab.nursery import Nursery
from lab.processes import python
from lab.tablet import BoxTablet
from tests.parts.pictures import in_journal, neighbour, photo
from tests.parts.waiting import eventually

BURST = {f"IMG_000{n}.jpg": neighbour(photo("frog"), 4 * n) for n in (1, 2, 3)}
ADDED = "IMG_0002.jpg"


@pytest.fixture
def larkfield(tmp_path: Path) -> Iterator[Nursery]:
    with Nursery(tmp_path) as nursery:
        yield nursery


def thumbnail(tablet: BoxTablet, name: str) -> Path:
    """Where the desktop keeps the thumbnail of a photo."""
    digest = hashlib.md5(uri(str(tablet.camera / name)).encode(), usedforsecurity=False).hexdigest()
    return tablet.home / ".cache/thumbnails/normal" / f"{digest}.png"


def trashed(tablet: BoxTablet, name: str) -> Path:
    """Where a copy of a photo lies in the trash."""
    return tablet.home / ".local/share/Trash/files" / name


def take_burst(tablet: BoxTablet) -> None:
    """Three photos within a second, each with a thumbnail and a copy in the trash."""
    for name, content in BURST.items():
        for path, held in ((thumbnail(tablet, name), b"small"), (trashed(tablet, name), content)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(held)
        (tablet.camera / name).write_bytes(content)


def purges(larkfield: Nursery) -> tuple[PurgeRecord, ...]:
    """The deletion records that the controller holds."""
    with Record(larkfield.controller_home / "safeuse.sqlite3").books() as books:
        (device,) = books.devices.in_setting("main")
        return books.reports.purges(device, 10)


def export(folder: Path) -> Path:
    """The journal's export: the photo that was added, as the journal serves it, and one of another tablet."""
    path = folder / "tapestry-media.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2026/observation-1.jpg", in_journal(BURST[ADDED]))
        archive.writestr("2026/observation-2.jpg", in_journal(photo("valley")))
    return path


@pytest.mark.timeout(600)
def test_of_a_burst_the_photo_that_is_in_the_journals_export_leaves_with_its_copies(
    larkfield: Nursery, tmp_path: Path
) -> None:
    tablet = larkfield.tablet("Sunflower 1")
    take_burst(tablet)
    eventually(lambda: tablet.status()["photos"]["waiting"] == len(BURST), within=60)
    line = python("controller", "import-journal", export(tmp_path), "--home", larkfield.controller_home)
    subprocess.run(line, check=True, capture_output=True, text=True)
    eventually(lambda: not (tablet.camera / ADDED).exists(), within=120)
    eventually(lambda: tablet.status()["photos"]["purged"] == 1, within=60)
    for name, content in BURST.items():
        is_there = name != ADDED
        assert (tablet.camera / name).exists() is is_there, name
        assert thumbnail(tablet, name).exists() is is_there, name
        assert trashed(tablet, name).exists() is is_there, name
        if is_there:
            assert (tablet.camera / name).read_bytes() == content
    (purge,) = eventually(lambda: purges(larkfield), within=60)
    assert purge.digest == hashlib.sha256(BURST[ADDED]).hexdigest()
    assert purge.strength == "published"
    assert "(import 1)" in purge.source
    assert purge.copies == {"thumbnail": 1, "trash": 1}
