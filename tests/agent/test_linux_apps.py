"""Every app on a tablet, whoever brought it, read from small trees that look like a Linux system."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.device.linux import desktop
from agent.device.linux.apps import Apps
from agreement.facts import App
from tests.parts.needs import needs

GIMP = """\
Package: gimp
Status: install ok installed
Priority: optional
Architecture: amd64
Version: 2.10.34-1
Description: GNU Image Manipulation Program
 Version: not this one
"""
BABL = "Package: libbabl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 0.1.98\n"
REMOVED = "Package: games\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n"
HALF = "Package: half\nStatus: install ok unpacked\nArchitecture: amd64\nVersion: 1\n"
GIMP_ENTRY = "[Desktop Entry]\nType=Application\nName=GIMP\nName[de]=Bildbearbeitung\nExec=gimp %U\n"
HOSTILE = f"[Desktop Entry]\nType=Application\nName=x{' ' * 200_000}x\nExec=long\n"


@pytest.fixture
def tablet(tmp_path: Path) -> Path:
    """A root with dpkg's own files: two packages installed, one removed, one half done."""
    write(tmp_path, "var/lib/dpkg/status", f"{GIMP}\n{BABL}\n{REMOVED}\n{HALF}")
    write(tmp_path, "var/lib/apt/extended_states", "Package: libbabl\nArchitecture: amd64\nAuto-Installed: 1\n")
    write(
        tmp_path, "var/lib/dpkg/info/gimp.list", "/.\n/usr/share/applications\n/usr/share/applications/gimp.desktop\n"
    )
    write(tmp_path, "var/lib/dpkg/info/libbabl.list", "/.\n/usr/lib/libbabl.so\n")
    write(tmp_path, "usr/share/applications/gimp.desktop", GIMP_ENTRY)
    (tmp_path / "home/cleo").mkdir(parents=True)
    return tmp_path


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def apps_of(tablet: Path) -> Apps:
    return Apps(lambda: homes(tablet), tablet)


def homes(tablet: Path) -> Sequence[Path]:
    return sorted((tablet / "home").iterdir())


def keys(apps: Sequence[App]) -> set[str]:
    return {app.key for app in apps}


def test_only_what_dpkg_installed_properly_is_an_app(tablet: Path) -> None:
    assert apps_of(tablet).look() == (
        App("dpkg", "gimp", "2.10.34-1", "GIMP"),
        App("dpkg", "libbabl", "0.1.98", "", automatic=True),
    )


