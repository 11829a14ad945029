"""Reminders: rung once for a deadline and its photos, shown by the person's own session, told when nobody sees them."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.device.linux.notices import PATH, SERVICE, Notice, show
from agent.device.linux.reminders import BELL, QUIET, Reminders
from agent.tablet_page.line import NoAgentError
from agent.tablet_page.reminding import Reminder, remind
from agreement.facts import Keep, Word
from agreement.letters import Done, OrderEnded
from agreement.rulings import Remind
from lab.bus_service import BusService, Thing
from lab.private_bus import DAEMON, PrivateBus
from tests.fakes.clock import NOON
from tests.parts.door import LOST, OpenTablet, opened
from tests.parts.needs import require
from tests.parts.tablet import Tablet
from tests.parts.waiting import eventually

SIX = NOON + timedelta(hours=6)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

# the round


def test_a_round_has_people_reminded_an_hour_before_a_photo_is_due_and_once(tablet: Tablet) -> None:
    tablet.take("a.jpg")
    tablet.go(2)
    tablet.clock.advance(timedelta(hours=22))
    tablet.go(2)
    assert tablet.device.reminded == []
    tablet.clock.advance(timedelta(hours=1, minutes=30))
    tablet.go(3)
    assert [order.count for order in tablet.device.reminded] == [1]
    assert "remind" not in {ended.order for ended in tablet.told(OrderEnded)}


def test_that_nobody_can_be_reminded_is_news_once_and_so_is_that_it_works_again(tablet: Tablet) -> None:
    tablet.take("a.jpg")
    tablet.go(2)
    tablet.device.broken.add("remind")
    tablet.clock.advance(timedelta(hours=23, minutes=30))
    tablet.go(3)
    tablet.device.broken.clear()
    tablet.go(3)
    told = [(ended.done, ended.detail) for ended in tablet.told(OrderEnded) if ended.order == "remind"]
    assert told == [(Done.FAILED, "remind is broken"), (Done.DONE, "")]


# the bell


@pytest.fixture
def bell(tmp_path: Path) -> Path:
    (tmp_path / "unit").touch()
    return tmp_path / BELL


def reminders(bell: Path) -> Reminders:
    """As after a restart of the agent: nothing is remembered but what is on the disk."""
    return Reminders(bell.parent, bell.parent / "unit")


def rings(bell: Path, order: Remind, at: timedelta) -> bool:
    """Tell whether this order, so long after noon, rings the bell."""
    bell_before = bell.read_bytes() if bell.exists() else b""
    reminders(bell).leave(order, NOON + at)
    return bell.read_bytes() != bell_before


def test_the_bell_is_rung_once_for_a_deadline_and_its_photos(bell: Path) -> None:
    assert rings(bell, Remind(3, SIX), timedelta())
    assert not rings(bell, Remind(3, SIX), MINUTE)
    assert not rings(bell, Remind(3, SIX), QUIET + MINUTE)
    assert not rings(bell, Remind(2, SIX), QUIET + MINUTE), "one was added in the meantime"
    assert rings(bell, Remind(4, SIX), QUIET + MINUTE), "another one is due"
    assert rings(bell, Remind(1, SIX + HOUR), 3 * QUIET), "another deadline"


def test_photos_that_come_due_one_by_one_do_not_ring_one_by_one(bell: Path) -> None:
    rung = [rings(bell, Remind(minute + 1, SIX + minute * MINUTE), minute * MINUTE) for minute in range(60)]
    assert sum(rung) == 3


def test_a_clock_that_was_set_back_silences_no_reminder(bell: Path) -> None:
    assert rings(bell, Remind(3, SIX), HOUR)
    assert rings(bell, Remind(1, SIX - HOUR), timedelta())


def test_a_bell_that_holds_garbage_is_rung(bell: Path) -> None:
    bell.write_bytes(b"\xff garbage")
    assert rings(bell, Remind(3, SIX), timedelta())


def test_everyone_may_hear_the_bell_and_only_the_agent_ring_it(bell: Path) -> None:
    rings(bell, Remind(3, SIX), timedelta())
    assert stat.S_IMODE(bell.stat().st_mode) == 0o644


def test_where_nobody_would_hear_it_that_is_said(tmp_path: Path) -> None:
    for deaf, why in ((Reminders(None), "service"), (Reminders(tmp_path, tmp_path / "no"), "install")):
        assert why in deaf.unable()
        with pytest.raises(OSError, match=why):
            deaf.leave(Remind(3, SIX), NOON)
    assert list(tmp_path.iterdir()) == []


# the person whose session heard it


@pytest.fixture
def door(tmp_path: Path) -> Iterator[OpenTablet]:
    with opened(tmp_path) as door:
        yield door


def said(door: OpenTablet) -> list[Reminder]:
    """What a person is reminded of now."""
    heard: list[Reminder] = []

    def notify(reminder: Reminder, shown: Callable[[], None]) -> bool:
        heard.append(reminder)
        shown()
        return False

    assert not remind([door.state], notify)
    return heard


def test_a_person_is_reminded_of_what_is_due_within_the_hour(door: OpenTablet) -> None:
    door.take("a.jpg")
    door.tablet.clock.advance(HOUR)
    door.take("b.jpg")
    assert said(door) == []
    door.tablet.clock.advance(timedelta(hours=22, minutes=15))
    words = "They leave this tablet by themselves once added."
    (one,) = said(door)
    assert one.title == "1 photo must be in the journal soon"
    assert one.words == "It is due by 12:00 today. It leaves this tablet by itself once added."
    door.agree(remind_before=timedelta(hours=3))
    assert said(door) == [
        Reminder("2 photos must be in the journal soon", f"The first of them is due by 12:00 today. {words}")
    ]


@pytest.mark.parametrize("spoil", ["spoken of", "kept", "overdue", "lost"])
def test_nobody_is_reminded_of_what_they_need_not_add(door: OpenTablet, spoil: str) -> None:
    digest = door.take("a.jpg")
    door.tablet.clock.advance(timedelta(hours=23, minutes=30))
    assert len(said(door)) == 1
    if spoil == "spoken of":
        door.tablet.ledger.say(digest, Word.ADDED, NOON)
    elif spoil == "kept":
        door.change(keeps=(Keep(digest, NOON + timedelta(days=9)),))
    elif spoil == "overdue":
        door.tablet.clock.advance(HOUR)
    else:
        door.tablet.is_reported(LOST)
    assert said(door) == []


def test_that_a_screen_shows_nothing_is_told_to_the_agent(door: OpenTablet) -> None:
    door.take("a.jpg")
    door.tablet.clock.advance(timedelta(hours=23, minutes=30))

    def fail(_reminder: Reminder, _shown: Callable[[], None]) -> bool:
        msg = "nothing in this session shows notices"
        raise OSError(msg)

    with pytest.raises(OSError, match="shows notices"):
        remind([door.state], fail)
    assert door.tablet.ledger.outcome("remind", "on the screen")[0] is Done.FAILED
    said(door)
    assert door.tablet.ledger.outcome("remind", "on the screen") == (Done.DONE, "")


def test_without_an_agent_nobody_is_reminded(tmp_path: Path) -> None:
    with pytest.raises(NoAgentError):
        remind([tmp_path], lambda _reminder, _shown: True)


# the screen


class Screen:
    """What shows notices on a session's bus. `answer` is what becomes of a notice once it is shown."""

    def __init__(self, address: str, answer: Callable[["Screen", int], None] = lambda _screen, _number: None) -> None:
        self.shown: list[tuple[object, ...]] = []
        self._answer = answer
        things = {PATH: Thing(methods={(SERVICE, "Notify"): self.notify})}
        self.service = BusService(address, SERVICE, things)

    def notify(self, *arguments: object) -> tuple[str, tuple[int]]:
        """Show one; its number is 7."""
        self.shown.append(arguments)
        return "u", (7,)

    def becomes(self) -> None:
        """What was shown is touched, or put away."""
        self._answer(self, 7)

    def touch(self, number: int) -> None:
        """A person touches it."""
        self.service.signal(PATH, SERVICE, "ActionInvoked", ("us", (number, "open")))

    def put_away(self, number: int) -> None:
        """A person puts it away, or it goes by itself."""
        self.service.signal(PATH, SERVICE, "NotificationClosed", ("uu", (number, 2)))


