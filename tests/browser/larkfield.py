"""Larkfield Nursery with something on every page: tablets in every state, networks, apps, an incident, people."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests

from agreement.facts import Strength
from agreement.letters import (
    AgentNote,
    AppChanged,
    AppTurn,
    Done,
    FindingTurned,
    OrderEnded,
    PhotoCounts,
    PhotoPurged,
    Turn,
)
from controller import networks
from controller.receive import key_of
from controller.records import Author
from controller.wiring import SETTING
from tests.browser import photos
from tests.fakes.tablet import FREE_CAFE, LARKFIELD, PinnedAdapter, SigningTablet, posture
from tests.parts.running_controller import RunningController, running_controller

PASSWORD = "five gentle otters swim"
PATIENCE = 20


@dataclass
class Visitor:
    """Someone with a browser's manners and no browser: for tests that look at answers rather than pages."""

    controller: RunningController
    line: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        """Accept the controller's own certificate, and no other."""
        self.url = self.controller.url
        self.line.verify = False
        self.line.trust_env = False
        self.line.mount("https://", PinnedAdapter(self.controller.pin))

    def get(self, path: str, **more: object) -> requests.Response:
        """Ask for a page; redirects are not followed."""
        return self.line.get(self.url + path, allow_redirects=False, timeout=PATIENCE, **more)  # type: ignore[arg-type]  # as requests takes it

    def post(self, path: str, form: dict[str, str], origin: str | None = "") -> requests.Response:
        """Send a form from a page of the site, or from elsewhere; redirects are not followed."""
        headers = {} if origin is None else {"Origin": origin or self.url}
        return self.line.post(self.url + path, data=form, headers=headers, allow_redirects=False, timeout=PATIENCE)

    def csrf(self) -> str:
        """The secret of this session's forms, as a page shows it."""
        return self.get("/password").text.split('name="csrf" value="')[1].split('"')[0]

    def act(self, path: str, **form: str) -> requests.Response:
        """Send a form as its page would."""
        return self.post(path, {"csrf": self.csrf()} | form)

    def join(self, link: str, name: str) -> None:
        """Use a one-time link."""
        answer = self.post("/" + link.split("/", 3)[3], {"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text

    def close(self) -> None:
        """Hang up."""
        self.line.close()


@dataclass
class Larkfield:
    """A running controller with its people and tablets."""

    controller: RunningController
    ada: Visitor
    dev: Visitor
    tablets: dict[str, SigningTablet]

    @property
    def url(self) -> str:
        """Where the dashboard is."""
        return self.controller.url

    @property
    def incident(self) -> str:
        """The incident of Bluebell 1."""
        with self.controller.store.read() as books:
            return next(one.id for one in books.incidents.every(10))


@contextmanager
def larkfield(home: Path) -> Iterator[Larkfield]:
    """Run the nursery until the end of the block."""
    with ExitStack() as stack:
        controller = stack.enter_context(running_controller(home))
        ada, dev = Visitor(controller), Visitor(controller)
        stack.callback(ada.close)
        stack.callback(dev.close)
        ada.join(controller.first_link, "Ada")
        invited = ada.act("/people/invite", note="Dev", role="staff").text
        dev.join(invited.split('id="link">')[1].split("<")[0], "Dev")
        tablets = {}
        for name in ("Sunflower 1", "Sunflower 2", "Bluebell 1", "Bluebell 2"):
            tablets[name] = controller.tablet(name)
            stack.callback(tablets[name].close)
        made = Larkfield(controller, ada, dev, tablets)
        furnish(made)
        yield made


def furnish(nursery: Larkfield) -> None:
    """Let things happen."""
    one, two, lost, away = nursery.tablets.values()
    ease = posture(photos=PhotoCounts(taken=41, in_journal=41, purged=41))
    one.check_in(AgentNote("started"), *purged(3), posture=ease)
    networks.trust(nursery.controller.store, SETTING, key_of(LARKFIELD), Author("Ada", now()))
    waiting = PhotoCounts(
        waiting=3, waiting_bytes=11_400_000, oldest=now() - timedelta(hours=27), overdue=2, taken=12, held=2
    )
    what = "2 photos are not in the journal yet."
    mend = "Add them to the journal; they leave by themselves."
    overdue = FindingTurned(10, "overdue", Turn.OPENED, what, mend, now() - timedelta(hours=3), 2)
    assert two.standing
    two.check_in(overdue, *paint(), *photos.told(two.standing.recovery), posture=posture(photos=waiting))
    nursery.controller.store.write(lambda books: photos.a_month(books, [one.device, two.device]))
    what = "A network that calls itself “Larkfield” is not the setting’s own: its router is another one."
    strange = FindingTurned(8, "wifi|x", Turn.OPENED, what, "Join one of the setting’s own networks.", now())
    away.check_in(strange, posture=posture(networks=(FREE_CAFE,), encrypted=None, screen_lock=None, battery=None))
    lost.check_in(posture=posture(photos=PhotoCounts(waiting=1, waiting_bytes=3_900_000, oldest=now())))
    answer = nursery.dev.act(
        "/report", tablet=lost.device, kind="lost", where="the park by the pond", when="about ten minutes ago"
    )
    assert answer.status_code == 303, answer.text
    standing = lost.wait(1, 0)
    assert standing
    assert standing.lost
    lost.standing = standing
    lost.check_in(OrderEnded("lock", standing.lost.incident, Done.DONE, "1 session asked to lock, 1 confirmed"))


def purged(count: int) -> tuple[PhotoPurged, ...]:
    """Deletion records."""
    taken = now() - timedelta(hours=2)
    record = {"strength": Strength.DELIVERED, "source": "journal drop (webdav)", "evidence_at": now()}
    return tuple(
        PhotoPurged(f"{n:02x}" * 32, 3_000_000 + n, taken, copies={"thumbnails": 2}, **record)  # type: ignore[arg-type]  # the keywords fit
        for n in range(count)
    )


def paint() -> tuple[AppChanged, FindingTurned]:
    """Someone installed a painting app."""
    key, at = "flatpak:org.tuxpaint.Tuxpaint", now()
    change = AppChanged(
        "flatpak", "org.tuxpaint.Tuxpaint", "Tux Paint", AppTurn.INSTALLED, now="0.9.32", by="cleo", happened=at
    )
    what = "“Tux Paint” was installed without the manager’s permission."
    return change, FindingTurned(9, key, Turn.OPENED, what, "Approve it, or have it removed.", at)


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)
