"""`make demo`: a controller, a journal and three tablets, and a day that happens to them.

As root each tablet lives in a network namespace of its own, and one is really moved to an evil twin. Without root,
all is on loopback and networks are only judged.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from demo.numbers import Numbers
from demo.story import AGREEMENT, Story
from lab.nursery import Nursery
from lab.nursery_network import IP, NFT, NurseryNetwork
from lab.people import StoryError
from lab.processes import BrokenStageError

PICTURES = Path(__file__).parents[1] / "tests/data/photos"
SHORT = ("sun1", "sun2", "blue1")


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make demo ARGS=…", description="Shows the main job, with real processes.")
    parser.add_argument("--seconds", type=float, help="end by itself after so many seconds; else at Ctrl-C")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what happened, from the ledgers and the store")
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="a folder of JPEG files to take photos from")
    return parser.parse_args()


def main() -> int:
    """Play the day; 1 when something did not come about."""
    chosen, console = options(), Console()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does
    folder = Path(tempfile.mkdtemp(prefix="safeuse-demo-"))
    timer = threading.Timer(chosen.seconds or 0, ended.set)
    if chosen.seconds:
        timer.start()
    try:
        play(chosen, console, folder, ended)
    except (StoryError, BrokenStageError, OSError) as trouble:
        console.print(f"[red]✕[/] {trouble}")
        return 1
    except KeyboardInterrupt:
        console.print("Ended.")
    finally:
        timer.cancel()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def play(chosen: argparse.Namespace, console: Console, folder: Path, ended: threading.Event) -> None:
    """Set everything up, tell the story, wait, and take everything down."""
    with ExitStack() as closing:
        networks = closing.enter_context(NurseryNetwork(SHORT)) if can_make_networks() else None
        nursery = closing.enter_context(Nursery(folder, networks, AGREEMENT))
        story = Story(nursery, networks, chosen.pictures, console)
        closing.callback(story.close)
        greet(console, nursery, networks)
        story.tell()
        numbers = story.record.numbers(story.tablets, story.lost, cut_off=networks is not None)
        show(console, numbers)
        if chosen.json:
            chosen.json.write_bytes(msgspec.json.format(msgspec.json.encode(numbers)) + b"\n")
        console.print(f"\nDashboard: [bold]https://{nursery.dashboard}/[/]")
        console.print(
            f"Sign in as a manager with this one-time link: [bold]{story.ada.link_for_a_visitor()}[/]", soft_wrap=True
        )
        console.print("(The browser will warn: the controller made its certificate itself.) Ctrl-C ends the demo.")
        ended.wait()


def can_make_networks() -> bool:
    """As root, and with the programs that it needs."""
    return os.geteuid() == 0 and all(Path(program).exists() for program in (IP, NFT))


def greet(console: Console, nursery: Nursery, networks: NurseryNetwork | None) -> None:
    """Say what stands."""
    where = "each tablet in a network of its own" if networks else "all on loopback, since this is not root"
    console.print(f"[bold]Larkfield Nursery[/]: a controller, a journal (WebDAV) and three tablets; {where}.")
    console.print(f"[dim]Real processes; their logs are in {nursery.folder / 'logs'} until the end.[/]\n")


def show(console: Console, numbers: Numbers) -> None:
    """Print what happened, in numbers."""
    table = Table("tablet", "taken", "added", "removed", "kept", "overdue", "found on it", title="What happened")
    for name, one in numbers.tablets.items():
        counts = (one.taken, one.in_journal, one.purged, one.kept, one.overdue)
        table.add_row(name, *map(str, counts), "\n".join(f"· {what}" for what in one.findings) or "–")
    console.print(table)
    if gone := numbers.seconds_from_evidence_to_gone:
        console.print(f"From evidence to gone: median {gone.median:.3f} s, worst {gone.worst:.3f} s, {gone.of} photos.")
    if numbers.seconds_from_lost_to_locked is not None:
        console.print(f"From reported lost to locked: {numbers.seconds_from_lost_to_locked:.2f} s.")


if __name__ == "__main__":
    sys.exit(main())
