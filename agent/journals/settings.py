"""What agent.toml says of a journal: one table each, [[journals]].

Passwords and keys stay in files of their own, readable by the agent alone; only their paths stand here.
"""

import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class JournalSettingsError(ValueError):
    """A [[journals]] table cannot be used; says which, why, and what to write instead."""


@dataclass(frozen=True, slots=True)
class Journal:
    """One place where photos of the journal are: how to reach it, and whether to deliver there."""

    name: str  # in words that a manager knows: "journal drop"
    kind: Literal["webdav", "sftp", "folder"]
    url: str = ""  # webdav: the folder's address
    host: str = ""  # sftp
    port: int = 22  # sftp
    path: str = ""  # sftp, folder
    username: str = ""
    password_file: str = ""
    key_file: str = ""  # sftp: a private key without a passphrase
    host_key: str = ""  # sftp: as in known_hosts, "ssh-ed25519 AAAA..."
    pin: str = ""  # webdav: SHA-256 fingerprint of the server's certificate
    ca_file: str = ""  # webdav: the authority that signed the server's certificate
    deliver: bool = False  # put there what waits; otherwise only look
    look_every: timedelta = timedelta(minutes=1)
    same_disk: bool = False  # folder: on the tablet's own disk, for trials

    @property
    def source(self) -> str:
        """How evidence from here is called."""
        return f"{self.name} ({self.kind})"


def parse(tables: Sequence[Mapping[str, Any]], watched: Sequence[Path] = ()) -> tuple[Journal, ...]:
    """Read the tables. Raises JournalSettingsError."""
    journals = tuple(read(table) for table in tables)
    for journal in journals:
        for problem in PROBLEMS[journal.kind](journal):
            refuse(journal.name, problem)
        if journal.kind == "folder" and any(overlap(Path(journal.path), folder) for folder in watched):
            refuse(journal.name, "its path is a watched folder, so that every photo would prove itself; choose another")
    names = [journal.name for journal in journals]
    for name in {name for name in names if names.count(name) > 1}:
        refuse(name, "two journals have this name; give each its own")
    return journals


def read(table: Mapping[str, Any]) -> Journal:
    """Read one table. Raises JournalSettingsError."""
    name = str(table.get("name", "without a name"))
    unknown = sorted(set(table) - {field.name for field in fields(Journal)})
    if unknown:
        refuse(name, f"{unknown[0]!r} is not a setting of a journal")
    try:
        journal = msgspec.convert(table, Journal)
    except msgspec.ValidationError as wrong:
        msg = f"the journal {name!r} cannot be used: {wrong}"
        raise JournalSettingsError(msg) from wrong
    if journal.look_every <= timedelta() or not journal.name.strip():
        refuse(name, "it needs a name, and look_every must be longer than nothing")
    return journal


def refuse(name: str, why: str) -> None:
    """Refuse one table. Raises JournalSettingsError."""
    msg = f"the journal {name!r} cannot be used: {why}"
    raise JournalSettingsError(msg)


def webdav(journal: Journal) -> list[str]:
    """What is wrong with the table of a WebDAV folder."""
    address = urlsplit(journal.url)
    problems = []
    if address.scheme not in {"http", "https"} or not address.hostname:
        problems.append("url must be the address of a folder, such as https://cloud.example/dav/journal/")
    elif address.scheme == "http" and not is_loopback(address.hostname):
        problems.append("url must begin with https: photos of children do not travel in the clear")
    if address.username or address.password:
        problems.append("put the name into username and the password into password_file, not into url")
    if journal.pin and not FINGERPRINT.fullmatch(fingerprint(journal.pin)):
        problems.append("pin must be the SHA-256 fingerprint of the certificate: 64 hex digits")
    return problems


def sftp(journal: Journal) -> list[str]:
    """What is wrong with the table of an SFTP folder."""
    problems = [f"{name} is missing" for name in ("host", "path", "username", "host_key") if not getattr(journal, name)]
    if not journal.password_file and not journal.key_file:
        problems.append("give a key_file or a password_file")
    if journal.host_key and len(journal.host_key.split()) < len(("type", "key")):
        problems.append('host_key must be the server\'s public key, such as "ssh-ed25519 AAAA..."')
    return problems


def folder(journal: Journal) -> list[str]:
    """What is wrong with the table of a folder."""
    return [] if os.path.isabs(journal.path) else ["path must be the whole path of a folder"]  # noqa: PTH117 - Path("") is "."


PROBLEMS = {"webdav": webdav, "sftp": sftp, "folder": folder}


def fingerprint(pin: str) -> str:
    """A fingerprint as plain lower-case hex digits."""
    return pin.lower().replace(":", "").strip()


def is_loopback(host: str) -> bool:
    """Tell whether this host is the tablet itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def overlap(one: Path, other: Path) -> bool:
    """Tell whether one of two folders is the other, or lies in it, through links too."""
    a, b = one.resolve(), other.resolve()
    return a == b or a in b.parents or b in a.parents
