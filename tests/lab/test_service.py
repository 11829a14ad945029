"""The background service on a real systemd: put in, kept alive, held to the least it needs, taken out cleanly."""

from pathlib import Path

import pytest

from tests.lab.conftest import LISTING
from tests.lab.desk import Desk
from tests.lab.machine import Guest
from tests.parts.waiting import eventually

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]

UNIT = "safeuse-agent.service"
PATIENCE = 120.0
POWERS = {
    0: "CHOWN",
    1: "DAC_OVERRIDE",
    3: "FOWNER",
    6: "SETGID",
    7: "SETUID",
    12: "NET_ADMIN",
    19: "SYS_PTRACE",
    28: "LEASE",
}
FROG = Path(__file__).parents[1] / "data/photos/frog.jpg"
FINGERPRINTS = (
    'python3 -c \'import sqlite3; print(sqlite3.connect("/var/lib/safeuse-agent/ledger.sqlite3")'
    '.execute("SELECT count(*) FROM fingerprints WHERE length(body) > 0").fetchone()[0])\''
)
STRANGE_ROUTER = "02:00:00:00:00:66"
CLEOS_SESSION = (
    "systemd-run --quiet --unit=cleo -p PAMName=login -p User=cleo -p WorkingDirectory=/"
    " --setenv=XDG_SESSION_CLASS=user --setenv=XDG_SESSION_TYPE=tty sleep 3000"
)
"""A login of a person at the screen, without a screen; left to itself logind would call it a background session."""


def process(tablet: Guest) -> str:
    """The service's main process; 0 when there is none."""
    return tablet.ask(f"systemctl show -P MainPID {UNIT}")


def is_up(tablet: Guest) -> bool:
    return tablet.holds(f"systemctl is-active --quiet {UNIT}")


def words(tablet: Guest) -> str:
    """What the service and systemd said of late, to go with a failure."""
    return tablet.run(f"journalctl --unit={UNIT} --no-pager --lines=30").out


def comes_back(tablet: Guest, after: str) -> bool:
    """Tell whether the service is up in another process than this one."""
    return is_up(tablet) and process(tablet) not in {"0", after}


def test_a_dry_run_changes_nothing(guest: Guest, before: str) -> None:
    guest.ask("/root/bundle/bin/safeuse-agent install --dry-run")
    assert guest.ask(LISTING) == before


def test_it_runs_after_install_and_the_controller_hears_it(tablet: Guest, desk: Desk) -> None:
    assert is_up(tablet), words(tablet)
    assert tablet.ask(f"systemctl is-enabled {UNIT}") == "enabled"
    eventually(lambda: (seen := desk.tablet("Sunflower 1")) and seen.heard_at, within=PATIENCE)


def test_installing_again_is_an_update(tablet: Guest) -> None:
    first = process(tablet)
    tablet.ask("/root/bundle/bin/safeuse-agent install", limit=300)
    assert comes_back(tablet, first), words(tablet)


def test_nobody_but_root_can_change_what_it_runs(tablet: Guest) -> None:
    assert tablet.ask("find /opt/safeuse-agent ! -user root -o ! -type l -perm /022") == ""
    assert tablet.ask("stat -c '%a %U' /var/lib/safeuse-agent /var/lib/safeuse-agent/identity.json").split() == [
        *("700", "root"),
        *("600", "root"),
    ]


def test_it_has_few_of_roots_powers_and_can_gain_none(tablet: Guest) -> None:
    told = tablet.ask(f"cat /proc/{process(tablet)}/status")
    status = dict(line.split(":\t", 1) for line in told.splitlines() if ":\t" in line)
    assert int(status["CapEff"], 16) == sum(1 << number for number in POWERS)
    assert int(status["CapBnd"], 16) == sum(1 << number for number in POWERS)
    assert (status["NoNewPrivs"].strip(), status["Seccomp"].strip()) == ("1", "2")


@pytest.mark.parametrize("place", ["/etc", "/usr/local/bin", "/opt/safeuse-agent", "/root", "/var/lib", "/srv"])
def test_it_can_write_nowhere_else(tablet: Guest, place: str) -> None:
    inside = f"nsenter --mount --target {process(tablet)} touch"
    assert not tablet.holds(f"{inside} {place}/trace")
    assert tablet.holds(f"touch {place}/trace && rm {place}/trace"), "the place itself can be written to"


def test_it_can_write_where_photos_are_and_are_delivered(tablet: Guest) -> None:
    inside = f"nsenter --mount --target {process(tablet)}"
    for place in ("/home/cleo", "/srv/journal", "/var/lib/safeuse-agent"):
        tablet.ask(f"{inside} touch {place}/trace && {inside} rm {place}/trace")


