"""The round on networks: the trusted one admitted, any other cut off, whatever else fails."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace as replaced

from agreement.agreement import Agreement
from agreement.letters import (
    Done,
    FindingTurned,
    OrderEnded,
    Turn,
)
from tests.agreement.cast import CAFE, LARKFIELD, TWIN
from tests.parts.tablet import Tablet


def test_on_a_strange_network_no_journal_is_asked_even_where_it_cannot_be_cut_off(tablet: Tablet) -> None:
    tablet.device.broken = {"block"}
    tablet.device.seen = (TWIN,)
    tablet.take("a.jpg")
    tablet.go(3)
    assert tablet.journals.asked == []
    tablet.device.seen = (LARKFIELD,)
    tablet.go()
    assert len(tablet.journals.asked[-1]) == 1


def test_a_twin_is_cut_off_told_when_home_again_and_opened(tablet: Tablet) -> None:
    tablet.go()
    tablet.device.seen, tablet.courier.open = (TWIN,), False
    tablet.go(3)
    assert tablet.device.deeds == ["block"]
    assert [e.ip for e in tablet.device.fence or ()] == ["192.0.2.1"]
    tablet.device.seen, tablet.courier.open = (LARKFIELD,), True
    tablet.clock.advance(timedelta(minutes=10))
    tablet.go(2)
    assert tablet.device.deeds == ["block", "admit"]
    findings = tablet.told(FindingTurned)
    assert [(f.clause, f.turn) for f in findings] == [(8, Turn.OPENED), (8, Turn.CLEARED)]
    outcomes = [o.detail for o in tablet.told(OrderEnded) if o.order == "network"]
    assert outcomes == ["open: “Larkfield”", "cut off: “Larkfield”", "open: “Larkfield”"]


def test_an_agent_that_cannot_see_the_network_cuts_off(tablet: Tablet) -> None:
    tablet.go()
    tablet.device.broken = {"networks"}
    tablet.go()
    assert tablet.device.deeds == ["block"]
    failures = [o for o in tablet.told(OrderEnded) if o.done is Done.FAILED]
    assert [(o.order, o.subject) for o in failures] == [("look", "network")]


def test_before_the_first_network_is_trusted_nothing_is_cut_off(tmp_path: Path) -> None:
    tablet = Tablet(tmp_path, Agreement(), (CAFE,))
    tablet.go(2)
    assert tablet.device.deeds == []
    posture = tablet.desk.letters[-1].posture
    assert {mark.clause: mark.level.value for mark in posture.register}[8] == "not_yet"
    assert posture.networks[0].trusted is None
    tablet.close()


def test_a_twin_is_cut_off_though_nothing_can_be_written_down(tablet: Tablet) -> None:
    tablet.go(2)
    tablet.device.seen = (TWIN,)
    tablet.ledger.read(lambda connection: connection.execute("PRAGMA query_only = ON"))
    with pytest.raises(OSError, match="cannot be written"):
        tablet.go()
    assert tablet.device.deeds == ["block"]


def test_a_tablet_is_opened_again_when_its_networks_are_judged_no_more(tablet: Tablet) -> None:
    tablet.device.seen = (TWIN,)
    tablet.go()
    was = tablet.desk.standing
    tablet.desk.change(replaced(was, sequence=2, agreement=replace(was.agreement, secure_network=None)))
    tablet.ledger.keep(tablet.desk.standing)
    tablet.restart()
    tablet.go(3)
    assert tablet.device.deeds == ["block", "admit"]
    outcomes = [o.detail for o in tablet.told(OrderEnded) if o.order == "network"]
    assert outcomes == ["cut off: “Larkfield”", "open: networks are not judged any more"]
