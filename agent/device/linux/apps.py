"""Every app on the tablet: Debian packages, flatpaks, snaps, and programs that no package system knows.

All of it is read from the package systems' own files: no program is run, and what did not change is not read again.
Not seen: a program that is only copied into a folder, without an entry in a menu.
"""

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from agent.device.linux import desktop, files
from agent.device.linux.desktop import Entry
from agent.device.linux.files import Remembered
from agreement.facts import App

STATUS: Final = "var/lib/dpkg/status"
EXTENDED: Final = "var/lib/apt/extended_states"
LOCK: Final = "var/lib/dpkg/lock"
PATIENCE: Final = 600.0
"""Seconds that dpkg may be at work before apps are looked at all the same."""

LISTS: Final = "var/lib/dpkg/info"
MENU = b"/usr/share/applications/"
MOST_STATUS: Final = 64 << 20
FLATPAK: Final = "var/lib/flatpak"
PERSONAL_FLATPAK: Final = ".local/share/flatpak"
SNAP: Final = "snap"

FIELDS = ("Package:", "Status:", "Version:", "Architecture:", "Auto-Installed:")
RELEASE = re.compile(r'<release\b[^<>]*?\bversion="([^"<]{1,100})"')  # never past the next tag: people write these too
YAML = re.compile(r"""^(name|version|title|type):\s*['"]?(.*?)['"]?\s*$""", re.MULTILINE)


class Apps:
    """Looks at every package system below one root, and in the homes of people."""

    def __init__(self, homes: Callable[[], Sequence[Path]], root: Path = Path("/")) -> None:
        self._root, self._homes = root, homes
        self._owned: dict[str, tuple[files.Stamp, tuple[str, ...]]] = {}
        self._dpkg = Remembered(self.dpkg, self.dpkg_files)
        self._flatpak = Remembered(self.flatpak, self.flatpak_files)
        self._snap = Remembered(self.snap, self.snap_files)
        self._others = Remembered(self.others, lambda: (*self.dpkg_files(), *self.menus()))
        self._apps: tuple[App, ...] = ()
        self._waiting_since: float | None = None

    def look(self) -> tuple[App, ...]:
        """Every installed app; the same tuple as before when nothing changed. Raises OSError.

        While dpkg is at work, half of a package is there and belongs to nobody: the last answer stands for that long.
        """
        return self._apps if self._apps and self.must_wait() else self.read()

    def must_wait(self) -> bool:
        """Tell whether dpkg is at work; one that takes too long is not waited for."""
        if not files.is_locked(self._root / LOCK):
            self._waiting_since = None
            return False
        self._waiting_since = self._waiting_since or time.monotonic()
        return time.monotonic() - self._waiting_since < PATIENCE

    def read(self) -> tuple[App, ...]:
        """Ask each package system again, as far as its files changed."""
        dpkg, dpkg_is_new = self._dpkg.get()
        flatpak, flatpak_is_new = self._flatpak.get()
        snap, snap_is_new = self._snap.get()
        others, others_are_new = self._others.get()
        if dpkg_is_new or flatpak_is_new or snap_is_new or others_are_new:
            strange = desktop.strangers(others, {entry.path.name: entry for entry in self.packaged()})
            self._apps = (*dpkg, *flatpak, *snap, *(App("desktop", e.path.name, "", e.name) for e in strange))
        return self._apps

    def files(self) -> tuple[Path, ...]:
        """Files whose folder tells of every change, when watched: status files, and one in each menu."""
        menus = [self._root / place for place in desktop.SYSTEM] + [home / desktop.PERSONAL for home in self._homes()]
        changed = [place / ".changed" for place in self.installations()]
        return (
            *self.dpkg_files(),
            *changed,
            *(menu / "mimeinfo.cache" for menu in menus),
            self._root / SNAP / "README",
        )

    # Debian packages

    def dpkg_files(self) -> tuple[Path, ...]:
        """What dpkg and apt write when something is installed or removed."""
        return self._root / STATUS, self._root / EXTENDED

    def dpkg(self) -> tuple[App, ...]:
        """Every package that is installed properly. Raises OSError when dpkg's own file cannot be read."""
        path = self._root / STATUS
        if not path.exists():
            return ()
        automatic = automatically(self._root / EXTENDED)
        names = {package: entry.name for package, entry in self.menu_of_packages()}
        with path.open("rb") as status:
            return tuple(installed(stanzas(status), automatic, names))

    def menu_of_packages(self) -> Iterator[tuple[str, Entry]]:
        """Each package's first entry in the menu."""
        for package, names in self.owned().items():
            found = (desktop.read(self._root / MENU.decode().lstrip("/") / name) for name in names)
            for entry in sorted((e for e in found if e), key=lambda e: not e.shown)[:1]:
                yield package, entry

    def owned(self) -> Mapping[str, tuple[str, ...]]:
        """The menu entries that each package brought; only lists that changed are read again."""
        kept, self._owned = self._owned, {}
        for path in lists(self._root / LISTS):
            stamp = files.stamp(path)
            before = kept.get(path.stem)
            names = before[1] if before and before[0] == stamp else entries_in(path)
            self._owned[path.stem] = (stamp, names)
        return {stem.split(":")[0]: names for stem, (_, names) in self._owned.items() if names}

    # flatpak

    def installations(self) -> tuple[Path, ...]:
        """Where flatpak keeps apps: the system's, and each person's."""
        return self._root / FLATPAK, *(home / PERSONAL_FLATPAK for home in self._homes())

    def flatpak_files(self) -> tuple[Path, ...]:
        """What flatpak writes after every change."""
        return tuple(path for place in self.installations() for path in (place / ".changed", place / "app"))

    def flatpak(self) -> tuple[App, ...]:
        """Every flatpak app; runtimes are no apps."""
        found = (flatpak_app(path) for place in self.installations() for path in files.children(place / "app"))
        return tuple({app.key: app for app in found if app}.values())

    # snap

    def snap_files(self) -> tuple[Path, ...]:
        """Each snap's folder changes with its revision."""
        return self._root / SNAP, *files.children(self._root / SNAP)

    def snap(self) -> tuple[App, ...]:
        """Every snap; bases and the snap daemon came along with others."""
        found = (snap_app(path / "current/meta/snap.yaml") for path in files.children(self._root / SNAP))
        return tuple(app for app in found if app)

    # everything else

    def menus(self) -> tuple[Path, ...]:
        """Where menu entries lie that may belong to nobody, with every entry: one may change in its place."""
        folders = [*(self._root / place for place in desktop.SYSTEM), *(h / desktop.PERSONAL for h in self._homes())]
        return *folders, *(entry for folder in folders[1:] for entry in files.children(folder))

    def others(self) -> tuple[Entry, ...]:
        """Every entry in the menus of the system and of people, apart from those that a Debian package brought."""
        owned = {name for _, names in self._owned.values() for name in names}
        system = desktop.entries(self._root / desktop.SYSTEM[0])
        rest = [
            e for folder in self.menus()[1:] for e in desktop.entries(folder) if e.path != self._root / desktop.OURS
        ]
        return (*(entry for entry in system if entry.path.name not in owned), *rest)

    def packaged(self) -> Iterator[Entry]:
        """Every menu entry that a package system brought."""
        owned = {name for _, names in self._owned.values() for name in names}
        exports = [place / "exports/share/applications" for place in self.installations()]
        exports.append(self._root / "var/lib/snapd/desktop/applications")
        for folder in exports:
            yield from desktop.entries(folder)
        for entry in desktop.entries(self._root / desktop.SYSTEM[0]):
            if entry.path.name in owned:
                yield entry


