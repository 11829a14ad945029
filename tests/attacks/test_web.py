"""What the dashboard must refuse: strangers, staff beyond their right, forged forms, hostile names, guessing."""

import re
from collections.abc import Iterator

import pytest
import requests

from agreement.facts import Medium, Security
from agreement.letters import AppChanged, AppTurn, FindingTurned, Machine, SeenNetwork, Turn
from controller import networks
from controller.receive import key_of
from controller.records import Author
from controller.web.security import COOKIE, HEADERS, inner_path
from controller.web.site import ANYONE, DOORS, Door
from controller.wiring import SETTING
from tests.browser.larkfield import PASSWORD, Larkfield, Visitor, larkfield, now
from tests.fakes.tablet import LARKFIELD, posture

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202e{{7*7}}"
ELSEWHERE = "https://evil.example"


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Larkfield]:
    with larkfield(tmp_path_factory.mktemp("attacked") / "home") as furnished:
        yield furnished


@pytest.fixture
def stranger(nursery: Larkfield) -> Iterator[Visitor]:
    visitor = Visitor(nursery.controller)
    yield visitor
    visitor.close()


def path_of(door: Door, nursery: Larkfield) -> str:
    """A path that the door stands for."""
    names = {
        "{device}": nursery.tablets["Sunflower 2"].device,
        "{incident}": nursery.incident,
        "{token}": "mistyped",
        "{person}": "nobody",
        "{link}": "nothing",
        "{ident}": "1",
    }
    path = door.path
    for name, value in names.items():
        path = path.replace(name, value)
    return path


GUARDED = [door for door in DOORS if door.right is not ANYONE]
CHANGING = [door for door in GUARDED if door.method == "POST"]


def name_of(door: Door) -> str:
    """How a door is called in a test's name."""
    return f"{door.method} {door.path}"


def ask(visitor: Visitor, door: Door, nursery: Larkfield, **form: str) -> requests.Response:
    """Knock at a door."""
    path = path_of(door, nursery)
    return visitor.get(path) if door.method == "GET" else visitor.post(path, {"x": "1"} | form)


@pytest.mark.parametrize("door", GUARDED, ids=name_of)
def test_a_stranger_is_sent_to_the_sign_in_from_every_door(door: Door, nursery: Larkfield, stranger: Visitor) -> None:
    answer = ask(stranger, door, nursery)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    assert "Bluebell" not in answer.text


@pytest.mark.parametrize("door", [door for door in GUARDED if door.right != "report"], ids=name_of)
def test_staff_may_pass_no_door_of_the_manager(door: Door, nursery: Larkfield) -> None:
    answer = ask(nursery.dev, door, nursery, csrf=nursery.dev.csrf())
    assert answer.status_code == 403
    assert "for the manager" in answer.text
    assert "Sunflower" not in answer.text


def test_staff_are_led_to_the_report_and_hear_no_events(nursery: Larkfield, stranger: Visitor) -> None:
    assert nursery.dev.get("/").headers["location"] == "/report"
    assert nursery.dev.get("/events").status_code == 403
    assert stranger.get("/events").status_code == 401


@pytest.mark.parametrize("door", CHANGING, ids=name_of)
def test_a_form_without_its_sessions_secret_changes_nothing(door: Door, nursery: Larkfield) -> None:
    assert ask(nursery.ada, door, nursery).status_code == 403
    assert ask(nursery.ada, door, nursery, csrf=nursery.dev.csrf()).status_code == 403


@pytest.mark.parametrize("origin", [ELSEWHERE, "null", None, "http://127.0.0.1"])
def test_a_form_from_elsewhere_changes_nothing(nursery: Larkfield, origin: str | None) -> None:
    form = {"csrf": nursery.ada.csrf(), "key": key_of(LARKFIELD)}
    answer = nursery.ada.post("/networks/distrust", form, origin=origin)
    assert answer.status_code == 403
    with nursery.controller.store.read() as books:
        assert any(network.trusted for network in networks.every(books, SETTING))


