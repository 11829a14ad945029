"""Installs the Debian packages that the tests need and this machine lacks, where it may; says what it did.

Runs with the system's Python before anything of the project is there, so it imports nothing but the standard library.
Where it may not install (not root, no sudo without a password, no apt, no network) it names what is missing and ends
well: the tests that need it are skipped, and say so.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

PACKAGES = {
    "arping": "arping",
    "busybox": "busybox-static",
    "chromium": "chromium",
    "dbus-daemon": "dbus",
    "dnsmasq": "dnsmasq-base",
    "dpkg": "dpkg",
    "faketime": "faketime",
    "fusermount3": "fuse3",
    "ip": "iproute2",
    "iw": "iw",
    "nft": "nftables",
    "pdftoppm": "poppler-utils",
    "ping": "iputils-ping",
    "sshd": "openssh-server",
    "strace": "strace",
    "systemd-analyze": "systemd",
    "unshare": "util-linux",
    "/usr/lib/x86_64-linux-gnu/libfuse.so.2": "libfuse2",
    "/usr/lib/python3/dist-packages/dbusmock": "python3-dbusmock",
}
"""What the tests look for, and the Debian package it comes with."""

LAB = {
    "mke2fs": "e2fsprogs",
    "mmdebstrap": "mmdebstrap",
    "qemu-img": "qemu-utils",
    "qemu-system-x86_64": "qemu-system-x86",
}
"""The same for the guest machine."""

PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "PATH": PLACES, "LC_ALL": "C.UTF-8"}
PATIENCE = 900  # seconds that apt may take
POLICY = "/usr/sbin/policy-rc.d"
SERVICES = {"openssh-server": ("ssh.service", "ssh.socket")}
"""Services that a package would start with the machine."""


def main() -> int:
    """Install what is missing; always ends well, so that the tests can run and say what they skipped."""
    wanted = {**PACKAGES, **LAB} if "--lab" in sys.argv[1:] else PACKAGES
    missing = lacking(wanted)
    if not missing:
        return 0
    if not (apt := allowed()):
        say(f"Not installed, and not allowed to install: {' '.join(missing)}. Tests that need them are skipped.")
        return 0
    say(f"Installing for the tests: {' '.join(missing)}")
    with no_service_started(apt[:-1], missing):
        install(apt, missing)
    still = lacking(wanted)
    say(f"Could not be installed: {' '.join(still)}. Tests that need them are skipped." if still else "Installed.")
    return 0


def lacking(wanted: Mapping[str, str]) -> list[str]:
    """The packages of the programs and files that are not here."""
    return sorted({package for thing, package in wanted.items() if not is_here(thing)})


def is_here(thing: str) -> bool:
    """Tell whether a program, or a file named by its path, is here."""
    return os.path.exists(thing) if thing.startswith("/") else shutil.which(thing, path=PLACES) is not None  # noqa: PTH110 - as plain as it can be


def allowed() -> list[str]:
    """How apt-get can be called here; empty where it cannot."""
    apt = shutil.which("apt-get", path=PLACES)
    if not apt:
        return []
    if os.geteuid() == 0:
        return [apt]
    sudo = shutil.which("sudo", path=PLACES)
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n", "DEBIAN_FRONTEND=noninteractive", apt]
    return []


@contextmanager
def no_service_started(sudo: Sequence[str], packages: Sequence[str]) -> Iterator[None]:
    """Keep what is installed from starting now or at the next boot: the tests need programs, not services.

    Debian asks /usr/sbin/policy-rc.d before it starts anything; 101 means no.
    """
    ours = not os.path.exists(POLICY)  # noqa: PTH110 - as above
    if ours:
        call([*sudo, "/bin/sh", "-c", f"printf '#!/bin/sh\\nexit 101\\n' >{POLICY} && chmod 755 {POLICY}"])
    try:
        yield
    finally:
        if ours:
            call([*sudo, "/bin/rm", "-f", POLICY])
        services = [service for package in packages for service in SERVICES.get(package, ())]
        if services and shutil.which("systemctl", path=PLACES):
            call([*sudo, "systemctl", "disable", "--quiet", *services])


def install(apt: Sequence[str], packages: Sequence[str]) -> None:
    """Refresh the package lists once and install; a package that is not to be had does not spoil the others."""
    fresh = call([*apt, "-qq", "-o", "APT::Update::Error-Mode=any", "update"])
    together = [*apt, "-qq", "install", "--yes", "--no-install-recommends"]
    if call([*together, *packages]) or not fresh:
        return  # all are here; or the network is not, and every single one would fail in the same way
    for package in packages:
        call([*together, package])


def call(command: Sequence[str]) -> bool:
    """Run one command quietly; tell its last words when it fails."""
    try:
        ended = subprocess.run(
            command, env={**os.environ, **QUIET}, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        say(f"{command[-1]}: {failure}")
        return False
    if ended.returncode:
        last = (ended.stderr or ended.stdout).strip().splitlines()[-1:]
        say(f"{' '.join(command[-2:])} failed: {''.join(last)[:300]}")
    return ended.returncode == 0


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
