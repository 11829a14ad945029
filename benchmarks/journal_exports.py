"""What an export of the journal costs in memory: the process that serves and the one that reads, by its size.

Every picture is a real JPEG that differs from the others in what stands behind its end, so that each is sealed, decoded
and kept: what a process took at its peak must not follow the size. SAFEUSE_EXPORT_MB is the size of the larger export;
twice as much must be free on the disk, since the ZIP is removed as soon as it is handed in.
"""

import os
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.figures import Figure, main
from controller.imported import ImportState
from tests.browser.larkfield import Visitor
from tests.parts.exports import photo
from tests.parts.running_controller import RunningController, running_controller
from tests.parts.tus import Handing
from tests.parts.waiting import eventually

MEGA = 1024 * 1024
PIECE = 8 * MEGA
SMALL, LARGE = 64, int(os.environ.get("SAFEUSE_EXPORT_MB", "1024"))  # megabytes
GROWTH = 1.25
"""How much more the larger export may take at the peak."""
PATIENCE = 3600
GLANCE = 0.1
PICTURE = 4 * MEGA
NAMES = ("roses", "tractor", "trees")


@dataclass
class Peaks:
    """The most memory that processes have taken, in megabytes."""

    server: int
    reader: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Look at the reading process again and again."""
        while not self._over.wait(GLANCE):
            self.reader = max([self.reader, *(peak(child) for child in children(self.server))])

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch for as long as this lasts."""
        thread = threading.Thread(target=self.watch)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()


def peak(process: int) -> float:
    """The most memory that a process has taken, in megabytes; 0 when it has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) / 1024 if found else 0.0


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def export(path: Path, size: int) -> None:
    """A ZIP of so many megabytes: pictures of 4 MiB each, the same few, each with a tail of its own."""
    tail = Random(size).randbytes(PICTURE)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for place in range(size * MEGA // PICTURE):
            body = photo(NAMES[place % len(NAMES)]) + place.to_bytes(8, "big")
            archive.writestr(f"In journal/{place}.jpg", body + tail[len(body) :])


def hand_in(controller: RunningController, ada: Handing, path: Path) -> tuple[float, float]:
    """Hand an export in, piece by piece, and wait until it was read; gives how many seconds each of the two took."""
    began, place, offset = time.monotonic(), ada.place(path.stat().st_size), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            answer = ada.piece(place, offset, piece)
            offset += len(piece)
            if not answer.ok:
                msg = f"the controller did not take the export: {answer.text}"
                raise RuntimeError(msg)
    path.unlink()
    handed = time.monotonic()
    eventually(lambda: is_ready(controller), within=PATIENCE)
    return handed - began, time.monotonic() - handed


def is_ready(controller: RunningController) -> bool:
    """Tell whether the newest import was read to its end."""
    with controller.store.read() as books:
        return books.imports.every(1)[0].state is ImportState.READY


@dataclass(frozen=True, slots=True)
class Cost:
    """What one export has cost."""

    serving: float  # megabytes at the peak
    reading: float  # megabytes at the peak
    handing_in: float  # seconds
    read: float  # seconds, from when it was handed in


def taken(size: int) -> Cost:
    """What an export of so many megabytes costs."""
    with tempfile.TemporaryDirectory() as folder, running_controller(Path(folder) / "home") as controller:
        path = Path(folder) / "media.zip"
        export(path, size)
        visitor = Visitor(controller)
        visitor.join(controller.first_link, "Ada")
        process = controller.process.pid if controller.process else 0
        peaks = Peaks(process)
        with peaks.watching():
            seconds = hand_in(controller, Handing(visitor), path)
        visitor.close()
        return Cost(peak(process), peaks.reader, *seconds)


def measure() -> Sequence[Figure]:
    """Hand in a small export and a large one."""
    small, large = taken(SMALL), taken(LARGE)
    bound, many = f"an export of {SMALL} MB", f"an export of {LARGE} MB"
    return [
        *(
            Figure(f"{what}, {many}", most, "MB", bound, least, f"at most {GROWTH} times", most <= GROWTH * least)
            for what, most, least in (
                ("serving", large.serving, small.serving),
                ("reading", large.reading, small.reading),
            )
        ),
        *(
            Figure(f"{what}, {many}", most, "s", bound, least, "told", met=True)
            for what, most, least in (
                ("handed in", large.handing_in, small.handing_in),
                ("read", large.read, small.read),
            )
        ),
    ]


if __name__ == "__main__":
    main(measure)
