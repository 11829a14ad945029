"""Where each person's programs keep thumbnails and trash: the usual places, and those that their environment names."""

import os
from pathlib import Path

import pytest

from agent.media.desktops import Desktops, bins, desktops
from agent.media.mounts import Mounts, mount


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "cleo"
    made.mkdir()
    return made


def known(home: Path, *environment: str) -> Desktops:
    """What is known when a program of Cleo's goes by these words."""
    process = home.parent / "proc/42"
    process.mkdir(parents=True)
    (process / "environ").write_bytes(b"\0".join(os.fsencode(word) for word in environment))
    return desktops([str(home)], [], Mounts((mount("1 0 8:1 / / rw - ext4 x rw"),)), str(home.parent / "proc"))


def paths(found: Desktops) -> list[str]:
    """The folders of thumbnails."""
    return [place.path.rstrip("/") for place in found.thumbnails]


def test_the_usual_places_and_those_of_programs_in_boxes_are_known(home: Path) -> None:
    (home / ".var/app/org.gnome.Loupe").mkdir(parents=True)
    (home / "snap/eog").mkdir(parents=True)
    assert paths(known(home, "LANG=C")) == [
        f"{home}/.cache/thumbnails",
        f"{home}/.thumbnails",
        f"{home}/.var/app/org.gnome.Loupe/cache/thumbnails",
        f"{home}/snap/eog/common/.cache/thumbnails",
    ]


def test_folders_that_a_person_moved_are_known_by_their_programs(home: Path, tmp_path: Path) -> None:
    for name in ("cache", "data"):
        (tmp_path / name).mkdir()
    found = known(home, f"XDG_CACHE_HOME={tmp_path}/cache", f"XDG_DATA_HOME={tmp_path}/data")
    assert f"{tmp_path}/cache/thumbnails" in paths(found)
    assert found.elsewhere == (f"{tmp_path}/cache", f"{tmp_path}/data/Trash")


@pytest.mark.parametrize(
    "name", ["/", "/etc", "/var/lib", "cache", "{tmp}/missing", "{tmp}/link", "{tmp}/../x", "{tmp}/"]
)
def test_a_folder_that_is_not_the_persons_own_is_not_gone_by(home: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = known(home, f"XDG_CACHE_HOME={name.format(tmp=tmp_path)}")
    assert found.elsewhere == ()
    assert len(found.thumbnails) == 2


@pytest.mark.needs("root")
def test_a_folder_of_somebody_else_is_not_gone_by(home: Path, tmp_path: Path) -> None:
    (tmp_path / "devs").mkdir()
    os.chown(tmp_path / "devs", 1001, 1001)
    assert known(home, f"XDG_CACHE_HOME={tmp_path}/devs").elsewhere == ()


def test_the_trash_of_a_disk_is_known_by_its_names(tmp_path: Path) -> None:
    for name in (".Trash", ".Trash-1000", "$RECYCLE.BIN", ".Trashes", "Trash", "RECYCLER.old", "DCIM"):
        (tmp_path / name).mkdir()
    assert [Path(path).name for path in bins(str(tmp_path))] == ["$RECYCLE.BIN", ".Trash", ".Trash-1000", ".Trashes"]
