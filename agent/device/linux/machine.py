"""What kind of tablet it is: for the incident report, and for the person who has to find it on a shelf."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from agent.device.linux import files, netlink, rtnetlink
from agent.device.linux.netlink import Link
from agreement.letters import Machine

NOTHING: Final = frozenset(
    {
        "",
        "none",
        "default string",
        "to be filled by o.e.m.",
        "system manufacturer",
        "system product name",
        "not specified",
    }
)
"""What makers write where they wrote nothing."""

FULL: Final = 100
LONGEST: Final = 200  # characters that a letter has room for


def machine(root: Path = Path("/")) -> Machine:
    """Maker, model, serial number (root may read it), system, MAC addresses. What is not known is empty."""
    dmi, tree = root / "sys/class/dmi/id", root / "proc/device-tree"
    maker = known(dmi / "sys_vendor")
    model = known(dmi / "product_name") or known(tree / "model")
    serial = known(dmi / "product_serial") or known(dmi / "board_serial") or known(tree / "serial-number")
    return Machine(maker, model, serial, system(root / "etc/os-release"), macs(root))


def known(path: Path) -> str:
    """A line of the firmware's, unless it says nothing."""
    said = files.line(path)[:LONGEST]
    return "" if said.lower() in NOTHING else said


def system(release: Path) -> str:
    """The system's name and version, as it calls itself."""
    lines = dict(line.partition("=")[::2] for line in files.text(release).splitlines())
    return (lines.get("PRETTY_NAME") or lines.get("NAME") or "Linux").strip("\"'")[:LONGEST]


def macs(root: Path) -> tuple[str, ...]:
    """The MAC addresses of real network hardware; where there is none, of whatever looks like it."""
    try:
        links = rtnetlink.picture().links.values()
    except OSError:
        return ()
    cables = [link for link in links if link.hardware == netlink.ETHERNET and link.mac and link.kind in {"", "veth"}]
    real = [link for link in cables if (root / "sys/class/net" / link.name / "device").exists()]
    return tuple(sorted({link.mac for link in real or like_hardware(cables)}))


def like_hardware(links: Iterable[Link]) -> Iterator[Link]:
    """The links that are up: a tablet in a container has no hardware of its own."""
    return (link for link in links if link.up)


def battery(root: Path = Path("/")) -> int | None:
    """Charge in percent, over all batteries of the tablet itself; None where there is none."""
    charges = [
        charge for supply in files.children(root / "sys/class/power_supply") if (charge := of(supply)) is not None
    ]
    return round(sum(charges) / len(charges)) if charges else None


def of(supply: Path) -> int | None:
    """The charge of one battery; None for a mains adapter, and for the battery of a mouse or pen."""
    if files.line(supply / "type") != "Battery" or files.line(supply / "scope") == "Device":
        return None
    charge = files.line(supply / "capacity")
    return min(int(charge), FULL) if charge.isdecimal() else None


def screen_lock(homes: Sequence[Path]) -> bool | None:
    """Whether every screen locks by itself. Known only where people said so in a file that can be read: KDE's.

    GNOME keeps it in a database of its own and gives no word about defaults, so there it cannot be known.
    """
    answers = [autolock(home / ".config/kscreenlockerrc") for home in homes]
    if False in answers:
        return False
    return None if None in answers or not answers else True


def autolock(settings: Path) -> bool | None:
    """KDE's word on one person's screen; None where that person never chose, or uses something else."""
    lines = [line.strip().lower() for line in files.text(settings).splitlines()]
    if "autolock=false" in lines:
        return False
    return True if "autolock=true" in lines else None
