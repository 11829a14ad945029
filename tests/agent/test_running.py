"""The service's life: what fails is survived, and never turned into a busy loop; the line held to the controller."""

from datetime import timedelta

import pytest
from msgspec.structs import replace as replaced

from agent.ledger.schema import keep
from agent.running import Line, Service
from agent.wake import Wake
from agreement.facts import Lost
from agreement.letters import Standing
from tests.fakes.clock import NOON
from tests.fakes.courier import FakeCourier
from tests.parts.tablet import Tablet


class Bell(Wake):
    """A bell that notes how long each sleep would be, and ends the service after a few."""

    def __init__(self) -> None:
        super().__init__()
        self.sleeps: list[timedelta] = []
        self.service: Service | None = None

    def wait(self, patience: timedelta | None) -> frozenset[str]:
        assert patience is not None
        self.sleeps.append(patience)
        if len(self.sleeps) == 3 and self.service:
            self.service.stop()
        return frozenset()


def service_of(tablet: Tablet, bell: Bell) -> Service:
    line = Line(tablet.courier, tablet.ledger, bell)
    made = Service(tablet.round, tablet.telling, tablet.media, tablet.ledger, tablet.clock, bell, line)
    bell.service = made
    return made


def broken() -> None:
    msg = "a watched folder cannot be looked at"
    raise PermissionError(msg)


def test_a_part_that_fails_every_time_holds_up_no_round(tablet: Tablet) -> None:
    service = service_of(tablet, Bell())
    service.refresh = broken
    assert service.once()
    assert tablet.desk.letters


def test_a_round_that_fails_is_not_followed_by_another_at_once(tablet: Tablet) -> None:
    tablet.go()
    tablet.clock.advance(timedelta(hours=1))  # a letter is due
    tablet.ledger.read(lambda connection: connection.execute("PRAGMA query_only = ON"))
    tablet.courier.open = False
    bell = Bell()
    service_of(tablet, bell).run()
    assert len(bell.sleeps) == 3
    assert min(bell.sleeps) > timedelta()


def test_a_standing_that_cannot_be_read_does_not_end_the_service(tablet: Tablet) -> None:
    spoil(tablet)
    tablet.courier.open = False
    bell = Bell()
    service_of(tablet, bell).run()
    assert len(bell.sleeps) == 3
    assert tablet.photos() == []


def test_the_line_heals_a_standing_that_cannot_be_read(tablet: Tablet) -> None:
    spoil(tablet)
    assert Line(tablet.courier, tablet.ledger, Wake()).once()
    assert tablet.ledger.standing() == tablet.desk.standing


def test_a_newer_standing_is_gone_by_without_sleep(tablet: Tablet) -> None:
    service = service_of(tablet, Bell())
    assert service.once()
    assert service.patience() > timedelta()
    tablet.ledger.keep(replaced(tablet.desk.standing, sequence=2))
    assert service.patience() == timedelta()


class Hasty(FakeCourier):
    """The courier to a controller that never holds the line."""

    def wait(self, seen: int, patience: timedelta) -> Standing | None:  # noqa: ARG002 - the seam's
        return None


class Puzzled(FakeCourier):
    """A courier that fails in a way that nobody thought of."""

    def wait(self, seen: int, patience: timedelta) -> Standing | None:  # noqa: ARG002 - the seam's
        msg = "label empty or too long"
        raise UnicodeError(msg)


@pytest.mark.parametrize("courier", [Hasty, Puzzled])
def test_a_line_that_does_not_hold_is_not_opened_again_at_once(tablet: Tablet, courier: type[FakeCourier]) -> None:
    assert not Line(courier(tablet.desk), tablet.ledger, Wake()).once()


def spoil(tablet: Tablet) -> None:
    """Put a standing into the ledger that this agent cannot read, as another version might."""
    tablet.ledger.write(lambda connection: keep(connection, "standing", b'{"sequence": "one"}'))
    tablet.ledger.close()
    tablet.begin()


def test_a_lost_tablet_looks_often_for_a_session_that_someone_opened(tablet: Tablet) -> None:
    tablet.go(2)
    service = service_of(tablet, Bell())
    assert service.patience() > timedelta(minutes=1)
    tablet.is_reported(Lost("INC-1", "lost", "Call us.", NOON))
    tablet.go(2)
    assert service.patience() <= timedelta(seconds=5)
    tablet.is_reported(None)
    tablet.go(2)
    assert service.patience() > timedelta(minutes=1)
