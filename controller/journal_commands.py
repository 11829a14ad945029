"""The commands about the journal: `safeuse import-journal PATH`, and the one that the server starts beside itself."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Annotated, Final, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from agreement.exports.entries import Export, Given
from agreement.exports.reading import of_folder, of_stream
from agreement.exports.refusals import ExportError
from controller import settings
from controller.imported import Import, ImportState, Tally
from controller.journal.beginning import begin_by_command
from controller.journal.ending import JournalError
from controller.journal.reading import Reading, listing
from controller.journal.running import oldest
from controller.records import Author
from controller.seams import FingerprinterError
from controller.settings import Home
from controller.shelves import drawer
from controller.wiring import at_the_journal, log_to_stderr
from controller.words import listed, several

TROUBLE: Final = (ExportError, JournalError, FingerprinterError)
HomeOption = Annotated[
    Path | None,
    typer.Option(help="The folder that holds the database, the certificate and controller.toml.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("import-journal")(import_journal)
    app.command("read-journal", hidden=True)(read_journal)


def import_journal(
    path: Annotated[Path, typer.Argument(help="The journal's export: a ZIP, or a folder with what was in it.")],
    home: HomeOption = None,
) -> None:
    """Read an export of the journal, so that tablets can tell which of their photos are in it.

    In Tapestry, export the media as a ZIP; a PDF will not do. The file stays as it is. Works beside a running
    controller. Stopped half-way? Run the same command again: it goes on where it was.
    """
    here = Home(home or settings.home_folder())
    with at_the_journal(here) as reading, opened(path) as (export, size):
        author = Author("the command line", reading.clock())
        held = begin_by_command(reading.store, reading.shelves, listing(export), size, author)
        with bar(held, len(export.entries)) as shown:
            ended = replace_tell(reading, shown).run(held.id, lambda: export)
    say(ended)


def replace_tell(reading: Reading, shown: "Shown") -> Reading:
    """The same reading, with a bar that shows how far it is."""
    return replace(reading, tell=shown.tell)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Export, int]]:
    """Open what a person names, and check all that can be checked before it is read. Raises ExportError."""
    with ExitStack() as stack:
        try:
            if path.is_dir():
                files = list(walk(path))
                yield of_folder(files), sum(one.size for one in files)
                return
            file = stack.enter_context(path.open("rb"))
        except FileNotFoundError as missing:
            msg = f"there is no {path}; name the ZIP that you downloaded from the journal, or a folder"
            raise JournalError(msg) from missing
        yield of_stream(file), path.stat().st_size


def walk(folder: Path) -> Iterator[Given]:
    """Every plain file below a folder. Links are not followed: what they lead to was not handed in."""
    for top, folders, names in os.walk(folder, onerror=unreadable):
        folders.sort()
        for name in sorted(names):
            path = Path(top) / name
            if path.is_file() and not path.is_symlink():
                yield given(path, path.relative_to(folder).as_posix())


def given(path: Path, name: str) -> Given:
    """One file of a folder."""

    @contextmanager
    def opener() -> Iterator[IO[bytes]]:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as failure:
            raise ExportError("unreadable") from failure
        with os.fdopen(descriptor, "rb") as file:
            yield file

    return Given(name, path.stat().st_size, opener)


def unreadable(failure: OSError) -> None:
    """A folder that may not be read. Raises ExportError."""
    raise ExportError("unreadable") from failure


class Shown:
    """The bar on the terminal."""

    def __init__(self, progress: Progress, entries: int, done: int) -> None:
        self._progress = progress
        self._task = progress.add_task("Reading the journal", total=entries, completed=done)

    def tell(self, held: Import) -> None:
        """It has come this far."""
        self._progress.update(self._task, completed=held.done)


@contextmanager
def bar(held: Import, entries: int) -> Iterator[Shown]:
    """Show a bar while an export is read, on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Shown(progress, entries, held.done)


def say(ended: Import) -> None:
    """Say what has become of it; exit status 1 when it was not taken."""
    console = Console(soft_wrap=True, highlight=False)
    if ended.state is not ImportState.READY:
        said = ended.said or "It was cancelled."
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"safeuse: {said} Nothing was kept.", markup=False)
        raise typer.Exit(1)
    console.print(f"Import {ended.number}: {contents(ended.tally)}.", markup=False)
    console.print("The tablets find out by themselves which of their photos are among them.", markup=False)


def contents(tally: Tally) -> str:
    """What was in an export, in words."""
    parts = [several(tally.pictures, "picture"), several(tally.videos, "video")]
    for count, what in (
        (tally.drafts, "not in the journal, left out"),
        (tally.staff_only, "for staff only, left out"),
        (tally.untold, "of which the export does not tell the state, left out"),
        (tally.undecodable, "could not be read"),
    ):
        if count:
            parts.append(f"{count:,} {what}")
    return listed(parts)


def read_journal(home: Annotated[Path, typer.Option()]) -> None:
    """Read every export that was handed in by a browser and waits; ends when its standard input does."""
    log_to_stderr()
    threading.Thread(target=end_with_input, daemon=True).start()
    with at_the_journal(Home(home)) as reading:
        while (waiting := next_one(reading)) is not None:
            with ExitStack() as stack:
                reading.run(waiting, lambda: uploaded(reading, waiting, stack))


def next_one(reading: Reading) -> int | None:
    """The id of the oldest import that waits."""
    with reading.store.read() as books:
        waiting = oldest(books)
    return None if waiting is None else waiting.id


def uploaded(reading: Reading, ident: int, stack: ExitStack) -> Export:
    """Open a sealed upload. Raises ExportError."""
    with reading.store.read() as books:
        held = books.imports.get(ident)
    key = held and reading.shelves.key(held.key)
    if not key:
        raise ExportError("unreadable")
    sealed = stack.enter_context(drawer(reading.shelves.upload(ident), key))
    return of_stream(cast("IO[bytes]", sealed))  # reads as one; what a ZIP's reader asks for, it has


def end_with_input() -> None:
    """Whoever started this is gone: so are we."""
    sys.stdin.buffer.read()
    os._exit(1)
