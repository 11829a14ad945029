"""Who installed what, and when: by the logs of dpkg and apt."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.device.linux.history import History
from agent.seams.tablet import AppEvent

LONDON = ZoneInfo("Europe/London")

DPKG = """\
2026-07-01 10:00:05 startup archives unpack
2026-07-01 10:00:05 install gimp:amd64 <none> 2.10.34-1
2026-07-01 10:00:06 status half-installed gimp:amd64 2.10.34-1
2026-07-01 10:00:07 configure gimp:amd64 2.10.34-1 <none>
2026-07-02 08:30:00 upgrade libc6:amd64 2.36-8 2.36-9
2026-07-03 09:00:00 install larkfield-game:all <none> 1.0
"""
APT = """\

Start-Date: 2026-07-01  10:00:04
Commandline: apt install gimp
Requested-By: cleo (1001)
Install: gimp:amd64 (2.10.34-1), libbabl:amd64 (0.1.98, automatic)
End-Date: 2026-07-01  10:00:09

Start-Date: 2026-07-02  08:29:59
Commandline: /usr/bin/unattended-upgrade
Upgrade: libc6:amd64 (2.36-8, 2.36-9)
End-Date: 2026-07-02  08:30:02
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "var/log/apt").mkdir(parents=True)
    (tmp_path / "var/log/dpkg.log").write_text(DPKG)
    (tmp_path / "var/log/apt/history.log").write_text(APT)
    return tmp_path


@pytest.fixture
def history(root: Path) -> History:
    return History(root, LONDON)


def test_an_install_has_its_time_in_utc_and_the_person_who_asked(history: History) -> None:
    assert history.last("dpkg:gimp") == AppEvent(datetime(2026, 7, 1, 9, 0, 5, tzinfo=UTC), "cleo")


def test_what_the_system_did_by_itself_names_nobody(history: History) -> None:
    assert history.last("dpkg:libc6") == AppEvent(datetime(2026, 7, 2, 7, 30, tzinfo=UTC), "")


def test_what_dpkg_alone_installed_has_a_time_and_nobody(history: History) -> None:
    assert history.last("dpkg:larkfield-game") == AppEvent(datetime(2026, 7, 3, 8, 0, tzinfo=UTC), "")


def test_an_old_errand_does_not_answer_for_a_later_change(root: Path, history: History) -> None:
    (root / "var/log/dpkg.log").write_text(DPKG + "2026-07-09 12:00:00 remove gimp:amd64 2.10.34-1 <none>\n")

    assert history.last("dpkg:gimp") == AppEvent(datetime(2026, 7, 9, 11, tzinfo=UTC), "")


def test_without_dpkgs_log_apts_own_time_counts(root: Path, history: History) -> None:
    (root / "var/log/dpkg.log").unlink()

    assert history.last("dpkg:libbabl") == AppEvent(datetime(2026, 7, 1, 9, 0, 9, tzinfo=UTC), "cleo")


def test_the_log_before_the_last_rotation_is_read_too_and_newer_lines_win(root: Path) -> None:
    (root / "var/log/dpkg.log.1").write_text(
        "2026-06-01 10:00:00 install gimp:amd64 <none> 2.8\n2026-06-01 10:00:00 install tuxpaint:amd64 <none> 1\n"
    )
    history = History(root, LONDON)

    assert history.last("dpkg:gimp") == AppEvent(datetime(2026, 7, 1, 9, 0, 5, tzinfo=UTC), "cleo")
    assert history.last("dpkg:tuxpaint") == AppEvent(datetime(2026, 6, 1, 9, 0, tzinfo=UTC), "")


def test_the_second_architecture_shares_the_history_of_its_package(history: History) -> None:
    assert history.last("dpkg:gimp:i386") == history.last("dpkg:gimp")


def test_what_no_log_knows_has_no_history(history: History, tmp_path: Path) -> None:
    assert history.last("dpkg:unheard-of") is None
    assert history.last("flatpak:org.example.Paint") is None
    assert History(tmp_path / "nothing").last("dpkg:gimp") is None


def test_garbage_in_the_logs_is_left_out(root: Path, history: History) -> None:
    noise = "2026-99-99 99:99:99 install gimp:amd64 <none> 1\n\0\xff\nStart-Date: never\n\n"
    (root / "var/log/dpkg.log").write_text(noise + DPKG)
    (root / "var/log/apt/history.log").write_text(noise + APT)

    assert history.last("dpkg:gimp") == AppEvent(datetime(2026, 7, 1, 9, 0, 5, tzinfo=UTC), "cleo")


def test_only_the_end_of_an_endless_log_is_read(root: Path, history: History) -> None:
    (root / "var/log/dpkg.log").write_text(
        "2026-01-01 00:00:00 install gimp:amd64 <none> 1\n" + "x" * 100 + "\n" * 2_000_000
    )

    assert history.last("dpkg:gimp") == AppEvent(datetime(2026, 7, 1, 9, 0, 9, tzinfo=UTC), "cleo")  # by apt's log
