"""What must never be deleted, whoever tries to have it deleted, and what a refusal leaves behind: everything."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agent.media import Media, deleting, digests, lease
from agent.seams.photos import FoundFile, PurgeRefusedError
from tests.parts.photos import SETTLE, one, settled, write
from tests.parts.program import run

PICTURE = b"Sunflower class plants beans"


class Scene:
    """One settled photo, somebody who does something to it, and what must still be there afterwards."""

    def __init__(self, path: Path) -> None:
        self.path, self.home = path, path / "cleo"
        self.camera = self.home / "DCIM"
        self.camera.mkdir(parents=True)
        self.photo = self.camera / "album" / "a.jpg"
        self.photo.parent.mkdir()
        write(self.photo, PICTURE)
        self.media = Media([self.camera], [self.home], settle=SETTLE)
        self.file = one(self.media)

    def contents(self) -> list[bytes]:
        """The content of every file below, whatever it is called."""
        return sorted(p.read_bytes() for p in self.path.rglob("*") if p.is_file() and not p.is_symlink())


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def swapped(scene: Scene) -> None:
    scene.photo.unlink()
    write(scene.photo, b"a photo that was never added")


def renamed_over(scene: Scene) -> None:
    write(scene.camera / "b.tmp", b"a photo that was never added")
    (scene.camera / "b.tmp").rename(scene.photo)


def edited(scene: Scene) -> None:
    scene.photo.write_bytes(PICTURE[::-1])


def edited_with_the_old_time(scene: Scene) -> None:
    scene.photo.write_bytes(PICTURE[::-1])
    os.utime(scene.photo, ns=(scene.file.mtime_ns, scene.file.mtime_ns))


def grown(scene: Scene) -> None:
    with scene.photo.open("ab") as file:
        file.write(b"more")


def emptied(scene: Scene) -> None:
    scene.photo.write_bytes(b"")


def linked(scene: Scene) -> None:
    scene.photo.rename(scene.path / "kept.jpg")
    scene.photo.symlink_to(scene.path / "kept.jpg")


def folder_linked(scene: Scene) -> None:
    scene.photo.parent.rename(scene.path / "album")
    scene.photo.parent.symlink_to(scene.path / "album")


def root_linked(scene: Scene) -> None:
    scene.camera.rename(scene.path / "elsewhere")
    scene.camera.symlink_to(scene.path / "elsewhere")


def folder_for_file(scene: Scene) -> None:
    scene.photo.rename(scene.path / "kept.jpg")
    scene.photo.mkdir()


def pipe_for_file(scene: Scene) -> None:
    scene.photo.rename(scene.path / "kept.jpg")
    os.mkfifo(scene.photo)


def named_outside(scene: Scene) -> None:
    (scene.path / "outside.jpg").hardlink_to(scene.photo)


def moved(scene: Scene) -> None:
    scene.photo.rename(scene.camera / "moved.jpg")


ATTACKS: list[tuple[Callable[[Scene], None], str]] = [
    (swapped, "another file stands in its place|changed since it was found"),
    (renamed_over, "another file stands in its place"),
    (edited, "changed since it was found"),
    (edited_with_the_old_time, "its content is not what is in the journal"),
    (grown, "changed since it was found"),
    (emptied, "changed since it was found"),
    (linked, "a symbolic link stands in its place"),
    (folder_linked, "in the place of its folder"),
    (root_linked, "in the place of its folder|a symbolic link"),
    (folder_for_file, "not a file"),
    (pipe_for_file, "not a file"),
    (named_outside, "another name outside the watched folders"),
    (moved, "not where it was"),
]


@pytest.mark.parametrize(("attack", "why"), ATTACKS, ids=[attack.__name__ for attack, _ in ATTACKS])
def test_it_is_refused_and_nothing_is_lost(scene: Scene, attack: Callable[[Scene], None], why: str) -> None:
    attack(scene)
    before = scene.contents()
    with pytest.raises(PurgeRefusedError, match=why):
        scene.media.purge(scene.file)
    assert scene.contents() == before


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "{camera}/../outside.jpg", "{camera}/album/../../outside.jpg", "a.jpg"]
)
def test_nothing_outside_the_watched_folders_is_deleted(scene: Scene, path: str) -> None:
    outside = scene.path / "outside.jpg"
    write(outside, PICTURE)
    status = outside.stat()
    file = replace(scene.file, path=path.format(camera=scene.camera), inode=status.st_ino, mtime_ns=status.st_mtime_ns)
    with pytest.raises(PurgeRefusedError, match="not in a watched folder"):
        scene.media.purge(file)
    assert outside.exists()
    assert Path("/etc/passwd").exists()


def test_a_file_exchanged_at_the_last_moment_stays(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = digests.digest

    def digest_while_someone_swaps(descriptor: int) -> str:
        content = digest(descriptor)
        scene.photo.rename(scene.path / "kept.jpg")
        write(scene.photo, b"a photo that was never added")
        return content

    monkeypatch.setattr(deleting, "digest", digest_while_someone_swaps)
    with pytest.raises(PurgeRefusedError, match="exchanged while it was being checked"):
        scene.media.purge(scene.file)
    assert scene.photo.read_bytes() == b"a photo that was never added"
    assert (scene.path / "kept.jpg").read_bytes() == PICTURE


def test_a_file_changed_while_it_is_read_stays(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk without leases; elsewhere nobody can write while it is read."""
    monkeypatch.setattr(lease, "leased", lambda _: False)
    digest = digests.digest

    def digest_while_someone_writes(descriptor: int) -> str:
        content = digest(descriptor)
        grown(scene)
        return content

    monkeypatch.setattr(deleting, "digest", digest_while_someone_writes)
    with pytest.raises(PurgeRefusedError, match="changed while it was being checked"):
        scene.media.purge(scene.file)
    assert scene.photo.read_bytes() == PICTURE + b"more"


