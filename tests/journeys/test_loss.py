"""A tablet is reported lost from a phone: locked, told, and let go when it is found."""

import io

import pypdf

from controller.records import Incident
from lab.login_service import LoginService
from lab.people import report_lost
from tests.journeys.conftest import PICTURES, Larkfield, Open
from tests.parts.waiting import eventually


def incident_of(larkfield: Larkfield) -> Incident:
    with larkfield.record.books() as books:
        return books.incidents.every(10)[0]


def test_a_reported_tablet_locks_every_session_and_the_report_says_what_was_on_it(
    opening: Open, login: LoginService
) -> None:
    larkfield = opening()
    tablet = larkfield.nursery.tablet("Bluebell 1", bus=login.address)
    device = larkfield.record.device("Bluebell 1")
    tablet.take(PICTURES / "frog.jpg", "a child's name.jpg")
    eventually(lambda: "1 photo" in larkfield.ada.browser.open("/"), within=20)

    report_lost(larkfield.ada.invite("Dev"), device)
    eventually(lambda: larkfield.record.locked(device)[1])
    seconds, detail = larkfield.record.locked(device)
    assert seconds is not None
    assert detail == "every session is locked"
    assert {asked.session for asked in login.asked} == {"c1", "c2"}

    incident = incident_of(larkfield)
    page = larkfield.ada.browser.open(f"/incidents/{incident.id}")
    assert "Dev" in page
    assert "On the bus, line 7" in page
    larkfield.ada.browser.open(f"/incidents/{incident.id}/report.pdf")
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(larkfield.ada.browser.content)).pages)
    assert "Bluebell 1" in text
    assert "1 photo" in text
    assert "child's name" not in text

    larkfield.ada.browser.open(f"/incidents/{incident.id}")
    larkfield.ada.browser.submit(f"/incidents/{incident.id}/found")
    eventually(lambda: tablet.status()["lost"] is None)
    eventually(lambda: not larkfield.record.open_findings(device, 12))


def test_a_tablet_that_was_off_locks_at_its_next_breath(opening: Open, login: LoginService) -> None:
    larkfield = opening()
    tablet = larkfield.nursery.tablet("Bluebell 1", bus=login.address)
    device = larkfield.record.device("Bluebell 1")
    eventually(lambda: larkfield.record.network_of(device) or tablet.status()["standing"])
    assert tablet.agent
    tablet.agent.kill()
    report_lost(larkfield.ada.invite("Dev"), device)
    assert larkfield.record.locked(device) == (None, "")
    tablet.switch_on(larkfield.nursery.processes)
    eventually(lambda: larkfield.record.locked(device)[1] == "every session is locked", within=20)


def test_what_happens_while_the_controller_is_away_is_told_when_it_is_back(opening: Open) -> None:
    larkfield = opening()
    tablet = larkfield.nursery.tablet("Sunflower 1", delivers=True)
    device = larkfield.record.device("Sunflower 1")
    eventually(lambda: tablet.status()["standing"])
    larkfield.nursery.controller.kill()
    for picture in PICTURES.glob("*.jpg"):
        tablet.take(picture, picture.name)
    eventually(lambda: tablet.status()["photos"]["purged"] == 6, within=30)
    assert tablet.agent
    tablet.agent.kill()
    tablet.switch_on(larkfield.nursery.processes)
    larkfield.nursery.run_controller()

    def told() -> bool:
        with larkfield.record.books() as books:
            return len(books.reports.purges(device, 100)) == 6

    eventually(told, within=40)
