"""Makes the agent a background service. Done again, it updates what is there and starts it anew."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from agent.device.linux.commands import SYSTEMCTL
from agent.device.linux.reminders import BELL
from agent.service import program as programs
from agent.service.places import (
    REMINDER_UNIT,
    UNIT,
    Places,
    ServiceError,
    Step,
    carry_out,
    check_that_it_can,
    systemctl,
)
from agent.service.unit import menu_entry, reminder_units, unit
from agent.settings import SYSTEM_RUN, Settings, folders, read

CARDS = (Path("/media"), Path("/mnt"), Path("/run/media"))
"""Where desktops mount cards and sticks, some below the name of whoever put them in."""


def install(
    home: Path,
    say: Callable[[str], None],
    *,
    dry_run: bool = False,
    program: Path | None = None,
    root: Path = Path("/"),
) -> None:
    """Install or update the service, and start it. Raises ServiceError, SettingsError.

    `home` is the state folder; `program` the command to run, by default the one that runs now. A bundle is copied to
    where only root can change it. `dry_run` only says what would be done.
    """
    check_that_it_can(root)
    carry_out(steps(Places(home.absolute(), root), program or programs.running()), say, dry_run=dry_run)
    if not dry_run:
        say("The agent runs, and starts with the tablet. See how it fares with: systemctl status safeuse-agent")


def steps(places: Places, program: Path) -> Iterator[Step]:
    """Everything to be done, in order. Raises ServiceError when the program is not to be trusted."""
    bundle = programs.bundle_of(program)
    if bundle:
        yield Step(f"copy the agent to {places.program}", lambda: programs.copy(bundle, places.program))
        yield from command_steps(places)
        program = places.program / "bin/safeuse-agent"
    else:
        programs.check_trusted(program)
    words = unit(program, places.home, writable(read(places.home)), version())
    yield Step(f"write {places.unit}", lambda: write(places.unit, words))
    yield from people_steps(places, program)
    yield Step("have systemd read it", systemctl("daemon-reload"))
    yield Step("have it start with the tablet", systemctl("enable", "--quiet", UNIT))
    yield Step(
        "have reminders shown from the next sign-in on", systemctl("--global", "enable", "--quiet", REMINDER_UNIT)
    )
    yield Step("start it now", start)


def people_steps(places: Places, program: Path) -> Iterator[Step]:
    """The menu entry of the page, and what shows reminders in people's sessions. Raises ServiceError."""
    waiting, showing = reminder_units(program, SYSTEM_RUN / BELL)
    words = {places.menu: menu_entry(program)} | dict(zip(places.reminders, (waiting, showing), strict=True))
    for path, text in words.items():
        yield Step(f"write {path}", partial(write, path, text))


def writable(settings: Settings) -> tuple[Path, ...]:
    """Where photos leave from, the cards that hold their trash and copies, and the folders they are delivered to."""
    journals = (journal for journal in settings.journals if journal.get("kind") == "folder" and journal.get("deliver"))
    watched = folders(settings)
    cards = (card for folder in watched for card in cards_of(folder))
    return (*watched, *cards, *(Path(str(journal.get("path", "/home"))) for journal in journals))


def cards_of(folder: Path) -> Iterator[Path]:
    """The card that a watched folder is on, by where desktops mount cards."""
    for place in CARDS:
        if folder.is_relative_to(place) and len(folder.parts) > len(place.parts) + 1:
            yield place / folder.parts[len(place.parts)]


def command_steps(places: Places) -> Iterator[Step]:
    """Make the command known to a person at a terminal, unless something else bears its name."""
    target = places.program / "bin/safeuse-agent"
    if places.command.is_symlink() or not places.command.exists():
        yield Step(f"make the command {places.command}", lambda: link(places.command, target))


def link(name: Path, target: Path) -> None:
    """Make or renew a symbolic link."""
    name.parent.mkdir(parents=True, exist_ok=True)
    name.unlink(missing_ok=True)
    name.symlink_to(target)


def write(path: Path, words: str) -> None:
    """Write a unit or a menu entry, whole or not at all; it holds no secret, and everyone may read it."""
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        path.parent.chmod(0o755)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(words, encoding="utf-8")
    draft.chmod(0o644)
    draft.replace(path)


def start() -> None:
    """Start or restart it, and wait until it says that it has begun. Raises ServiceError."""
    try:
        SYSTEMCTL.run("restart", UNIT)
    except OSError as failure:
        msg = (
            f"The agent was installed, but does not start: {failure}. Its own words: journalctl -u safeuse-agent -n 20"
        )
        raise ServiceError(msg) from failure


def version() -> int:
    """The version of this systemd. Raises ServiceError."""
    found = re.match(r"systemd (\d+)", SYSTEMCTL.run("--version"))
    if not found:
        msg = "systemctl does not say which version of systemd this is; nothing was installed."
        raise ServiceError(msg)
    return int(found[1])
