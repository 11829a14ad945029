"""Takes the background service out again, and leaves nothing: no unit, no firewall rule, no program, no state."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from agent.device.linux.commands import NFT
from agent.device.linux.files import children
from agent.service.places import REMINDER_UNIT, UNIT, Places, Step, carry_out, check_that_it_can, systemctl

TABLE = "inet safeuse"
NO_TABLE = f"table {TABLE} {{\n}}\ndelete table {TABLE}\n"
OTHERS = ("controller.toml",)
"""Files whose presence says that the settings folder serves the controller too."""


def uninstall(
    home: Path,
    say: Callable[[str], None],
    *,
    keep_state: bool = False,
    dry_run: bool = False,
    root: Path = Path("/"),
) -> None:
    """Stop and remove the service with all that it made. Raises ServiceError. Done again, it does no harm.

    `keep_state` leaves the key, the ledger and the settings, so that a later `install` goes on as the same tablet.
    """
    check_that_it_can(root)
    places = Places(home.absolute(), root)
    todo = tuple(steps(places, keep_state=keep_state))
    carry_out(todo, say, dry_run=dry_run)
    if not dry_run:
        say("The agent is gone." if todo else "There was nothing to remove.")
        say("Its lines in the system's own journal stay until that forgets them by itself.")


def steps(places: Places, *, keep_state: bool) -> Iterator[Step]:
    """What there is to remove now. The program goes last: it is the one that runs."""
    if places.unit.exists() or places.changes.exists():
        yield Step("stop the service and have it start no more", systemctl("disable", "--now", "--quiet", UNIT))
        yield from removals(places.unit, places.changes)
        yield Step("have systemd forget it", systemctl("daemon-reload"))
    yield from people_steps(places)
    yield from table_steps()
    if not keep_state:
        yield from removals(places.home)
        yield from settings_steps(places.settings)
    if os.path.realpath(places.command).startswith(f"{places.program.resolve()}/"):
        yield from removals(places.command)
    yield from removals(places.program)


def people_steps(places: Places) -> Iterator[Step]:
    """Remove the menu entry, with its folder where nothing else is in it, and what shows reminders."""
    if any(path.exists() for path in places.reminders):
        yield Step("have reminders shown no more", systemctl("--global", "disable", "--quiet", REMINDER_UNIT))
        yield from removals(*places.reminders)
    yield from removals(places.menu)
    if [path.name for path in children(places.menu.parent)] == [places.menu.name]:
        yield Step(f"remove {places.menu.parent}", places.menu.parent.rmdir)


def removals(*paths: Path) -> Iterator[Step]:
    """Remove each that is there."""
    for path in paths:
        if path.exists() or path.is_symlink():
            yield Step(f"remove {path}", partial(remove, path))


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder with all that is in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def settings_steps(settings: Path) -> Iterator[Step]:
    """Remove the settings with the journals' passwords; only agent.toml where the controller lives here too."""
    if any((settings / name).exists() for name in OTHERS):
        yield from removals(settings / "agent.toml")
    else:
        yield from removals(settings)


def table_steps() -> Iterator[Step]:
    """Open the network again, where the agent had cut it off."""
    if NFT.path() and f"table {TABLE}" in NFT.run("list", "tables").splitlines():
        yield Step(f"remove the firewall table {TABLE}", forget_table)


def forget_table() -> None:
    """Delete the one table that is the agent's."""
    NFT.run("-f", "-", given=NO_TABLE)
