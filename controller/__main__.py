"""The command `safeuse`: the controller, and what its administrator does beside it."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import segno
import typer
from rich.console import Console

from controller import enrol, journal_commands, key_file, people, settings
from controller.certificate import CertificateError
from controller.enrol import TabletNameError
from controller.key_file import KeyFileError
from controller.people import PeopleError
from controller.records import Author
from controller.seams import Books
from controller.settings import Home, SettingsError
from controller.store.migrate import MigrationError
from controller.web.server import ListenError
from controller.wiring import SETTING, at_the_desk, controller, link_to, log_to_stderr, new_recovery_key

app = typer.Typer(
    help="Safeuse: the controller of a nursery's tablets.\n\n"
    "Start with `safeuse serve`; it makes everything that it needs. Then enrol a tablet: `safeuse enrol-code`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
HomeOption = Annotated[
    Path | None,
    typer.Option(help="The folder that holds the database, the certificate and controller.toml.", show_default=False),
]
TROUBLE = (
    SettingsError,
    CertificateError,
    KeyFileError,
    MigrationError,
    ListenError,
    TabletNameError,
    PeopleError,
    *journal_commands.TROUBLE,
    OSError,
)
journal_commands.add_to(app)


@app.command()
def serve(
    home: HomeOption = None,
    host: Annotated[str, typer.Option(help="The address to listen on; from controller.toml if left out.")] = "",
    port: Annotated[int, typer.Option(help="The port to listen on; from controller.toml if left out.")] = 0,
) -> None:
    """Serve the dashboard and the tablets over HTTPS, until Ctrl-C or SIGTERM.

    The first start makes the home folder, the database and a certificate, and prints a link that makes the first
    manager. Tablets know the controller by the certificate's fingerprint, which is inside every enrolment code.
    """
    log_to_stderr()
    here = Home(home or settings.home_folder())
    here.make()
    chosen = settings.read(here)
    chosen = msgspec.structs.replace(chosen, host=host or chosen.host, port=port or chosen.port)
    settings.check(chosen)
    with controller(here, chosen) as built:
        if link := built.first_link():
            first_steps(link)
        built.serve()


def first_steps(link: str) -> None:
    """Lead the one who starts a controller for the first time by the hand."""
    console = Console(soft_wrap=True, highlight=False)
    console.print("\nOpen this link in a browser to become the first manager. It works once, within 24 hours:\n")
    console.print(f"  {link}\n", style="bold", markup=False)
    console.print("The browser will warn about the certificate, which this controller made itself: that is expected.\n")


@app.command()
def enrol_code(
    tablet: Annotated[str, typer.Option(help="What people call the tablet, such as “Sunflower 1”.")],
    home: HomeOption = None,
    *,
    anew: Annotated[
        bool, typer.Option("--anew", help="The tablet is known and is to be enrolled again: its old key is retired.")
    ] = False,
) -> None:
    """Make a code that enrols one tablet. It works once, within 30 minutes.

    On the tablet, run: safeuse-agent enrol CODE
    """
    author = Author("the command line", datetime.now(UTC))
    with at_the_desk(Home(home or settings.home_folder())) as (store, here):
        if anew:
            with store.read() as books:
                known = books.devices.named(SETTING, enrol.plain_name(tablet))
            if known is None:
                msg = f"there is no tablet called “{tablet}”; leave --anew out to enrol a new one"
                raise TabletNameError(msg)
            made = enrol.make_code_anew(store, known.id, here, author)
        else:
            made = enrol.make_code(store, SETTING, tablet, here, author)
    show(made)


@app.command()
def sign_in_link(
    name: Annotated[str, typer.Option(help="The manager's name; may be left out where there is only one.")] = "",
    home: HomeOption = None,
) -> None:
    """Make a link that signs a manager in who forgot the password. It works once, within 30 minutes."""
    author = Author("the command line", datetime.now(UTC))
    with at_the_desk(Home(home or settings.home_folder())) as (store, here):
        link = link_to(here, people.sign_in_link(store, name, author))
    Console(soft_wrap=True, highlight=False).print(link, style="bold", markup=False)


@app.command()
def recovery_key(
    home: HomeOption = None,
    *,
    new: Annotated[
        bool,
        typer.Option("--new", help="The file is lost and no copy is left: make another. Stop the controller first."),
    ] = False,
) -> None:
    """Say how it stands with the recovery key, which gives back photos that a person's word removed.

    It is the file recovery.key in the home folder, made at the first start. Keep a copy of it in a safe place. Without
    it nothing that is held can be put back, and tablets remove nothing on a person's word until there is one again.
    """
    here = Home(home or settings.home_folder())
    if new:
        made = new_recovery_key(here)
        say(f"A new recovery key was made: {made.public[:16]}… It is {here.path / key_file.NAME}; keep a copy of it.")
        say("Tablets seal for it once the controller has started. What was sealed before cannot be put back with it.")
        return
    with at_the_desk(here) as (store, _), store.read() as books:
        counts = [how_many_open(books, device) for device in books.held.counts(SETTING)]
        key = books.recovery
    opens, held = sum(one[0] for one in counts), sum(one[1] for one in counts)
    say(f"The recovery key is there: {key.public[:16]}…" if key.public else f"There is no recovery key: {key.trouble}.")
    say(f"Photos that are held: {held}; it opens {opens} of them.")


def how_many_open(books: Books, device: str) -> tuple[int, int]:
    """Of the photos that are held on a tablet: how many the key opens, and how many there are."""
    photos = books.held.of(device, books.held.count(device))
    return sum(books.recovery.opens(photo.sealed_key) for photo in photos), len(photos)


def say(line: str) -> None:
    """Print a line as it is."""
    Console(soft_wrap=True, highlight=False).print(line, markup=False)


def show(made: enrol.Made) -> None:
    """Print a code, and its QR where a person looks."""
    if sys.stdout.isatty():
        segno.make(made.code, error="l").terminal(compact=True)
    console = Console(highlight=False, soft_wrap=True)
    console.print(made.code, style="bold")
    console.print(f"For {made.tablet}, once, until {made.expires_at.astimezone():%H:%M}. On the tablet, run:")
    console.print("safeuse-agent enrol CODE", markup=False)


def main() -> None:
    """Run the command line; a trouble that is known is one sentence."""
    try:
        app()
    except TROUBLE as trouble:
        Console(stderr=True, soft_wrap=True).print(f"safeuse: {trouble}", markup=False, highlight=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
