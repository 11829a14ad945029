"""The doctor: a table of small checks, a line each, with the mend. It changes nothing."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from agent.device.itself import running
from agent.identity import FILE, Folder, NotEnrolledError
from agent.seams.tablet import Hands, Senses
from agent.settings import Settings, SettingsError, doors, folders, read
from agent.tablet_page.door import NAME
from agreement.letters import Done


class Health(StrEnum):
    """How a check came out."""

    FINE = "fine"
    LOOK = "look"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the doctor's table."""

    name: str
    health: Health
    says: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined."""

    home: Path
    senses: Senses
    hands: Hands


Check = Callable[[Patient], Result]


def state_is_private(patient: Patient) -> Result:
    """The state folder and the key are for the agent alone."""
    name = "state folder"
    if not patient.home.is_dir():
        return Result(name, Health.LOOK, f"{patient.home} is not there yet", "It is made by: safeuse-agent enrol CODE")
    loose = [p for p in (patient.home, patient.home / FILE) if p.exists() and p.stat().st_mode & 0o077]
    if loose:
        return Result(name, Health.BROKEN, f"{loose[0]} can be read by others", f"chmod go-rwx {loose[0]}")
    return Result(name, Health.FINE, f"{patient.home} is readable by the agent alone")


def is_enrolled(patient: Patient) -> Result:
    """The tablet knows its controller."""
    try:
        identity = Folder(patient.home).identity()
    except NotEnrolledError as missing:
        return Result("enrolment", Health.LOOK, "this tablet is not enrolled", str(missing))
    return Result("enrolment", Health.FINE, f"tablet {identity.device}, controller at {', '.join(identity.addresses)}")


def settings_are_sound(patient: Patient) -> Result:
    """agent.toml can be read."""
    try:
        settings = read(patient.home)
    except SettingsError as wrong:
        return Result("settings", Health.BROKEN, str(wrong), "Mend agent.toml.")
    return Result("settings", Health.FINE, f"{len(settings.journals)} journals, a look every {settings.look_every}")


def folders_are_there(patient: Patient) -> Result:
    """At least one watched folder exists and can be written to."""
    name = "photo folders"
    watched = folders(settings_or_defaults(patient.home))
    there = [folder for folder in watched if folder.is_dir()]
    if not there:
        return Result(name, Health.LOOK, "none of the watched folders exists yet", "They are watched once they appear.")
    closed = [str(folder) for folder in there if not os.access(folder, os.W_OK | os.X_OK)]
    if closed:
        mend = "Run the agent as root, or give it write access: else photos cannot leave."
        return Result(name, Health.BROKEN, f"no photo can be deleted in {', '.join(closed)}", mend)
    return Result(name, Health.FINE, f"{len(there)} watched: {', '.join(map(str, there))}")


def settings_or_defaults(home: Path) -> Settings:
    """The settings, or the defaults where they cannot be read: another check tells that."""
    try:
        return read(home)
    except SettingsError:
        return Settings()


def ledger_is_sound(patient: Patient) -> Result:
    """The ledger's file is whole."""
    path = patient.home / "ledger.sqlite3"
    if not path.exists():
        return Result("ledger", Health.LOOK, "there is no ledger yet", "It is made when the agent first runs.")
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            (answer,) = connection.execute("PRAGMA quick_check").fetchone()
        connection.close()
    except sqlite3.Error as wrong:
        answer = str(wrong)
    if answer != "ok":
        return Result("ledger", Health.BROKEN, f"the ledger is damaged: {answer}", "Tell whoever installs this tablet.")
    return Result("ledger", Health.FINE, "whole")


def network_is_seen(patient: Patient) -> Result:
    """The network sense works."""
    try:
        networks = patient.senses.networks()
    except OSError as failure:
        return Result(
            "network", Health.BROKEN, f"networks cannot be seen: {failure}", "See the line above or below it."
        )
    if not networks:
        return Result("network", Health.LOOK, "there is no way out of this tablet now", "Join a network.")
    return Result("network", Health.FINE, ", ".join(f"{n.interface} ({n.name or n.medium.value})" for n in networks))


def agent_runs(_patient: Patient) -> Result:
    """The service is up, once, and costs little."""
    agents = running()
    if not agents:
        return Result("service", Health.LOOK, "the agent does not run", "Start it: safeuse-agent install (as root)")
    if len(agents) > 1:
        pids = ", ".join(str(agent.pid) for agent in agents)
        return Result("service", Health.LOOK, f"{len(agents)} agents run on this machine ({pids})", "One is enough.")
    (agent,) = agents
    cost = f"{agent.memory / 1e6:.0f} MB, {agent.cpu:.0f} s of a processor"
    return Result("service", Health.FINE, f"runs since {agent.since.astimezone():%d %B %H:%M}; {cost}")


def page_can_be_opened(patient: Patient) -> Result:
    """The agent keeps its door, at which the page of whoever uses the tablet asks."""
    open_ones = [folder / NAME for folder in (*doors(None), patient.home) if (folder / NAME).is_socket()]
    if not open_ones:
        says = "nobody can open the page with the photos that wait"
        return Result("page", Health.LOOK, says, "The agent opens its door when it starts: safeuse-agent install")
    return Result(
        "page", Health.FINE, f"people can open it from the menu, or with: safeuse-agent page ({open_ones[0]})"
    )


def reminders_are_seen(patient: Patient) -> Result:
    """No reminder was kept from the screen of whoever should have seen it."""
    done, detail = last_outcome(patient.home / "ledger.sqlite3", "remind", "on the screen")
    if done == Done.FAILED:
        mend = "Sign in at the tablet's own screen; the desktop must show notices (org.freedesktop.Notifications)."
        return Result("reminders", Health.LOOK, detail, mend)
    return Result("reminders", Health.FINE, "none was kept from the screen")


def last_outcome(ledger: Path, task: str, subject: str) -> tuple[str, str]:
    """What the ledger says became of something the last time; empty where it says nothing."""
    try:
        with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as connection:
            query = "SELECT done, detail FROM outcomes WHERE task = ? AND subject = ?"
            row = connection.execute(query, (task, subject)).fetchone()
        connection.close()
    except sqlite3.Error:
        return "", ""  # another check tells that
    return row or ("", "")


def clauses_are_kept(patient: Patient) -> Iterator[Result]:
    """What each clause comes to on this tablet: the register, line by line."""
    for mark in patient.hands.register():
        health = Health.FINE if mark.level == "enforced" else Health.LOOK
        yield Result(f"clause {mark.clause}", health, f"{mark.level.value.replace('_', ' ')}. {mark.why}".strip())


CHECKS: tuple[Check, ...] = (
    state_is_private,
    is_enrolled,
    agent_runs,
    settings_are_sound,
    folders_are_there,
    ledger_is_sound,
    network_is_seen,
    page_can_be_opened,
    reminders_are_seen,
)


def examine(patient: Patient) -> Iterator[Result]:
    """Run every check. A check that breaks is a line of its own, never the end."""
    for check in CHECKS:
        try:
            yield check(patient)
        except OSError as failure:
            yield Result(check.__name__.replace("_", " "), Health.BROKEN, str(failure), "Run the doctor as root.")
    yield from clauses_are_kept(patient)
