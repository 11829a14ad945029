"""What a person at a terminal can ask of the agent: enrol, status, network, page, doctor, match, install, uninstall."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from agent import __version__, wiring
from agent.device import notify, show_file
from agent.doctor import Health, Patient, examine
from agent.enrol import enrol as enrol_tablet
from agent.identity import FILE, Folder, NotEnrolledError
from agent.matching.files import SourceError
from agent.matching.matching import match as match_photos
from agent.matching.shown import progress_on, show_json, show_table, show_unused
from agent.seams.courier import UndeliveredError
from agent.service.installing import install as install_service
from agent.service.places import ServiceError
from agent.service.removing import uninstall as uninstall_service
from agent.settings import SettingsError, doors, state_folder
from agent.tablet_page.opening import open_page, print_link, show_trouble
from agent.tablet_page.reminding import Reminder
from agent.tablet_page.reminding import remind as remind_person
from agreement.agreement import PRINTED
from agreement.clauses.secure_network import SecureNetwork
from agreement.enrolment import CodeError
from agreement.facts import Network
from agreement.letters import RefusedError

app = typer.Typer(
    name="safeuse-agent",
    help="Keeps this tablet to the nursery's safe use agreement.\n\nFirst time: ask the manager for a code, then run "
    "'safeuse-agent enrol CODE' and 'safeuse-agent install'.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

REMINDER_STAYS = 10 * 60.0
"""Seconds for which touching a reminder opens the page."""

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Where the agent keeps its key and ledger.", envvar="SAFEUSE_AGENT_HOME"),
]
SIGNS = {Health.FINE: "[green]✓[/]", Health.LOOK: "[yellow]![/]", Health.BROKEN: "[red]✕[/]"}


@app.callback(invoke_without_command=True)
def start(*, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Print the version when asked."""
    if version:
        out.print(__version__)
        raise typer.Exit


@app.command()
def enrol(
    code: Annotated[str, typer.Argument(help="The code from the dashboard, in quotes if it holds spaces.")],
    home: HomeOption = None,
    *,
    again: Annotated[bool, typer.Option("--again", help="Enrol anew though this tablet is enrolled already.")] = False,
) -> None:
    """Make this tablet known to the controller, by a code that the manager made on the dashboard.

    The code holds the controller's address and how to recognise it. It works once, for 30 minutes.
    """
    folder = Folder(home or state_folder())
    if (folder.path / FILE).exists() and not again:
        give_up("This tablet is enrolled already.", "To enrol it anew, add --again to the command.")
    senses, _ = wiring.device_for(folder.path)
    try:
        enrolled = enrol_tablet(code, senses.machine(), folder)
        wiring.begin(folder.path, enrolled)
    except CodeError as mistyped:
        give_up("The code cannot be read.", str(mistyped))
    except UndeliveredError as failure:
        give_up("The controller cannot be reached.", f"{failure}. Nothing was changed; the code still holds.")
    except RefusedError as refusal:
        give_up("The controller refused.", str(refusal))
    except OSError as failure:
        give_up("The tablet cannot keep its identity.", str(failure))
    out.print(
        f"[green]✓[/] This tablet is now “{escape(enrolled.standing.tablet)}” of {escape(enrolled.standing.setting)}."
    )
    next_step = "Next: start the agent with [bold]safeuse-agent install[/] (as root), or [bold]safeuse-agent run[/]."
    out.print(next_step, soft_wrap=True)


@app.command()
def run() -> None:
    """Run the agent in the foreground, as the background service does."""