def lists(folder: Path) -> Iterator[Path]:
    """The lists of files that dpkg keeps, one a package, thousands of them."""
    try:
        with os.scandir(folder) as found:
            names = [entry.name for entry in found if entry.name.endswith(".list")]
    except OSError:
        return
    yield from (folder / name for name in sorted(names))


def stanzas(file: BinaryIO) -> Iterator[dict[str, str]]:
    """The paragraphs of a Debian control file, only the fields that are asked for; never all of it in memory."""
    paragraph: dict[str, str] = {}
    for line in lines(file):
        if line.startswith(FIELDS):
            name, _, value = line.partition(":")
            paragraph[name] = value.strip()
        elif paragraph and not line.strip():
            yield paragraph
            paragraph = {}
    if paragraph:
        yield paragraph


def lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a file as text, up to MOST_STATUS bytes in all."""
    left = MOST_STATUS
    while left > 0 and (line := file.readline(left)):
        left -= len(line)
        yield line.decode("utf-8", "replace")


def automatically(path: Path) -> frozenset[str]:
    """The packages that came along with others, by apt's word; none where it has none."""
    try:
        with path.open("rb") as extended:
            found = [s for s in stanzas(extended) if s.get("Auto-Installed") == "1"]
    except OSError:
        return frozenset()
    return frozenset(s["Package"] for s in found if "Package" in s)


def installed(found: Iterable[dict[str, str]], automatic: frozenset[str], names: Mapping[str, str]) -> Iterator[App]:
    """The packages that are there; the second architecture of one is named with it."""
    told = set()
    for stanza in found:
        if stanza.get("Status") != "install ok installed" or "Package" not in stanza:
            continue
        package = stanza["Package"]
        key = f"{package}:{stanza.get('Architecture', '')}" if package in told else package
        told.add(package)
        yield App("dpkg", key, stanza.get("Version", ""), names.get(package, ""), package in automatic)


def entries_in(path: Path) -> tuple[str, ...]:
    """The menu entries in one package's list of files. Most lists have none, so they are searched as bytes."""
    try:
        data = path.read_bytes()
    except OSError:
        return ()
    if MENU not in data:
        return ()
    lines = (line.removeprefix(MENU) for line in data.splitlines() if line.startswith(MENU))
    return tuple(line.decode("utf-8", "replace") for line in lines if line.endswith(b".desktop"))


def flatpak_app(path: Path) -> App | None:
    """One flatpak app; its version by its own notes, else its branch and the start of its commit."""
    active = path / "current" / "active"
    if not active.exists():
        return None
    entry = desktop.read(active / "export/share/applications" / f"{path.name}.desktop")
    return App("flatpak", path.name, flatpak_version(path, active), entry.name if entry else "")


def flatpak_version(path: Path, active: Path) -> str:
    """The newest release that the app's own notes name, else branch and commit."""
    for place in ("files/share/metainfo", "files/share/appdata"):
        for note in files.children(active / place):
            if note.name.startswith(path.name) and (release := RELEASE.search(files.text(note))):
                return release[1]
    deployed = active.resolve()
    return f"{deployed.parent.name} {deployed.name[:12]}"


def snap_app(notes: Path) -> App | None:
    """One snap, by the notes inside it."""
    about = dict(YAML.findall(files.text(notes)))
    if not about.get("name"):
        return None
    kind = about.get("type", "app")
    return App("snap", about["name"], about.get("version", ""), about.get("title", ""), automatic=kind != "app")
