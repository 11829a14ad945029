"""Larkfield's network and its evil twin, in network namespaces of our own. Needs root, and the programs ip and nft.

    home ───┐
            ├── world: the controller, the journal, and “elsewhere”
    twin ───┘
    each tablet is plugged into home or twin, by a cable that can be pulled and plugged in again

The twin has the same addresses as home; only the MAC address of its router tells them apart. Both let a tablet out to
the world, as a café's hotspot would. Nothing of it touches the machine's own network: every link is born inside a
namespace. Names carry a prefix of the process, so that several can stand at the same time.
"""

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

IP = "/usr/sbin/ip"
NFT = "/usr/sbin/nft"
CLONE_NEWNET = 0x40000000
NAMED = Path("/run/netns")

CONTROLLER = "198.51.100.50"
CONTROLLER6 = "2001:db8:50::50"
ELSEWHERE = "203.0.113.10"
ELSEWHERE6 = "2001:db8:e::10"
"""Addresses of the world, from the ranges kept for documentation (RFC 5737, RFC 3849)."""

ROUTER = "10.77.0.1"
ROUTER6 = "fd77::1"
HOME_MAC = "02:aa:aa:aa:aa:01"
TWIN_MAC = "02:ee:ee:ee:ee:01"

OUTWARD = """\
table inet way_out {
  chain leaving {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "out" masquerade
  }
}
"""
Result = TypeVar("Result")
numbers = count()


@dataclass(frozen=True, slots=True)
class Place:
    """One of the two networks that a tablet can be plugged into."""

    name: str
    mac: str
    link: str  # the middle of the addresses between it and the world


HOME = Place("home", HOME_MAC, "1")
TWIN = Place("twin", TWIN_MAC, "2")


class NurseryNetwork:
    """The whole of it, up on entering and gone on leaving. Raises OSError where namespaces cannot be made."""

    def __init__(self, tablets: Sequence[str] = ("t1",)) -> None:
        """Take the short names of the tablets, eight characters at most."""
        self._prefix = f"su{os.getpid()}x{next(numbers)}"
        self.tablets = self._tablets = tuple(tablets)
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        """Put everything up, or nothing."""
        with ExitStack() as undo:
            self.build(undo)
            self._ending = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take everything down."""
        self._ending.close()

    def build(self, undo: ExitStack) -> None:
        """Make every namespace, and the links between them."""
        for name in ("world", HOME.name, TWIN.name, *self._tablets):
            self.make(name, undo)
        for address in (f"{CONTROLLER}/32", f"{ELSEWHERE}/32", f"{CONTROLLER6}/128", f"{ELSEWHERE6}/128"):
            self.ip("world", f"addr add {address} dev lo")
        for place in (HOME, TWIN):
            self.open_up(place)
        for number, tablet in enumerate(self._tablets):
            self.plug(tablet, HOME, number)

    def make(self, name: str, undo: ExitStack) -> None:
        """Make one namespace, to be taken down again."""
        command(IP, "netns", "add", self.namespace(name))
        undo.callback(command, IP, "netns", "del", self.namespace(name))
        self.set(name, "ipv6/conf/default/accept_dad", 0)  # no second of waiting for an address that is surely free
        self.ip(name, "link set lo up")

    def open_up(self, place: Place) -> None:
        """Give a place its router and its way to the world."""
        self.ip(place.name, f"link add br0 address {place.mac} type bridge", "link set br0 up")
        self.ip(place.name, f"addr add {ROUTER}/24 dev br0", f"addr add {ROUTER6}/64 dev br0 nodad")
        world = self.namespace("world")
        self.ip(place.name, f"link add out type veth peer name {place.name} netns {world}", "link set out up")
        self.ip("world", f"link set {place.name} up")
        for end, where, link in ((1, place.name, "out"), (2, "world", place.name)):
            self.ip(where, f"addr add 10.78.{place.link}.{end}/24 dev {link}")
            self.ip(where, f"addr add fd78:{place.link}::{end}/64 dev {link} nodad")
        self.ip(
            place.name, f"route add default via 10.78.{place.link}.2", f"route add default via fd78:{place.link}::2"
        )
        for switch in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            self.set(place.name, switch, 1)
        command(IP, "netns", "exec", self.namespace(place.name), NFT, "-f", "-", given=OUTWARD)

    def plug(self, tablet: str, place: Place, number: int | None = None) -> None:
        """Pull a tablet's cable, and plug it in at this place; it has its addresses and its way out on return."""
        self.unplug(tablet)
        where = number if number is not None else self._tablets.index(tablet)
        far = self.namespace(place.name)
        self.ip(tablet, f"link add eth0 address 02:11:22:33:44:{where:02x} type veth peer name {tablet} netns {far}")
        self.ip(place.name, f"link set {tablet} master br0 up")
        self.ip(tablet, "link set eth0 up", f"addr add 10.77.0.{100 + where}/24 dev eth0")
        self.ip(tablet, f"addr add fd77::{100 + where}/64 dev eth0 nodad", f"route add default via {ROUTER}")
        self.ip(tablet, f"route add default via {ROUTER6}")

    def unplug(self, tablet: str) -> None:
        """Pull a tablet's cable, if it is in."""
        subprocess.run([IP, "-n", self.namespace(tablet), "link", "del", "eth0"], capture_output=True, check=False)

    def namespace(self, name: str) -> str:
        """The name of the namespace of a place or a tablet."""
        return f"{self._prefix}-{name}"

    def inside(self, name: str) -> list[str]:
        """What to put before a command line so that it runs in there."""
        return [IP, "netns", "exec", self.namespace(name)]

    def run(self, name: str, line: Sequence[str]) -> str:
        """Run a command in there to its end, and give what it printed. Raises OSError when it fails."""
        return command(*self.inside(name), *line)

    def ip(self, name: str, *lines: str) -> None:
        """Change one namespace with ip."""
        for line in lines:
            command(IP, "-n", self.namespace(name), *line.split())

    def set(self, name: str, switch: str, value: int) -> None:
        """Set one of the kernel's network switches (below /proc/sys/net) in there."""
        self.run(name, ["/bin/sh", "-c", 'echo "$1" >"/proc/sys/net/$0"', switch, str(value)])

    def within(self, name: str, job: Callable[[], Result]) -> Result:
        """Do a job on a thread of its own that lives in that namespace, and give its result."""
        return in_namespace(lambda: enter(NAMED / self.namespace(name)), job)


def command(*line: str, given: str = "") -> str:
    """Run one command and give what it printed. Raises OSError with its own words."""
    ended = subprocess.run(line, input=given, capture_output=True, text=True, check=False)
    if ended.returncode:
        msg = f"{' '.join(line)}: {ended.stderr.strip() or ended.stdout.strip()}"
        raise OSError(msg)
    return ended.stdout


def in_namespace(go: Callable[[], None], job: Callable[[], Result]) -> Result:
    """Do a job on a thread that has gone to another namespace first; sockets made there stay there."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            go()
            results.append(job())
        except BaseException as error:  # noqa: BLE001 - raised again below, on the thread that asked
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def enter(name: Path) -> None:
    """Move this thread into a named network namespace. Raises OSError."""
    with name.open() as place:
        checked(ctypes.CDLL(None, use_errno=True).setns(place.fileno(), CLONE_NEWNET))


def leave() -> None:
    """Move this thread into a new and empty network namespace, which ends with it. Raises OSError."""
    checked(ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET))


def checked(result: int) -> None:
    """Raise OSError for a system call that failed."""
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