def test_nobody_can_be_signed_in_from_elsewhere(stranger: Visitor) -> None:
    answer = stranger.post("/sign-in", {"name": "Ada", "password": PASSWORD}, origin=ELSEWHERE)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_the_cookie_is_out_of_reach_and_new_at_every_sign_in(stranger: Visitor) -> None:
    stranger.line.headers["Cookie"] = f"{COOKIE}=chosen-by-eve"
    answer = stranger.post("/sign-in", {"name": "Ada", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-")
    for flag in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert flag in cookie
    assert "chosen-by-eve" not in cookie
    assert stranger.get("/").status_code == 303  # what Eve chose is worth nothing


def test_a_session_that_the_browser_brings_to_the_sign_in_ends_there(nursery: Larkfield, stranger: Visitor) -> None:
    stranger.post("/sign-in", {"name": "Dev", "password": PASSWORD})
    before = stranger.line.cookies.get(COOKIE)
    stranger.post("/sign-in", {"name": "Ada", "password": PASSWORD})
    assert stranger.line.cookies.get(COOKIE) != before
    old = Visitor(nursery.controller)
    old.line.headers["Cookie"] = f"{COOKIE}={before}"
    assert old.get("/report").headers["location"].startswith("/sign-in")
    old.close()


def test_a_cookie_is_worth_nothing_after_signing_out(nursery: Larkfield, stranger: Visitor) -> None:
    stranger.post("/sign-in", {"name": "Dev", "password": PASSWORD})
    kept = stranger.line.cookies.get(COOKIE)
    assert stranger.act("/sign-out").status_code == 303
    thief = Visitor(nursery.controller)
    thief.line.headers["Cookie"] = f"{COOKIE}={kept}"
    assert thief.get("/report").headers["location"].startswith("/sign-in")
    thief.close()


@pytest.mark.parametrize("path", ["/", "/sign-in", "/no-such-page", "/networks"])
def test_every_answer_carries_its_armour(nursery: Larkfield, path: str) -> None:
    answer = nursery.ada.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    for rule in ("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert rule in policy


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "",
    ],
)
def test_a_sign_in_never_leads_to_another_site(stranger: Visitor, wanted: str) -> None:
    assert inner_path(wanted) == "/"
    answer = stranger.post("/sign-in", {"name": "Dev", "password": PASSWORD, "next": wanted})
    assert answer.headers["location"] == "/"


def test_a_sign_in_leads_on_to_the_page_that_was_asked_for(stranger: Visitor) -> None:
    asked = stranger.get("/report?tablet=x").headers["location"]
    assert asked == "/sign-in?next=%2Freport%3Ftablet%3Dx"
    answer = stranger.post("/sign-in", {"name": "Dev", "password": PASSWORD, "next": "/report?tablet=x"})
    assert answer.headers["location"] == "/report?tablet=x"


@pytest.mark.parametrize("link", ["/link/mistyped", "/link/" + "a" * 5000, "/link/%00"])
def test_a_link_that_is_not_ours_gets_a_clear_page(stranger: Visitor, link: str) -> None:
    answer = stranger.get(link)
    assert answer.status_code == 410
    assert "This link does not work." in answer.text


def test_the_first_managers_link_makes_no_second_manager(nursery: Larkfield, stranger: Visitor) -> None:
    path = "/" + nursery.controller.first_link.split("/", 3)[3]
    assert "was used already" in stranger.get(path).text
    answer = stranger.post(path, {"name": "Eve", "password": PASSWORD})
    assert answer.status_code == 410
    assert "set-cookie" not in answer.headers


def test_looking_at_a_link_does_not_use_it_up(nursery: Larkfield, stranger: Visitor) -> None:
    page = nursery.ada.act("/people/invite", note="Cleo", role="staff").text
    link = page.split('id="link">')[1].split("<")[0]
    path = "/" + link.split("/", 3)[3]
    assert stranger.get(path).status_code == 200
    stranger.join(link, "Cleo")
    assert stranger.get("/report").status_code == 200


def test_names_from_a_tablet_are_shown_and_never_run(nursery: Larkfield) -> None:
    eve = nursery.controller.tablet("Daisy")
    strange = SeenNetwork("wlan0", Medium.WIFI, HOSTILE, Security.NONE, HOSTILE[:60], "10.0.0.1", HOSTILE[:60], None)
    installed = AppChanged("flatpak", HOSTILE, HOSTILE, AppTurn.INSTALLED, was=HOSTILE, now=HOSTILE, by=HOSTILE)
    asked = FindingTurned(9, f"flatpak:{HOSTILE}", Turn.OPENED, HOSTILE, HOSTILE, now())
    hostile = Machine(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,))
    eve.check_in(installed, asked, posture=posture(networks=(strange,), machine=hostile))
    report = nursery.dev.act("/report", tablet=eve.device, kind="lost", where=HOSTILE, when=HOSTILE)
    incident = report.headers["location"].split("=")[1]
    for path in (
        "/",
        "/tablets",
        f"/tablets/{eve.device}",
        "/networks",
        "/apps",
        "/incidents",
        f"/incidents/{incident}",
        "/changes",
    ):
        page = nursery.ada.get(path)
        assert page.status_code == 200, path
        assert "<script>alert" not in page.text, path
        assert "<img src=x" not in page.text, path
        assert "\u202e" not in re.sub(r' value="[^"]*"', "", page.text), path  # a key that is sent back is as it came
    assert "&lt;script&gt;alert(1)" in nursery.ada.get("/networks").text
    assert "⟨U+202E⟩" in nursery.ada.get("/networks").text
    assert nursery.ada.get(f"/incidents/{incident}/report.pdf").content.startswith(b"%PDF")
    networks.rename(nursery.controller.store, SETTING, key_of(strange), HOSTILE, Author("Ada", now()))
    assert "<script>alert" not in nursery.ada.get("/networks").text
    eve.close()


