"""A day at Larkfield Nursery: what people do, and what becomes of it. Every line that is told was waited for."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from demo.numbers import Record
from lab.login_service import LoginService, Seat
from lab.nursery import Nursery
from lab.nursery_network import HOME, NFT, TWIN, NurseryNetwork
from lab.people import Ada, StoryError, report_lost
from lab.private_bus import DAEMON, PrivateBus
from lab.tablet import BoxTablet

PATIENCE = 40.0
"""Seconds that any one step may take before the demo gives up and says so."""

AGREEMENT = """\
version = 1

[uploaded_photos]
purge_on = ["delivered", "published"]
due = "8 seconds"       # a day in a nursery, eight seconds here

[lost_or_damaged]
call = "This tablet belongs to Larkfield Nursery. Please call 01632 960 001."
"""
NAMES = ("Sunflower 1", "Sunflower 2", "Bluebell 1")


class Story:
    """The acts, in order. `networks` is None where namespaces cannot be made."""

    def __init__(self, nursery: Nursery, networks: NurseryNetwork | None, pictures: Path, console: Console) -> None:
        self.nursery, self.networks, self.console = nursery, networks, console
        self.pictures = sorted(pictures.glob("*.jpg"))
        self.record = Record(nursery.controller_home / "safeuse.sqlite3")
        self.ending = ExitStack()
        self.tablets: list[BoxTablet] = []

    @property
    def lost(self) -> BoxTablet:
        """The tablet that is lost at the end of the day."""
        return self.tablets[2]

    def tell(self) -> None:
        """Every act. Raises StoryError when a step does not come about."""
        self.ada = self.ending.enter_context(Ada(self.nursery))
        self.say("Ada", "opened the first manager's link and chose a password.")
        self.enrol()
        self.trust()
        self.photos()
        self.app()
        self.strange_network()
        self.loss()

    def enrol(self) -> None:
        """Three tablets are enrolled by a code from the dashboard."""
        for name in NAMES:
            tablet = self.nursery.tablet(name, self.ada.code(name), delivers=name == NAMES[0], bus=self.bus())
            self.tablets.append(tablet)
        self.until("every tablet is heard", lambda: all(self.record.network_of(self.id(t)) for t in self.tablets))
        self.say("Three tablets", "enrolled with a code each, and are heard.")

    def bus(self) -> str:
        """A message bus with a login service for one tablet: the machine's own sessions are none of our business."""
        if not DAEMON.exists():
            return f"unix:path={self.nursery.folder}/there-is-none"
        address = self.ending.enter_context(PrivateBus()).address
        self.ending.enter_context(LoginService(address, {"c1": Seat("cleo"), "c2": Seat("dev", 1001)}))
        return address

    def trust(self) -> None:
        """Ada looks at the network that the tablets are on, and trusts it."""
        key = self.record.network_of(self.id(self.tablets[0]))
        self.ada.trust(key)
        self.say("Ada", f"trusts the nursery's network ({key.split('|')[2]}). From now on any other is cut off.")

    def photos(self) -> None:
        """Photos are taken, added, and gone; one is forgotten."""
        first, second, third = self.tablets
        for number, picture in enumerate(self.pictures):
            first.take(picture, f"morning-{number}.jpg")
        self.say("Sunflower 1", f"took {len(self.pictures)} photos; its agent adds them to the journal by itself.")
        self.until("Sunflower 1 is empty", lambda: not list(first.camera.iterdir()))
        self.say("Sunflower 1", "read each back from the journal, whole, and then removed it. Nothing is left on it.")
        taken = [second.take(picture, f"painting-{n}.jpg", b"2") for n, picture in enumerate(self.pictures[:3])]
        third.take(self.pictures[3], "garden.jpg", b"3")
        self.say("Sunflower 2", "took 3 photos, Bluebell 1 took 1. Here staff add them by hand.")
        self.until("the photos are in the ledger", lambda: second.status()["photos"]["waiting"] == len(taken))
        for path in taken[:2]:
            self.nursery.journal.add(path, f"observation-{path.name}")
        self.until("two are gone", lambda: len(list(second.camera.iterdir())) == 1)
        self.say(
            "Sunflower 2", "found 2 of its 3 photos in the journal and removed them. The third was forgotten: it stays."
        )
        self.until("the third is overdue", lambda: self.record.open_findings(self.id(second), 10))
        self.say(
            "Sunflower 2", self.record.open_findings(self.id(second), 10)[0] + " It is overdue now, and still there."
        )

    def app(self) -> None:
        """Someone installs an app; Ada decides."""
        second = self.tablets[1]
        second.install_app("Seesaw Painting")
        self.until("the app is noticed", lambda: self.record.open_findings(self.id(second), 9))
        self.say("Sunflower 2", self.record.open_findings(self.id(second), 9)[0])
        with self.record.books() as books:
            key = books.findings.open(self.id(second), 9)[0].subject
        self.ada.approve(key)
        self.until("the approval arrives", lambda: not self.record.open_findings(self.id(second), 9))
        self.say("Ada", "approved it; the finding cleared by itself.")

    def strange_network(self) -> None:
        """Bluebell 1 meets an evil twin: same addresses, another router."""
        if not self.networks:
            self.say(
                "Networks", "are only judged here: run the demo as root, and a tablet is really moved to an evil twin."
            )
            return
        short = self.networks.tablets[2]
        self.networks.plug(short, TWIN)
        self.until("the fence is up", lambda: self.is_fenced(short))
        self.say(
            "Bluebell 1",
            "met a network with the nursery's own addresses and another router: cut off, but for the controller.",
        )
        self.until("the controller was told", lambda: self.record.open_findings(self.id(self.lost), 8))
        self.say(
            "Bluebell 1",
            f"told the controller so, through the one gap: “{self.record.open_findings(self.id(self.lost), 8)[0]}”",
        )
        self.networks.plug(short, HOME)
        self.until(
            "it is home again",
            lambda: not self.record.open_findings(self.id(self.lost), 8) and not self.is_fenced(short),
        )
        self.say("Bluebell 1", "is back on the nursery's network, and open again.")

    def is_fenced(self, short: str) -> bool:
        """Tell whether the agent's firewall table stands inside a tablet's network."""
        return self.networks is not None and "safeuse" in self.networks.run(short, [NFT, "list", "tables"])

    def loss(self) -> None:
        """Dev reports Bluebell 1 lost, from a phone."""
        phone = self.ada.invite("Dev")
        report_lost(phone, self.id(self.lost))
        self.say("Dev", "reported Bluebell 1 lost, from a phone.")
        self.until("the lock is told", lambda: self.record.locked(self.id(self.lost))[1])
        seconds, detail = self.record.locked(self.id(self.lost))
        self.say("Bluebell 1", f"{detail}, {seconds:.2f} seconds after the report." if seconds is not None else detail)

    def id(self, tablet: BoxTablet) -> str:
        """The tablet's id at the controller."""
        return self.record.device(tablet.name)

    def say(self, who: str, what: str) -> None:
        """Tell one line."""
        self.console.print(
            f"[dim]{time.strftime('%H:%M:%S')}[/]  [bold]{escape(who)}[/] {escape(what)}", highlight=False
        )

    def until(self, what: str, look: Callable[[], object]) -> None:
        """Wait for a step. Raises StoryError when it does not come, or when a process has died."""
        deadline, pause = time.monotonic() + PATIENCE, threading.Event()
        with self.console.status(f"waiting until {what} …"):
            while not look():
                if time.monotonic() > deadline:
                    logs = self.nursery.folder / "logs"
                    msg = f"It did not come about that {what}. The logs are in {logs}."
                    raise StoryError(msg)
                pause.wait(0.05)

    def close(self) -> None:
        """Close browsers and buses."""
        self.ending.close()