def test_a_photo_in_cleos_home_is_delivered_and_leaves(tablet: Guest) -> None:
    tablet.ask(
        "install -d -o cleo -g cleo -m 700 /home/cleo/DCIM && cd /home/cleo/DCIM"
        " && head -c 300000 /dev/urandom >frog.jpg && chown cleo: frog.jpg && chmod 600 frog.jpg"
    )
    digest = tablet.ask("sha256sum </home/cleo/DCIM/frog.jpg").split()[0]
    eventually(lambda: not tablet.holds("test -e /home/cleo/DCIM/frog.jpg"), within=PATIENCE)
    assert digest in tablet.ask("sha256sum /srv/journal/*")


def test_a_picture_is_looked_at_by_nobody_before_it_leaves(tablet: Guest) -> None:
    tablet.ask("install -d -o cleo -g cleo -m 700 /home/cleo/DCIM")
    tablet.put("/home/cleo/DCIM/real.jpg", FROG.read_bytes())
    eventually(lambda: not tablet.holds("test -e /home/cleo/DCIM/real.jpg"), within=2 * PATIENCE, what=words(tablet))
    assert tablet.ask(FINGERPRINTS) == "1", words(tablet)
    assert "more rights" not in tablet.ask(f"journalctl --unit={UNIT} --no-pager")


def test_a_strange_router_cuts_it_off_and_the_controller_is_still_reached(tablet: Guest, desk: Desk) -> None:
    home = eventually(desk.networks, within=PATIENCE)
    desk.trust(home[0].key)
    tablet.ask(f"ip neigh replace 10.0.2.2 lladdr {STRANGE_ROUTER} dev eth0 nud permanent")
    try:
        eventually(lambda: tablet.holds("nft list table inet safeuse"), within=PATIENCE)
        eventually(lambda: len(desk.networks()) == 1 + len(home), within=PATIENCE)
    finally:
        tablet.ask("ip neigh del 10.0.2.2 dev eth0; ping -c 1 -W 1 10.0.2.2 || true")
    eventually(lambda: not tablet.holds("nft list table inet safeuse"), within=PATIENCE)


def test_cleos_session_is_locked_when_the_tablet_is_lost(tablet: Guest, desk: Desk) -> None:
    tablet.ask(CLEOS_SESSION)
    eventually(lambda: tablet.holds("loginctl list-sessions --no-legend | grep -q cleo"), within=PATIENCE)
    session = tablet.ask("loginctl list-sessions --no-legend | awk '$3 == \"cleo\" {print $1}'")
    assert tablet.ask(f"loginctl show-session {session} --property=Class") == "Class=user"
    rule = "type='signal',interface='org.freedesktop.login1.Session',member='Lock'"
    tablet.ask(f'systemd-run --quiet --unit=ear busctl monitor --system --match "{rule}"')
    incident = desk.report_lost("Sunflower 1")
    heard = "journalctl --unit=ear --output=cat | grep -q 'Member=Lock'"
    eventually(lambda: tablet.holds(heard), within=PATIENCE, what="no Lock signal came")
    desk.found_again(incident)
    tablet.ask("systemctl stop ear cleo")


def test_the_doctor_finds_nothing_broken(tablet: Guest) -> None:
    said = tablet.ask("safeuse-agent doctor")
    assert "clause 8" in said
    assert "✕" not in said


def test_it_comes_back_when_it_is_killed(tablet: Guest) -> None:
    first = process(tablet)
    tablet.ask(f"kill -KILL {first}")
    eventually(lambda: comes_back(tablet, first), within=PATIENCE)


def test_it_is_started_anew_when_it_hangs(tablet: Guest) -> None:
    tablet.ask(
        f"mkdir -p /etc/systemd/system/{UNIT}.d && cd /etc/systemd/system/{UNIT}.d"
        f" && printf '[Service]\\nWatchdogSec=20s\\n' >soon.conf && systemctl daemon-reload && systemctl restart {UNIT}"
    )
    first = process(tablet)
    tablet.ask(f"kill -STOP {first}")
    eventually(lambda: comes_back(tablet, first), within=PATIENCE)
    assert "Watchdog timeout" in tablet.ask(f"journalctl --unit={UNIT} --output=cat")


def test_it_is_up_after_a_reboot(tablet: Guest) -> None:
    tablet.reboot()
    eventually(lambda: is_up(tablet), within=PATIENCE)


def test_it_is_up_after_a_power_cut(tablet: Guest) -> None:
    tablet.cut_power()
    eventually(lambda: is_up(tablet), within=PATIENCE)


def test_uninstalling_leaves_nothing(tablet: Guest, before: str) -> None:
    tablet.ask("nft add table inet safeuse")
    tablet.ask("safeuse-agent uninstall")
    assert tablet.ask("nft list tables") == ""
    assert not tablet.holds(f"systemctl cat {UNIT}")
    assert not tablet.holds("pgrep -f safeuse_agent_start")
    left = set(tablet.ask(LISTING).splitlines()) - set(before.splitlines())
    assert {line for line in left if not line.startswith("/home/cleo")} == set()
