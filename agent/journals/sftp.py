"""A journal that is a folder on an SFTP server, whose host key is known beforehand."""

import base64
import binascii
import logging
import socket
import stat
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import paramiko

from agent.journals.proving import Wanted
from agent.journals.secrets import secret
from agent.journals.settings import Journal
from agent.journals.way import DEEPEST, PIECE, Body, Entry, FileTroubleError, TroubleError

PATIENCE = 30.0
"""Seconds without a byte after which a server counts as gone."""

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what goes wrong is said in words, once
RSA = ("rsa-sha2-512", "rsa-sha2-256")
Answer = TypeVar("Answer")


class Sftp:
    """The way over SSH."""

    def __init__(self, journal: Journal, _wanted: Sequence[Wanted]) -> None:
        self._top = journal.path.rstrip("/") or "/"
        self._transport = connected(journal)
        try:
            self._sftp = signed_in(self._transport, journal)
        except BaseException:
            self._transport.close()
            raise

    def size(self, name: str) -> int | None:
        """How long the file of this name is."""
        try:
            status = said(lambda: self._sftp.lstat(self.at(name)))
        except FileNotFoundError:
            return None
        return status.st_size if stat.S_ISREG(status.st_mode or 0) else None

    def send(self, name: str, body: Body) -> None:
        """Write it; each piece is acknowledged before the file is closed."""

        def write() -> None:
            with self._sftp.open(self.at(name), "wb") as file:
                while piece := body.read(PIECE):
                    file.write(piece)

        said(write)

    def rename(self, old: str, new: str) -> None:
        """Move it into place, over whatever is there (posix-rename@openssh.com)."""
        said(lambda: self._sftp.posix_rename(self.at(old), self.at(new)))

    def remove(self, name: str) -> None:
        """Remove it."""
        try:
            said(lambda: self._sftp.remove(self.at(name)))
        except FileNotFoundError:
            return

    def read(self, name: str) -> Iterator[bytes]:
        """Read it back."""
        try:
            file = said(lambda: self._sftp.open(self.at(name), "rb"))
        except FileNotFoundError as failure:
            msg = "a file of the journal is not there any more"
            raise FileTroubleError(msg) from failure
        with file:
            while piece := said(lambda: file.read(PIECE)):
                yield piece

    def listing(self) -> Iterator[Entry]:
        """Every file; no link is followed."""
        yield from self.below("", DEEPEST)

    def below(self, folder: str, depth: int) -> Iterator[Entry]:
        """Every file in one folder, and in those below it."""
        try:
            entries = said(lambda: self._sftp.listdir_attr(self.at(folder)))
        except FileNotFoundError as failure:
            msg = "the journal's folder is not on the server"
            raise TroubleError(msg) from failure
        for entry in sorted(entries, key=lambda found: found.filename):
            name, mode = f"{folder}{entry.filename}", entry.st_mode or 0
            if stat.S_ISDIR(mode) and depth:
                yield from self.below(f"{name}/", depth - 1)
            elif stat.S_ISREG(mode):
                yield Entry(name, entry.st_size or 0, str(entry.st_mtime or ""))

    def at(self, name: str) -> str:
        """The whole path on the server."""
        return f"{self._top}/{name}".rstrip("/") or "/"

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


def connected(journal: Journal) -> paramiko.Transport:
    """Reach the server and make sure who it is, before anything is said to it. Raises TroubleError."""
    kind, key = host_key(journal)

    def connect() -> paramiko.Transport:
        line = socket.create_connection((journal.host, journal.port), PATIENCE)
        transport = paramiko.Transport(line)
        try:
            transport.get_security_options().key_types = RSA if kind == "ssh-rsa" else (kind,)
            transport.start_client(timeout=PATIENCE)
            recognise(transport, key)
        except BaseException:
            transport.packetizer.complete_handshake()  # stops a timer that close forgets
            transport.close()
            line.close()
            raise
        return transport

    return said(connect)


def recognise(transport: paramiko.Transport, key: bytes) -> None:
    """Make sure that this is the server with the pinned key. Raises TroubleError."""
    if transport.get_remote_server_key().asbytes() != key:
        raise TroubleError(STRANGER)


STRANGER = (
    "the server's host key is not the one in agent.toml: it is another server, or somebody is in between;"
    " nothing was sent. Ask whoever runs the server before changing host_key"
)


def host_key(journal: Journal) -> tuple[str, bytes]:
    """The pinned key: its type and its bytes. Raises TroubleError."""
    kind, encoded = journal.host_key.split()[:2]
    try:
        return kind, base64.b64decode(encoded, validate=True)
    except binascii.Error as wrong:
        msg = "host_key in agent.toml cannot be read: it is not base64"
        raise TroubleError(msg) from wrong


def signed_in(transport: paramiko.Transport, journal: Journal) -> paramiko.SFTPClient:
    """Sign in by key or password, and open a channel for files. Raises TroubleError."""
    transport.auth_timeout = PATIENCE

    def sign_in() -> paramiko.SFTPClient | None:
        if journal.key_file:
            secret(journal.key_file)  # only to refuse a key that others can read
            transport.auth_publickey(journal.username, paramiko.PKey.from_path(journal.key_file))
        else:
            transport.auth_password(journal.username, secret(journal.password_file))
        return paramiko.SFTPClient.from_transport(transport)

    client = said(sign_in)
    if client is None:
        msg = "the server offers no SFTP"
        raise TroubleError(msg)
    client.get_channel().settimeout(PATIENCE)  # type: ignore[union-attr]  # an open client has a channel
    return client


def said(ask: Callable[[], Answer]) -> Answer:
    """Ask the server; whatever goes wrong is trouble in words, but for a file that is not there."""
    try:
        return ask()
    except FileNotFoundError:
        raise
    except TimeoutError as silence:
        msg = f"the server has not answered for {PATIENCE:.0f} seconds"
        raise TroubleError(msg) from silence
    except paramiko.AuthenticationException as refusal:
        msg = "the server refuses the user name, key or password"
        raise TroubleError(msg) from refusal
    except paramiko.ssh_exception.IncompatiblePeer as stranger:
        raise TroubleError(STRANGER) from stranger
    except (paramiko.SSHException, EOFError, OSError) as failure:
        msg = f"the server does not do as it was asked: {type(failure).__name__} {failure}"
        raise TroubleError(msg) from failure