@pytest.fixture
def bus() -> Iterator[PrivateBus]:
    require(str(DAEMON))
    with PrivateBus() as bus:
        yield bus


NOTICE = Notice("3 photos must be in the journal soon", "They are due by 18:00 today.", "Show the photos")


def other_then(act: Callable[[Screen, int], None]) -> Callable[[Screen, int], None]:
    """Something becomes of another notice first, which is none of ours."""

    def answer(screen: Screen, number: int) -> None:
        screen.touch(number + 1)
        act(screen, number)

    return answer


@pytest.mark.parametrize(("answer", "wanted"), [(other_then(Screen.touch), True), (other_then(Screen.put_away), False)])
def test_a_notice_is_shown_calmly_and_its_touch_is_heard(
    bus: PrivateBus, answer: Callable[[Screen, int], None], *, wanted: bool
) -> None:
    screen = Screen(bus.address, answer)
    with screen.service:
        assert show(NOTICE, screen.becomes, 60.0, bus.address) is wanted
    ((name, _, _, title, words, actions, hints, _),) = screen.shown
    assert (name, title, words) == ("Safeuse", NOTICE.title, NOTICE.words)
    assert actions == ["default", "Show the photos", "open", "Show the photos"]
    assert isinstance(hints, dict)
    assert hints["urgency"] == ("y", 1)
    assert not {"sound-name", "sound-file"} & set(hints)


