"""How disks are put together: one file by several paths, which disks are searched whole, what lies in which place."""

from pathlib import Path

import pytest

from agent.media.copies import kind
from agent.media.mounts import Mounts, mount
from agent.media.places import Place
from tests.parts.program import run

BIND = """
import subprocess, sys
from datetime import timedelta
from pathlib import Path
from agent.media import Media
home = Path(sys.argv[1])
for path in (home / "DCIM", home / "Card", home / "Sub"):
    path.mkdir()
(home / "DCIM/a.jpg").write_bytes(b"a picture")
(home / "DCIM/b.jpg").hardlink_to(home / "DCIM/a.jpg")
subprocess.run(["mount", "--bind", home / "DCIM", home / "Card"], check=True)
media = Media([home / "DCIM", home / "Card", home / "Sub"], [home], settle=timedelta(microseconds=1))
media.settled()
(file,) = media.settled()
print(media.purge(file), sorted(p.name for p in home.rglob("*.jpg")))
"""


@pytest.mark.needs("root", "unshare")
def test_a_photo_with_two_names_that_is_seen_by_two_paths_goes_once(tmp_path: Path) -> None:
    assert run(BIND, tmp_path, before=["unshare", "--mount", "--propagation", "private"]) == "{'link': 1} []\n"


@pytest.mark.parametrize(
    ("line", "path", "others"),
    [
        ("31 1 8:2 /cleo/DCIM /mnt/card rw - ext4 /dev/sda2 rw", "/home/cleo/DCIM/a.jpg", ["/mnt/card/a.jpg"]),
        ("31 1 8:2 /cleo/DCIM /mnt/card rw - ext4 /dev/sda2 rw", "/home/cleo/Pictures/a.jpg", []),
        ("31 1 8:9 / /mnt/card rw - vfat /dev/sdb1 rw", "/home/cleo/DCIM/a.jpg", []),
        (r"31 1 8:2 /cleo /mnt/my\040card rw - ext4 /dev/sda2 rw", "/home/cleo/a.jpg", ["/mnt/my card/a.jpg"]),
    ],
)
def test_the_other_paths_of_a_file_are_worked_out(line: str, path: str, others: list[str]) -> None:
    lines = ["20 1 8:1 / / rw - ext4 /dev/sda1 rw", "30 20 8:2 / /home rw shared:1 - ext4 /dev/sda2 rw", line]
    assert list(Mounts(tuple(map(mount, lines))).aliases(path)) == [path, *others]


@pytest.mark.parametrize(
    ("point", "searched"),
    [
        *((point, True) for point in ("/media/card", "/run/media/cleo/card", "/mnt/data")),
        *((point, False) for point in ("/", "/home", "/srv", "/var/lib", "/run/lock")),
    ],
)
def test_only_a_disk_with_nothing_but_files_of_people_is_searched_whole(point: str, searched: bool) -> None:  # noqa: FBT001 - a table
    mounts = Mounts((mount("1 0 8:1 / / rw - ext4 x rw"), mount(f"2 1 8:2 / {point} rw - vfat y rw")))
    found = mounts.volumes([f"{point.rstrip('/')}/DCIM"], ["/home/cleo"])
    assert found == ((point,) if searched else ())


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "davfs", "9p"])
def test_a_share_of_the_network_is_never_searched_whole(kind: str) -> None:
    """It may be where the journal is, and what is removed there is removed for all."""
    mounts = Mounts((mount("1 0 8:1 / / rw - ext4 x rw"), mount(f"2 1 0:50 / /mnt/nas rw - {kind} nas:/all rw")))
    assert mounts.volumes(["/mnt/nas/photos"], ["/home/cleo"]) == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/cleo/.local/share/Trash/files/a.jpg", "trash"),
        ("/media/card/$RECYCLE.BIN/S-1/$Rabc.jpg", "trash"),
        ("/home/cleo/DCIM/.pending-1-a.jpg", "trash"),
        ("/home/cleo/.cache/x/a", "cache"),
        ("/home/cleo/Documents/a.jpg", "copy"),
    ],
)
def test_copies_are_counted_by_where_they_lay(path: str, expected: str) -> None:
    *folders, name = path.strip("/").split("/")
    assert kind(Place("/", tuple(folders), name)) == expected
