"""Real places for a journal, made at run time on loopback: a WebDAV server, an SSH server, a folder."""

import getpass
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.journals import Journal
from tests.parts.needs import require
from tests.parts.program import ROOT
from tests.parts.waiting import eventually

SSHD_CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/client.pub
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
"""

PASSWORD = "beans on toast"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a journal's files really are, and how agent.toml would say to reach them."""

    folder: Path
    journal: Journal


def password_file(folder: Path, password: str = PASSWORD) -> Path:
    path = folder / "password"
    path.touch(mode=0o600)
    path.write_text(f"{password}\n")
    return path


@contextmanager
def ended(process: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    """Terminate a server with the block."""
    with process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def webdav(state: Path) -> Iterator[Place]:
    """WsgiDAV under Cheroot, in a process of its own."""
    folder = state / "drop"
    folder.mkdir()
    password = password_file(state)
    command = [sys.executable, "-m", "lab.journal_server", str(folder), "127.0.0.1:0"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    with ended(server):
        if server.stdin and server.stdout:
            server.stdin.write(password.read_text())
            server.stdin.flush()
            url = f"http://127.0.0.1:{server.stdout.readline().strip()}/"
        yield Place(folder, Journal("drop", "webdav", url, username="tablet", password_file=str(password)))


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def sftp(state: Path) -> Iterator[Place]:
    """OpenSSH's own server, for the account that runs the test."""
    require("sshd", "/usr/bin/ssh-keygen")
    folder, port = state / "drop", free_port()
    folder.mkdir()
    for key in ("host", "client"):
        subprocess.run(
            ["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(state / key)], check=True
        )
    (state / "config").write_text(SSHD_CONFIG.format(port=port, folder=state))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    command = ["/usr/sbin/sshd", "-D", "-e", "-f", str(state / "config")]
    with ended(subprocess.Popen(command, stderr=subprocess.DEVNULL, text=True)):
        eventually(lambda: answers(port))
        host_key = " ".join((state / "host.pub").read_text().split()[:2])
        yield Place(
            folder,
            Journal(
                "drop",
                "sftp",
                host="127.0.0.1",
                port=port,
                path=str(folder),
                username=getpass.getuser(),
                key_file=str(state / "client"),
                host_key=host_key,
            ),
        )


@contextmanager
def folder(state: Path) -> Iterator[Place]:
    """A folder on the same disk, as for a trial."""
    drop = state / "drop"
    drop.mkdir()
    yield Place(drop, Journal("drop", "folder", path=str(drop), same_disk=True))


PLACES = {"webdav": webdav, "sftp": sftp, "folder": folder}