def test_a_tablet_without_dpkg_has_no_packages(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()

    assert apps_of(tmp_path).look() == ()


def test_a_status_file_that_cannot_be_read_is_an_error_and_not_an_empty_tablet(tmp_path: Path) -> None:
    (tmp_path / "var/lib/dpkg/status").mkdir(parents=True)

    with pytest.raises(OSError, match="status"):
        Apps(lambda: (), tmp_path).look()


def test_the_second_architecture_of_a_package_has_a_key_of_its_own(tablet: Path) -> None:
    write(tablet, "var/lib/dpkg/status", BABL + "\n" + BABL.replace("amd64", "i386"))

    assert keys(apps_of(tablet).look()) == {"dpkg:libbabl", "dpkg:libbabl:i386"}


def test_an_install_an_update_and_a_removal_are_seen_at_the_next_look(tablet: Path) -> None:
    apps = apps_of(tablet)
    apps.look()
    write(tablet, "var/lib/dpkg/status", GIMP.replace("2.10.34-1", "2.10.36-1") + "\nPackage: tuxpaint\n" + BABL[17:])

    assert {app.package: app.version for app in apps.look()} == {"gimp": "2.10.36-1", "tuxpaint": "0.1.98"}


def test_an_unchanged_tablet_gives_the_very_same_answer(tablet: Path) -> None:
    apps = apps_of(tablet)

    assert apps.look() is apps.look()


def test_a_program_that_someone_put_in_a_menu_is_an_app(tablet: Path) -> None:
    apps = apps_of(tablet)
    apps.look()
    entry = '[Desktop Entry]\nType=Application\nName=Party Chat\nExec="/home/cleo/my apps/chat" %u\n'
    write(tablet, "home/cleo/.local/share/applications/chat.desktop", entry)

    assert App("desktop", "chat.desktop", "", "Party Chat") in apps.look()


def test_a_program_in_the_systems_menu_that_no_package_brought_is_an_app(tablet: Path) -> None:
    write(tablet, "usr/share/applications/rogue.desktop", GIMP_ENTRY.replace("GIMP", "Rogue"))
    write(tablet, "usr/local/share/applications/made.desktop", GIMP_ENTRY.replace("GIMP", "Made"))

    assert {"desktop:rogue.desktop", "desktop:made.desktop"} <= keys(apps_of(tablet).look())


def test_the_agents_own_entry_is_no_stranger_but_a_persons_copy_of_it_is(tablet: Path) -> None:
    entry = "[Desktop Entry]\nType=Application\nName=Photos on this tablet\nExec=/usr/local/bin/safeuse-agent page\n"
    write(tablet, desktop.OURS, entry)
    assert "desktop" not in {app.source for app in apps_of(tablet).look()}
    write(tablet, f"home/cleo/.local/share/applications/{Path(desktop.OURS).name}", entry)
    assert "desktop" in {app.source for app in apps_of(tablet).look()}


@pytest.mark.parametrize("line", ["Hidden=true", "NoDisplay=true", "Type=Link"])
def test_what_is_not_in_the_menu_is_no_app(tablet: Path, line: str) -> None:
    entry = f"[Desktop Entry]\nType=Application\nName=Nothing\nExec=nothing\n{line}\n"
    write(tablet, "home/cleo/.local/share/applications/nothing.desktop", entry)

    assert "desktop:nothing.desktop" not in keys(apps_of(tablet).look())


def test_a_persons_copy_of_a_packages_entry_is_the_packages_unless_it_starts_something_else(tablet: Path) -> None:
    apps = apps_of(tablet)
    copy = "home/cleo/.local/share/applications/gimp.desktop"
    write(tablet, copy, GIMP_ENTRY)
    assert "desktop:gimp.desktop" not in keys(apps.look())

    write(tablet, copy, GIMP_ENTRY.replace("Exec=gimp", "Exec=/home/cleo/game"))
    assert "desktop:gimp.desktop" in keys(apps.look())


def test_a_flatpak_has_its_id_its_name_and_its_release(tablet: Path) -> None:
    deploy(tablet / "var/lib/flatpak", "org.example.Paint", "Paint", "3.1")
    deploy(tablet / "home/cleo/.local/share/flatpak", "org.example.Game", "Game", "")
    (tablet / "var/lib/flatpak/runtime/org.example.Platform").mkdir(parents=True)

    found = apps_of(tablet).look()

    assert App("flatpak", "org.example.Paint", "3.1", "Paint") in found
    assert App("flatpak", "org.example.Game", "stable c0ffeec0ffee", "Game") in found
    assert "flatpak:org.example.Platform" not in keys(found)


def test_a_flatpak_update_is_seen(tablet: Path) -> None:
    apps = apps_of(tablet)
    deploy(tablet / "var/lib/flatpak", "org.example.Paint", "Paint", "3.1")
    apps.look()
    notes = tablet / "var/lib/flatpak/app/org.example.Paint/current/active/files/share/metainfo"
    (notes / "org.example.Paint.metainfo.xml").write_text('<release date="2026-01-01" version="3.2"/>')
    (tablet / "var/lib/flatpak/.changed").write_text("again")

    assert {app.version for app in apps.look() if app.source == "flatpak"} == {"3.2"}


def deploy(place: Path, app: str, name: str, release: str) -> None:
    """Lay an app out as flatpak does: app/ID/ARCH/BRANCH/COMMIT, with two links."""
    commit = place / f"app/{app}/x86_64/stable/c0ffeec0ffeec0ffee"
    write(commit, f"export/share/applications/{app}.desktop", GIMP_ENTRY.replace("GIMP", name))
    notes = f'<component><releases><release type="stable" version="{release}"/></releases></component>'
    write(commit, f"files/share/metainfo/{app}.metainfo.xml", notes if release else "<component/>")
    (commit.parent / "active").symlink_to(commit.name)
    (place / f"app/{app}/current").symlink_to("x86_64/stable")
    (place / ".changed").touch()


def test_a_snap_has_its_name_and_version_and_its_base_came_along(tablet: Path) -> None:
    write(tablet, "snap/paint/12/meta/snap.yaml", "name: paint\ntitle: Paint Shop\nversion: '3.1'\ntype: app\n")
    write(tablet, "snap/core22/1/meta/snap.yaml", "name: core22\nversion: 20240111\ntype: base\n")
    (tablet / "snap/paint/current").symlink_to("12")
    (tablet / "snap/core22/current").symlink_to("1")

    found = apps_of(tablet).look()

    assert App("snap", "paint", "3.1", "Paint Shop") in found
    assert App("snap", "core22", "20240111", "", automatic=True) in found


@pytest.mark.parametrize("garbage", ["", "\0\xff\n\n:::\nPackage\n", "[Desktop Entry]\nType", "Package: x\n" * 5000])
def test_garbage_anywhere_is_no_app_and_no_error(tablet: Path, garbage: str) -> None:
    for name in (
        "var/lib/dpkg/status",
        "var/lib/apt/extended_states",
        "var/lib/dpkg/info/gimp.list",
        "home/cleo/.local/share/applications/x.desktop",
        "snap/x/current/meta/snap.yaml",
        "var/lib/flatpak/app/org.example/current/active/files/share/metainfo/org.example.xml",
    ):
        write(tablet, name, garbage)

    assert keys(apps_of(tablet).look()) <= {"flatpak:org.example", "desktop:gimp.desktop"}


def test_half_a_package_is_nobodys_app_while_dpkg_is_at_work(tablet: Path) -> None:
    apps = apps_of(tablet)
    before = apps.look()
    with at_work(tablet):
        write(tablet, "usr/share/applications/ludo.desktop", GIMP_ENTRY.replace("GIMP", "Ludo"))
        assert apps.look() == before
        write(tablet, "var/lib/dpkg/info/ludo.list", "/usr/share/applications/ludo.desktop\n")
        write(tablet, "var/lib/dpkg/status", f"{GIMP}\n{BABL.replace('libbabl', 'ludo')}")

    assert keys(apps.look()) == {"dpkg:gimp", "dpkg:ludo"}


def test_a_lock_that_is_never_given_back_hides_nothing(tablet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.device.linux.apps.PATIENCE", 0.0)
    apps = apps_of(tablet)
    apps.look()
    with at_work(tablet):
        write(tablet, "usr/share/applications/ludo.desktop", GIMP_ENTRY.replace("GIMP", "Ludo"))

        assert "desktop:ludo.desktop" in keys(apps.look())


@contextmanager
def at_work(tablet: Path) -> Iterator[None]:
    """Hold dpkg's lock, as dpkg does while it unpacks."""
    lock = write(tablet, "var/lib/dpkg/lock", "")
    hold = (
        "import fcntl, sys; lock = open(sys.argv[1], 'w'); fcntl.lockf(lock, fcntl.LOCK_EX); print('held', flush=True)"
    )
    line = [sys.executable, "-c", f"{hold}; sys.stdin.read()", str(lock)]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as dpkg:
        assert dpkg.stdout
        assert dpkg.stdout.readline() == b"held\n"
        yield
        dpkg.terminate()


@needs("root", "dpkg", "dpkg-deb")
def test_a_package_that_dpkg_itself_installs_and_removes_is_seen(tmp_path: Path) -> None:
    root = private_root(tmp_path)
    apps = Apps(lambda: (), root)
    assert apps.look() == ()

    dpkg(root, "--install", str(package(tmp_path)))
    assert apps.look() == (App("dpkg", "larkfield-game", "1.0", "Ludo"),)

    dpkg(root, "--remove", "larkfield-game")
    assert apps.look() == ()


def private_root(folder: Path) -> Path:
    """The least that dpkg needs of a system."""
    root = folder / "root"
    for name in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log", "usr/share/applications"):
        (root / name).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    return root


def package(folder: Path) -> Path:
    """A small package of our own, with an entry in the menu."""
    tree = folder / "larkfield-game"
    control = "Package: larkfield-game\nVersion: 1.0\nArchitecture: all\nMaintainer: Ada <ada@larkfield.test>\n"
    write(tree, "DEBIAN/control", control + "Description: a game\n")
    write(tree, "usr/share/applications/ludo.desktop", GIMP_ENTRY.replace("GIMP", "Ludo"))
    made = folder / "larkfield-game.deb"
    subprocess.run(["/usr/bin/dpkg-deb", "--build", "--root-owner-group", tree, made], check=True, capture_output=True)
    return made


def dpkg(root: Path, *what: str) -> None:
    """Run dpkg on a root of our own."""
    line = ["/usr/bin/dpkg", f"--root={root}", "--force-not-root", f"--log={root}/var/log/dpkg.log", *what]
    subprocess.run(line, check=True, capture_output=True)


@pytest.mark.timeout(60)
def test_what_people_lay_in_their_menus_keeps_nobody_waiting(tablet: Path) -> None:
    menu = tablet / "home/cleo/.local/share/applications"
    write(tablet, "home/cleo/.local/share/applications/long.desktop", HOSTILE)
    os.mkfifo(menu / "pipe.desktop")
    paint = "home/cleo/.local/share/flatpak/app/org.example.Paint/current/active"
    write(tablet, f"{paint}/files/share/metainfo/org.example.Paint.xml", "<release " * 100_000)
    (menu / "device.desktop").symlink_to("/dev/zero")
    found = Apps(lambda: [tablet / "home/cleo"], tablet).look()
    assert {"desktop:long.desktop", "flatpak:org.example.Paint"} <= {app.key for app in found}
    assert not {"desktop:pipe.desktop", "desktop:device.desktop"} & {app.key for app in found}
