"""Locking every screen, through a login service on a bus of our own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.device.linux.bus import Bus
from agent.device.linux.sessions import Sessions
from agreement.facts import Session
from lab.login_service import LoginService, Seat
from lab.private_bus import DAEMON, PrivateBus
from tests.parts.needs import require

CLEO = Seat("cleo", 1001)
DEV = Seat("dev", 1002)


@pytest.fixture
def bus() -> Iterator[PrivateBus]:
    require(str(DAEMON))
    with PrivateBus() as bus:
        yield bus


@pytest.fixture
def line(bus: PrivateBus) -> Iterator[Bus]:
    line = Bus(bus.address)
    yield line
    line.close()


def test_every_session_of_a_person_is_seen(bus: PrivateBus, line: Bus) -> None:
    with LoginService(bus.address, {"1": CLEO, "c2": DEV}):
        assert set(Sessions(line).look()) == {
            Session("1", "cleo", locked=False),
            Session("c2", "dev", locked=False),
        }


def test_greeters_and_sessions_that_end_are_not_people(bus: PrivateBus, line: Bus) -> None:
    greeter, leaving = Seat("gdm", 120, kind="greeter"), Seat("dev", 1002, state="closing")
    with LoginService(bus.address, {"1": CLEO, "c1": greeter, "4": leaving}):
        assert [session.user for session in Sessions(line).look()] == ["cleo"]


def test_locking_locks_every_open_session_and_the_screens_confirm(bus: PrivateBus, line: Bus) -> None:
    with LoginService(bus.address, {"1": CLEO, "2": DEV}) as login:
        locked = Sessions(line).lock()

        assert {(session.user, session.locked) for session in locked} == {("cleo", True), ("dev", True)}
        assert {asked.session for asked in login.asked} == {"1", "2"}


def test_locking_again_asks_nobody_who_is_locked(bus: PrivateBus, line: Bus) -> None:
    with LoginService(bus.address, {"1": CLEO}) as login:
        sessions = Sessions(line)
        sessions.lock()

        assert sessions.lock() == ()
        assert len(login.asked) == 1


def test_a_session_that_was_unlocked_is_locked_again(bus: PrivateBus, line: Bus) -> None:
    with LoginService(bus.address, {"1": CLEO}) as login:
        sessions = Sessions(line)
        sessions.lock()
        login.unlock("1")

        assert [session.user for session in sessions.lock()] == ["cleo"]


def test_a_screen_that_does_not_confirm_is_told_as_not_locked_and_asked_each_time(bus: PrivateBus, line: Bus) -> None:
    with LoginService(bus.address, {"1": CLEO, "3": Seat("dev", 1002, has_locker=False)}) as login:
        sessions = Sessions(line)
        first, again = sessions.lock(), sessions.lock()

        assert {(session.user, session.locked) for session in first} == {("cleo", True), ("dev", False)}
        assert again == (Session("3", "dev", locked=False),)
        assert [asked.session for asked in login.asked].count("3") == 2


def test_a_session_that_may_not_be_locked_is_an_error_and_the_others_are_locked(bus: PrivateBus, line: Bus) -> None:
    with LoginService(bus.address, {"1": Seat("ada", may_be_locked=False), "2": DEV}) as login:
        with pytest.raises(PermissionError, match="not authorised"):
            Sessions(line).lock()

        assert [asked.session for asked in login.asked] == ["2"]


def test_without_a_login_service_that_is_said(line: Bus) -> None:
    with pytest.raises(OSError, match=r"org\.freedesktop\.login1"):
        Sessions(line).lock()


def test_without_a_bus_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no system message bus"):
        Sessions(Bus(f"unix:path={tmp_path}/nowhere")).look()


def test_a_login_service_that_restarted_is_asked_again(bus: PrivateBus, line: Bus) -> None:
    sessions = Sessions(line)
    for user in ("cleo", "dev"):
        with LoginService(bus.address, {"1": Seat(user)}):
            assert [session.user for session in sessions.look()] == [user]


def test_a_bus_that_restarted_is_opened_again(bus: PrivateBus, line: Bus) -> None:
    sessions = Sessions(line)
    with LoginService(bus.address, {"1": CLEO}):
        assert sessions.look()
        bus.stop()
        with pytest.raises(OSError, match="bus"):
            sessions.look()
    bus.start()
    with LoginService(bus.address, {"1": DEV}):
        assert [session.user for session in sessions.look()] == ["dev"]