def test_a_notice_that_nobody_touches_is_given_up(bus: PrivateBus) -> None:
    told = threading.Event()
    screen = Screen(bus.address)
    with screen.service:
        assert show(NOTICE, told.set, 0.05, bus.address) is False
    assert told.is_set()


def test_where_nothing_shows_notices_that_is_said(bus: PrivateBus, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nothing in this session shows notices"):
        show(NOTICE, lambda: None, 60.0, bus.address)
    with pytest.raises(OSError, match="no message bus"):
        show(NOTICE, lambda: None, 60.0, f"unix:path={tmp_path}/nowhere")


def test_the_command_that_a_session_runs_shows_the_reminder_and_tells_the_agent(
    bus: PrivateBus, door: OpenTablet
) -> None:
    door.take("a.jpg")
    door.tablet.clock.advance(timedelta(hours=23, minutes=30))
    door.tablet.ledger.ended("remind", "on the screen", (Done.FAILED, "as it was before"), NOON)
    screen = Screen(bus.address)
    command = [sys.executable, "-m", "agent", "remind", "--home", str(door.state)]
    environment = os.environ | {"DBUS_SESSION_BUS_ADDRESS": bus.address}
    with screen.service, subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        eventually(lambda: screen.shown, within=60)
        eventually(lambda: door.tablet.ledger.outcome("remind", "on the screen") == (Done.DONE, ""), within=60)
        screen.put_away(7)
        _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (0, "")
    assert screen.shown[0][3] == "1 photo must be in the journal soon"


def test_the_command_says_when_nobody_was_reminded(bus: PrivateBus, door: OpenTablet) -> None:
    door.take("a.jpg")
    door.tablet.clock.advance(timedelta(hours=23, minutes=30))
    command = [sys.executable, "-m", "agent", "remind", "--home", str(door.state)]
    environment = os.environ | {"DBUS_SESSION_BUS_ADDRESS": bus.address}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 1
    assert "Nobody was reminded. nothing in this session shows notices" in " ".join(run.stderr.split())
