"""What an export of the journal costs in memory: the process that serves and the one that reads, by its size.

The same few pictures, with more and more beside them: what a process took at its peak must not follow the size.
"""

import os
import tempfile
import threading
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
    """A ZIP of so many megabytes: three pictures, and much that begins as a picture and is none."""
    random = Random(size)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in ("roses", "tractor", "trees"):
            archive.writestr(f"In journal/{name}.jpg", photo(name))
        for place in range(size // 32):
            archive.writestr(f"In journal/{place}.jpg", b"\xff\xd8\xff" + random.randbytes(32 * MEGA))


def hand_in(controller: RunningController, ada: Handing, path: Path) -> None:
    """Hand an export in, piece by piece, and wait until it was read."""
    place, offset = ada.place(path.stat().st_size), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            answer = ada.piece(place, offset, piece)
            offset += len(piece)
            if not answer.ok:
                msg = f"the controller did not take the export: {answer.text}"
                raise RuntimeError(msg)
    eventually(lambda: is_ready(controller), within=PATIENCE)


def is_ready(controller: RunningController) -> bool:
    """Tell whether the newest import was read to its end."""
    with controller.store.read() as books:
        return books.imports.every(1)[0].state is ImportState.READY


def taken(size: int) -> tuple[float, float]:
    """The peaks of the process that serves and of the one that reads, for an export of so many megabytes."""
    with tempfile.TemporaryDirectory() as folder, running_controller(Path(folder) / "home") as controller:
        export(Path(folder) / "media.zip", size)
        visitor = Visitor(controller)
        visitor.join(controller.first_link, "Ada")
        process = controller.process.pid if controller.process else 0
        peaks = Peaks(process)
        with peaks.watching():
            hand_in(controller, Handing(visitor), Path(folder) / "media.zip")
        visitor.close()
        return peak(process), peaks.reader


def measure() -> Sequence[Figure]:
    """Hand in a small export and a large one."""
    (small, small_reader), (large, large_reader) = taken(SMALL), taken(LARGE)
    bound, aim = f"an export of {SMALL} MB", f"at most {GROWTH} times"
    return [
        Figure(f"serving, an export of {LARGE} MB", large, "MB", bound, small, aim, large <= GROWTH * small),
        Figure(
            f"reading, an export of {LARGE} MB",
            large_reader,
            "MB",
            bound,
            small_reader,
            aim,
            large_reader <= GROWTH * small_reader,
        ),
    ]


if __name__ == "__main__":
    main(measure)