def test_a_word_on_what_was_done_cannot_be_put_into_a_pages_mouth(nursery: Larkfield) -> None:
    page = nursery.ada.get("/networks?said=Call+0900+EVIL+now").text
    assert "0900" not in page


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=1&" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"a=1&" * 100, "application/x-www-form-urlencoded", 400),
        (b"name=%ff", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"--x--", "multipart/form-data; boundary=x", 415),
    ],
)
def test_a_body_that_no_form_sends_is_refused(stranger: Visitor, body: bytes, kind: str, status: int) -> None:
    headers = {"Origin": stranger.url, "Content-Type": kind}
    answer = stranger.line.post(f"{stranger.url}/sign-in", data=body, headers=headers, timeout=20)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "path", ["/static/../site.py", "/static/%2e%2e/site.py", "/static/vendor/htmx.LICENSE", "/static/"]
)
def test_only_what_pages_fetch_is_served(stranger: Visitor, path: str) -> None:
    assert stranger.get(path).status_code == 404


def test_no_page_answers_to_a_verb_that_is_not_its_own(nursery: Larkfield) -> None:
    answer = nursery.ada.line.put(f"{nursery.url}/networks", timeout=20)
    assert answer.status_code == 405
    assert "<h1>" in answer.text


def test_what_cannot_be_undone_is_asked_for_twice(nursery: Larkfield) -> None:
    device = nursery.tablets["Bluebell 2"].device
    answer = nursery.ada.act(f"/tablets/{device}/retire")
    assert answer.status_code == 422
    with nursery.controller.store.read() as books:
        known = books.devices.get(device)
    assert known
    assert known.state == "active"


def test_the_last_trusted_network_stays_trusted(nursery: Larkfield) -> None:
    answer = nursery.ada.act("/networks/distrust", key=key_of(LARKFIELD))
    assert answer.status_code == 422
    assert "only network that is trusted" in answer.text


def test_no_secret_is_in_the_log(nursery: Larkfield, stranger: Visitor) -> None:
    stranger.post("/sign-in", {"name": "Dev", "password": PASSWORD})
    cookie = stranger.line.cookies.get(COOKIE) or "none"
    token = nursery.controller.first_link.rsplit("/", 1)[1]
    for secret in (PASSWORD, cookie, token):
        assert secret not in nursery.controller.log


def test_guessing_passwords_is_slowed_down(stranger: Visitor) -> None:
    statuses = [stranger.post("/sign-in", {"name": "Ada", "password": f"guess {n}"}).status_code for n in range(8)]
    assert statuses[:5] == [422] * 5
    assert statuses[-1] == 429
    answer = stranger.post("/sign-in", {"name": "Ada", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert "set-cookie" not in answer.headers