@app.command()
def status(
    home: HomeOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Say in a few lines how this tablet stands."""
    try:
        now = wiring.status(home or state_folder())
    except NotEnrolledError as missing:
        give_up("This tablet is not enrolled.", str(missing))
    except OSError as failure:
        give_up("The ledger cannot be read.", str(failure))
    if as_json:
        out.print_json(msgspec.json.encode(now).decode())
        return
    for line in now.lines():
        out.print(escape(line), soft_wrap=True)


@app.command()
def network(home: HomeOption = None) -> None:
    """Print the networks that this tablet is on, and whether the manager trusts them."""
    path = home or state_folder()
    senses, _ = wiring.device_for(path)
    clause = wiring.agreement_of(path).secure_network
    try:
        networks = senses.networks()
    except OSError as failure:
        give_up("Networks cannot be seen.", str(failure))
    if not networks:
        out.print("This tablet has no way out now: no network is up with a route to elsewhere.")
        return
    for seen in networks:
        out.print(f"[bold]{escape(seen.interface)}[/]  {trust(clause, seen)}")
        for what, text in facts(seen):
            out.print(f"    {what:<14}{escape(text)}", soft_wrap=True)


def facts(seen: Network) -> list[tuple[str, str]]:
    """Everything that a network shows of who it is; what it does not show is left out."""
    router = " ".join(filter(None, (seen.gateway, seen.gateway_mac or "(has not answered)")))
    lines = [("kind", seen.medium.value), ("name", seen.name), ("security", seen.security.value)]
    return [(what, text) for what, text in (*lines, ("access point", seen.bssid), ("router", router)) if text]


def trust(clause: SecureNetwork | None, seen: Network) -> str:
    """Say whether the manager trusts this network."""
    if clause is None:
        return "[yellow]! the manager has not trusted any network yet[/]"
    return "[green]✓ trusted[/]" if clause.trusts(seen) else "[red]✕ not trusted[/]"


@app.command()
def page(
    home: HomeOption = None,
    *,
    link: Annotated[
        bool, typer.Option("--link", help="Print a link, good once and for a minute, in place of opening the browser.")
    ] = False,
) -> None:
    """Show which photos on this tablet wait for the journal, in your browser; the menu entry runs this.

    You see your own photos and nobody else's. Nobody but your account on this tablet can open the page. It closes by
    itself after five minutes without a touch.
    """
    try:
        if link:
            print_link(doors(home), lambda line: print(line, flush=True))  # noqa: T201 - to be copied as it is
        else:
            open_page(doors(home), os.environ, show_file)
    except OSError as reason:
        if not link and not sys.stderr.isatty():
            with contextlib.suppress(OSError):  # where not even this can be shown, the line below is all there is
                show_trouble(str(reason), os.environ, show_file)
        give_up("The photos cannot be shown now.", str(reason))


@app.command(hidden=True)
def remind(home: HomeOption = None) -> None:
    """Show a reminder, if photos of this person are due soon; the session runs this when the agent rings."""

    def shown(reminder: Reminder, is_shown: Callable[[], None]) -> bool:
        return notify(reminder.title, reminder.words, "Show the photos", is_shown, REMINDER_STAYS)

    with in_words("Nobody was reminded."):
        if remind_person(doors(home), shown):
            open_page(doors(home), os.environ, show_file)


@app.command()
def doctor(home: HomeOption = None) -> None:
    """Examine this tablet: a line for each check, with the mend. Ends with 1 when something is broken."""
    path = home or state_folder()
    try:
        senses, hands = wiring.device_for(path)
    except SettingsError as wrong:
        give_up("agent.toml cannot be used.", str(wrong))
    broken = False
    for result in examine(Patient(path, senses, hands)):
        broken |= result.health is Health.BROKEN
        name = result.name
        if name.startswith("clause "):
            name += f", {PRINTED[int(name.removeprefix('clause '))].lower()}"
        out.print(f"{SIGNS[result.health]} [bold]{escape(name)}[/]: {escape(result.says)}", soft_wrap=True)
        if result.mend:
            out.print(f"    {escape(result.mend)}", soft_wrap=True)
    raise typer.Exit(1 if broken else 0)


@app.command()
def match(
    tablet: Annotated[Path, typer.Argument(metavar="TABLET_DIR", help="The folder that holds the tablet's photos.")],
    journal: Annotated[Path, typer.Argument(metavar="JOURNAL", help="The journal's export: a folder or a ZIP file.")],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line: file, verdict, picture, why, score.")
    ] = False,
) -> None:
    """Say for each photo and video of a folder whether it is in the journal. Nothing is changed or deleted.

    added: it became a journal picture; nothing differs but scaling and encoding, and no other photo comes as near.
    not_added: no journal picture is it. ask: a person must look; the picture to compare with is named.

    Works without enrolment. Ends with 0 when every file got a verdict, whichever; with 1 when nothing could be
    matched (no such folder, a broken or encrypted ZIP, nothing in it); with 2 when the command was not understood.

    Example: safeuse-agent match /home/staff/Pictures export.zip --json
    """
    try:
        with progress_on(err) as progress:
            outcome = match_photos(tablet, journal, progress)
    except SourceError as wrong:
        give_up("Nothing was matched.", str(wrong))
    show_unused(outcome, err)
    (show_json if as_json else show_table)(outcome, out)


@app.command()
def install(
    home: HomeOption = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Make the agent a background service that starts with the tablet (as root, under systemd)."""
    with in_words("The service cannot be installed."):
        install_service(home or state_folder(), say, dry_run=dry_run)


@app.command()
def uninstall(
    home: HomeOption = None,
    *,
    keep_state: Annotated[
        bool, typer.Option("--keep-state", help="Keep the key, the ledger and the settings.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Remove the service, its rules and its state, and leave nothing behind (as root)."""
    with in_words("The service cannot be removed."):
        uninstall_service(home or state_folder(), say, keep_state=keep_state, dry_run=dry_run)


def say(line: str) -> None:
    """Print one line of a longer work."""
    out.print(escape(line), soft_wrap=True)


@contextmanager
def in_words(what: str) -> Iterator[None]:
    """Turn the errors of a long work into what happened and what to do next."""
    try:
        yield
    except (ServiceError, SettingsError, OSError) as failure:
        give_up(what, str(failure))


def give_up(what: str, then: str) -> NoReturn:
    """Say what happened and what to do next, and end with 1."""
    err.print(f"[red]✕[/] [bold]{escape(what)}[/] {escape(then)}", soft_wrap=True)
    if os.environ.get("SAFEUSE_DEBUG"):
        err.print_exception()
    raise typer.Exit(1)
