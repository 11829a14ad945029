"""Who installed what, and when: by dpkg's and apt's own logs.

dpkg notes when; apt notes who asked (when that was through sudo or a software centre). Both write local time.
"""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from agent.device.linux import files
from agent.device.linux.files import Remembered
from agent.seams.tablet import AppEvent

DPKG: Final = "var/log/dpkg.log"
APT: Final = "var/log/apt/history.log"
ROTATED = (".1", "")
"""Older first, so that newer lines win."""

DPKG_LINE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:install|upgrade|remove|purge) ([^\s:]+)", re.MULTILINE)
CHANGES = ("Install", "Upgrade", "Downgrade", "Reinstall", "Remove", "Purge")
SLACK = timedelta(seconds=2)
"""dpkg and apt read the clock one after the other."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One run of apt: from when to when, by whom, about which packages."""

    start: datetime
    end: datetime
    by: str
    packages: frozenset[str]


@dataclass(slots=True)
class Logs:
    """What the logs say: the last change of each package, and every run of apt in order."""

    changes: dict[str, datetime] = field(default_factory=dict)
    errands: list[Errand] = field(default_factory=list)


class History:
    """The package systems' own logs, read when first asked, and again when they grew."""

    def __init__(self, root: Path = Path("/"), zone: tzinfo | None = None) -> None:
        """Take where the file system begins, and the zone that the logs are written in: the system's, if not given."""
        self._root, self._zone = root, zone
        self._logs = Remembered(self.read, self.sources)

    def last(self, key: str) -> AppEvent | None:
        """The last change of the app with this App.key, where it is logged."""
        source, _, package = key.partition(":")
        if source != "dpkg":
            return None
        logs, _ = self._logs.get()
        package = package.split(":")[0]
        at = logs.changes.get(package)
        errand = errand_of(logs.errands, package, at)
        if at is None:
            return AppEvent(errand.end, errand.by) if errand else None
        return AppEvent(at, errand.by if errand else "")

    def sources(self) -> tuple[Path, ...]:
        """The logs, and the one before each."""
        return tuple(self._root / f"{log}{old}" for log in (DPKG, APT) for old in ROTATED)

    def read(self) -> Logs:
        """Read the ends of the logs; what is garbled is left out."""
        logs = Logs()
        for old in ROTATED:
            for at, package in DPKG_LINE.findall(files.tail(self._root / f"{DPKG}{old}")):
                if when := self.utc(at):
                    logs.changes[package] = when
            logs.errands += self.errands(files.tail(self._root / f"{APT}{old}"))
        logs.errands.sort(key=lambda errand: errand.start)
        return logs

    def errands(self, text: str) -> Iterator[Errand]:
        """The runs of apt in a piece of its log."""
        for block in text.split("\n\n"):
            said = dict(line.partition(": ")[::2] for line in block.splitlines())
            start = self.utc(said.get("Start-Date", ""))
            if start:
                end = self.utc(said.get("End-Date", "")) or start
                packages = frozenset(name for change in CHANGES for name in named(said.get(change, "")))
                yield Errand(start, end, said.get("Requested-By", "").partition(" (")[0], packages)

    def utc(self, text: str) -> datetime | None:
        """Local time as the logs write it, as UTC; None when it is none."""
        try:
            local = datetime.strptime(" ".join(text.split()), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the zone follows
        except ValueError:
            return None
        return (local.replace(tzinfo=self._zone) if self._zone else local).astimezone(UTC)


def named(text: str) -> Iterator[str]:
    """The packages in a line such as "gimp:amd64 (2.10.34-1), libbabl:amd64 (0.1, automatic)"."""
    yield from re.findall(r"(?:^|, )([a-z0-9][a-z0-9+.-]*)(?=[: ])", text)


def errand_of(errands: list[Errand], package: str, at: datetime | None) -> Errand | None:
    """The run of apt that made this change of the package; the last one about it when no time is known."""
    until = len(errands) if at is None else bisect.bisect_right(errands, at + SLACK, key=lambda e: e.start)
    for errand in reversed(errands[:until]):
        if package in errand.packages:
            return errand if at is None or at <= errand.end + SLACK else None
    return None