def test_after_a_refusal_the_file_is_looked_at_afresh(scene: Scene) -> None:
    edited_with_the_old_time(scene)
    with pytest.raises(PurgeRefusedError):
        scene.media.purge(scene.file)
    again = one(scene.media)
    assert again.digest != scene.file.digest


@contextmanager
def unchangeable(photo: Path) -> Iterator[None]:
    """Mark a file as nobody's to change, root's neither; skip where the disk knows no such mark."""
    if subprocess.run(["/usr/bin/chattr", "+i", photo], check=False, capture_output=True).returncode:
        pytest.skip("the disk under the test cannot mark files as unchangeable")
    try:
        yield
    finally:
        subprocess.run(["/usr/bin/chattr", "-i", photo], check=True)


@pytest.mark.needs("root", "/usr/bin/chattr")
def test_a_protected_file_stays(scene: Scene) -> None:
    with unchangeable(scene.photo), pytest.raises(PurgeRefusedError, match="the system protects it"):
        scene.media.purge(scene.file)
    assert scene.photo.read_bytes() == PICTURE


PURGE_AS_NOBODY = """
import os, sys
from datetime import timedelta
from pathlib import Path
from agent.media import Media
from agent.seams.photos import PurgeRefusedError
camera = Path(sys.argv[1])
media = Media([camera], settle=timedelta(microseconds=1))
files = media.settled() or media.settled()
os.setuid(65534)
try:
    media.purge(files[0])
except PurgeRefusedError as refusal:
    print(refusal)
"""


@pytest.mark.needs("root")
def test_without_permission_it_stays(scene: Scene) -> None:
    scene.path.chmod(0o755)
    for folder in (scene.path, *list(scene.path.parents)[:3]):
        folder.chmod(folder.stat().st_mode | 0o005)
    assert "no permission" in run(PURGE_AS_NOBODY, scene.camera)
    assert scene.photo.read_bytes() == PICTURE


READ_ONLY = """
import subprocess, sys
from datetime import timedelta
from pathlib import Path
from agent.media import Media
from agent.seams.photos import PurgeRefusedError
camera = Path(sys.argv[1])
subprocess.run(["mount", "--bind", camera, camera], check=True)
subprocess.run(["mount", "-o", "remount,bind,ro", camera], check=True)
media = Media([camera], settle=timedelta(microseconds=1))
files = media.settled() or media.settled()
try:
    media.purge(files[0])
except PurgeRefusedError as refusal:
    print(refusal)
"""


@pytest.mark.needs("root", "unshare")
def test_on_a_read_only_disk_it_stays(scene: Scene) -> None:
    assert "read-only" in run(READ_ONLY, scene.camera, before=["unshare", "--mount"])
    assert scene.photo.read_bytes() == PICTURE


@pytest.mark.needs("root")
def test_an_unreadable_file_is_counted_and_never_purged(scene: Scene) -> None:
    code = PURGE_AS_NOBODY.replace("os.setuid(65534)", "").replace("files = ", "os.setuid(65534); files = ")
    scene.photo.chmod(0o600)
    for folder in (scene.path, *list(scene.path.parents)[:3]):
        folder.chmod(folder.stat().st_mode | 0o005)
    told = run(code.replace("media.purge(files[0])", "print(files, dict(media.unseen))"), scene.camera)
    assert told.strip() == "() {'Permission denied': 1}"


def test_the_refusal_never_says_the_name(scene: Scene) -> None:
    moved(scene)
    with pytest.raises(PurgeRefusedError) as refusal:
        scene.media.purge(scene.file)
    assert "a.jpg" not in str(refusal.value)
    assert "album" not in str(refusal.value)


def test_a_copy_elsewhere_with_another_content_stays(scene: Scene) -> None:
    trash = scene.home / ".local/share/Trash/files"
    trash.mkdir(parents=True)
    write(trash / "a.jpg", PICTURE[::-1])
    (scene.path / "secret.txt").write_bytes(PICTURE)
    (trash / "b.jpg").symlink_to(scene.path / "secret.txt")
    assert scene.media.purge(scene.file) == {}
    assert (trash / "a.jpg").exists()
    assert (scene.path / "secret.txt").exists()


def test_a_trash_that_is_a_link_leads_nowhere(scene: Scene) -> None:
    (scene.path / "treasure/files").mkdir(parents=True)
    write(scene.path / "treasure/files/a.jpg", PICTURE)
    (scene.home / ".local/share").mkdir(parents=True)
    (scene.home / ".local/share/Trash").symlink_to(scene.path / "treasure")
    assert scene.media.purge(scene.file) == {}
    assert (scene.path / "treasure/files/a.jpg").exists()


def test_is_there_knows_an_impostor(scene: Scene) -> None:
    assert scene.media.is_there(scene.file)
    edited_with_the_old_time(scene)
    assert not scene.media.is_there(scene.file)


def test_of_two_names_one_protected_none_goes(scene: Scene) -> None:
    second = scene.camera / "b.jpg"
    second.hardlink_to(scene.photo)
    (file,) = settled(scene.media)
    stranger: FoundFile = replace(file, digest="ab" * 32)
    with pytest.raises(PurgeRefusedError, match="not what is in the journal"):
        scene.media.purge(stranger)
    assert scene.photo.exists()
    assert second.exists()
