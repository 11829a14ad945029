"""Enrolment from the tablet's side: what a code leads to, and what is kept of it."""

from pathlib import Path

import pytest

from agent.enrol import enrol, find
from agent.identity import Folder
from agent.seams.courier import UndeliveredError
from agreement.agreement import Agreement
from agreement.enrolment import Code, new_secret, spell
from agreement.letters import Enrolled, Machine, Standing, write
from lab.certificates import self_signed
from tests.fakes.clock import NOON
from tests.parts.strange_server import Answer, strange_server

STANDING = Standing(1, "sunflower-1", "Sunflower 1", "Larkfield Nursery", Agreement())


def test_where_the_controller_is_is_known_before_any_network_is_cut_off(tmp_path: Path) -> None:
    shown, folder = self_signed(tmp_path), Folder(tmp_path / "state")
    welcome = Answer(200, write(Enrolled("sunflower-1", STANDING, NOON)))
    with strange_server(shown, lambda _: welcome) as controller:
        port = controller.address.rpartition(":")[2]
        enrol(spell(Code((f"localhost:{port}",), shown.pin, new_secret())), Machine(), folder)
    assert "127.0.0.1" in folder.known_ips()["localhost"]


def test_an_address_without_a_port_is_a_failure_in_words() -> None:
    with pytest.raises(UndeliveredError, match="no address with a port"):
        find(Code(("nowhere",), "0" * 32, new_secret()))
