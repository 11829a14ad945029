"""What survives: a stop, a power cut in the middle of everything, a replay after a restart."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from agreement.letters import AgentNote, Problem, read, write
from agreement.sealing import Request
from tests.fakes.tablet import SigningTablet
from tests.parts.running_controller import RunningController, running_controller
from tests.parts.waiting import eventually

NOTE = AgentNote("started")
ROUNDS = 2
TABLETS = 4
LETTERS = 12
"""After so many receipts of one tablet the power goes, while the others are in the middle of theirs."""


def test_a_replay_after_a_restart_is_a_replay_and_no_clone(tmp_path: Path) -> None:
    with running_controller(tmp_path / "home") as controller, controller.tablet("Sunflower 1") as tablet:
        body = write(tablet.letter())
        headers = tablet.signed(Request("POST", "/v1/check-in", "", body))
        assert tablet.post("/v1/check-in", body, headers).ok
        assert controller.stop() == 0
        controller.start()
        again = tablet.post("/v1/check-in", body, headers)
        assert read(again.content, Problem).code == "replay"
        assert tablet.check_in(NOTE).number == 1


def test_a_tablet_that_holds_the_line_does_not_hold_up_the_stop(tmp_path: Path) -> None:
    with running_controller(tmp_path / "home") as controller, controller.tablet("Sunflower 1") as tablet:
        tablet.check_in()
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(tablet.wait, 99, 55)
            with controller.tablet("Sunflower 2") as other:
                other.check_in()
            assert controller.stop() == 0
            assert waiting.result(20) is None


def test_whatever_was_receipted_is_there_after_a_power_cut(tmp_path: Path) -> None:
    with running_controller(tmp_path / "home") as controller:
        crew = [controller.tablet(f"Sunflower {i}") for i in range(TABLETS)]
        for _ in range(ROUNDS):
            cut_power(controller, crew)
            controller.start()
            for tablet in crew:
                assert kept(controller, tablet) >= tablet.confirmed
                assert tablet.check_in().number == len(tablet.written)
        for tablet in crew:
            tablet.close()


def cut_power(controller: RunningController, crew: list[SigningTablet]) -> None:
    """Everyone tells news as fast as they can; the power goes in the middle."""
    with ThreadPoolExecutor(len(crew)) as pool:
        telling = [pool.submit(tell_on, tablet) for tablet in crew[1:]]
        for _ in range(LETTERS):
            crew[0].check_in(NOTE, NOTE)
        controller.kill()
        for one in telling:
            one.result()


def tell_on(tablet: SigningTablet) -> None:
    """Tell news until the controller is gone."""
    while True:
        try:
            tablet.check_in(NOTE, NOTE)
        except requests.RequestException:
            return


def kept(controller: RunningController, tablet: SigningTablet) -> int:
    """The last piece of news in the books, which hold all before it too."""
    with controller.store.read() as books:
        numbers = [one.number for one in books.reports.of(tablet.device, 10_000)]
    assert numbers == list(range(len(numbers), 0, -1))
    return len(numbers)


def test_a_day_is_added_up_by_the_controller_itself(tmp_path: Path) -> None:
    with running_controller(tmp_path / "home") as controller, controller.tablet("Sunflower 1") as tablet:
        tablet.check_in()
        assert controller.stop() == 0
        controller.start()
        eventually(lambda: added_up(controller) is not None, within=30)
        assert "housekeeping failed" not in controller.log


def added_up(controller: RunningController) -> int | None:
    """The last day that was added up."""
    with controller.store.read() as books:
        return books.trends.latest()
