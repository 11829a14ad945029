"""Puts uv into a folder, with whatever this machine has: venv, else pip alone, else (as root) Debian's python3-venv.

Runs on a fresh machine before anything of the project is there, so it imports nothing but the standard library. It
uses nothing newer than Python 3.6, so that an old one can still say that it is too old.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
PATIENCE = 600  # seconds
UV = "uv>=0.8"
COMPLAINTS: "list[str]" = []
"""What went wrong on the ways that did not lead there; told only when none did."""

QUIETLY = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")


def main() -> int:
    """Try each way in turn; 1 and a clear word when none works."""
    folder = Path(sys.argv[1]).absolute()
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        return give_up(f"Safeuse needs Python 3.11 or newer, and {sys.executable} is {found}.")
    for way in (by_venv, by_pip, by_debian):
        if way(folder) and (folder / "bin" / "uv").exists():
            return 0
    return give_up(
        "uv could not be fetched: see the lines above. It needs the network, and pip or venv: on Debian and Ubuntu\n"
        "install the package python3-venv, or install uv yourself (https://docs.astral.sh/uv/)."
    )


def by_venv(folder: Path) -> bool:
    """An environment of its own, with pip from the standard library."""
    made = worked(sys.executable, "-m", "venv", "--clear", str(folder))
    return made and worked(str(folder / "bin" / "python"), *QUIETLY, UV)


def by_pip(folder: Path) -> bool:
    """The system's pip, into a folder: nothing of the system's is changed."""
    shutil.rmtree(folder, ignore_errors=True)
    return worked(sys.executable, *QUIETLY, "--target", str(folder), UV)


def by_debian(folder: Path) -> bool:
    """Debian keeps venv in a package of its own, which root may install."""
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        return False
    say("Installing python3-venv, which brings venv and pip.")
    worked(apt, "-qq", "update")
    return worked(apt, "-qq", "install", "--yes", "--no-install-recommends", "python3-venv") and by_venv(folder)


def worked(*command: str) -> bool:
    """Run one command quietly; keep its last words when it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=True
        )
    except subprocess.CalledProcessError as failed:
        COMPLAINTS.append(failed.stdout.decode(errors="replace").strip()[-500:])
        return False
    except (OSError, subprocess.TimeoutExpired) as failure:
        COMPLAINTS.append(f"{command[0]}: {failure}")
        return False
    return True


def give_up(why: str) -> int:
    """Say what was tried, and why, and end with 1."""
    say("\n".join([*COMPLAINTS, why]))
    return 1


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
