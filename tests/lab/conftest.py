"""One guest for all trials: a tablet that was enrolled and has the service, as a person would set it up."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from packaging_tools.agent_bundle import Wanted, build
from tests.lab.desk import Desk, serving
from tests.lab.image import image
from tests.lab.machine import Guest, booted
from tests.parts.needs import require

SETTINGS = """
look_every = "PT5S"

[[journals]]
name = "journal drop"
kind = "folder"
path = "/srv/journal"
deliver = true
same_disk = true
look_every = "PT2S"
"""
LISTING = r"""find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp \
  -o -path /var/log -o -path /root -o -path /srv -o -path /var/lib/systemd -o -path /var/lib/NetworkManager \) -prune \
  -o -printf '%p %M %u\n' | sort"""
"""Every path of the guest but what the system itself keeps changing, and the tests' own things."""


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A running controller."""
    with serving(tmp_path_factory.mktemp("desk") / "home") as running:
        yield running


@pytest.fixture(scope="session")
def guest(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    """A guest with the unpacked bundle in /root/bundle, not installed yet."""
    require("root", "mmdebstrap", "qemu-system-x86_64", "qemu-img", "mke2fs", "busybox")
    python = os.environ.get("LAB_PYTHON", "3.11")
    bundle = build(Wanted(pythons=(python,)), tmp_path_factory.mktemp("dist"))
    with booted(image(), tmp_path_factory.mktemp("guest"), desk.port) as machine:
        machine.put("/root/bundle.tar.gz", Path(bundle).read_bytes())
        machine.ask("mkdir /root/bundle /srv/journal && tar -xzf /root/bundle.tar.gz -C /root/bundle --strip 1")
        yield machine


@pytest.fixture(scope="session")
def before(guest: Guest) -> str:
    """Every path of the guest before the agent was ever run in it."""
    return guest.ask(LISTING)


@pytest.fixture(scope="session")
def tablet(guest: Guest, desk: Desk, before: str) -> Guest:
    """The guest as Sunflower 1: enrolled, set up and installed by the commands that a person types."""
    assert before
    guest.ask("mkdir -m 700 /etc/safeuse")
    guest.put("/etc/safeuse/agent.toml", SETTINGS.encode())
    guest.ask(f"/root/bundle/bin/safeuse-agent enrol '{desk.code('Sunflower 1')}'")
    guest.ask("/root/bundle/bin/safeuse-agent install", limit=300)
    return guest
