"""Walking the watched folders: every picture and video, following no link, whatever its name is made of."""

import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.media.kinds import is_derived, is_media

log = logging.getLogger(__name__)


@dataclass
class Scan:
    """One walk. What could not be seen is counted by reason, never by name: a name may be a child's."""

    roots: tuple[str, ...]
    unseen: dict[str, int] = field(default_factory=dict)

    def media(self) -> Iterator[tuple[str, os.stat_result]]:
        """Every picture and video that is not empty: its path, and what the disk says of it."""
        for path, entry in self.files():
            if is_media(entry.name):
                status = self.status(entry)
                if status and stat.S_ISREG(status.st_mode) and status.st_size > 0:
                    yield path, status

    def files(self) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
        """Every name that is not a folder or a link, but for those in folders of thumbnails and trash."""
        below = list(self.roots)
        while below:
            folder = below.pop()
            for entry in self.entries(folder):
                if entry.is_symlink():
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if not is_derived(entry.name):
                        below.append(entry.path)
                else:
                    yield entry.path, entry

    def entries(self, folder: str) -> list["os.DirEntry[str]"]:
        """What is in a folder; nothing where it is not there, is a link, or is closed to us."""
        try:
            if folder in self.roots and stat.S_ISLNK(os.lstat(folder).st_mode):
                self.missed("is a symbolic link")
                return []
            with os.scandir(folder) as entries:
                return list(entries)
        except FileNotFoundError:
            return []
        except OSError as failure:
            self.missed(str(failure.strerror))
            return []

    def status(self, entry: "os.DirEntry[str]") -> os.stat_result | None:
        """What the disk says of a file; None when it is gone, or cannot be seen."""
        try:
            return entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as failure:
            self.missed(str(failure.strerror))
            return None

    def missed(self, why: str) -> None:
        """Count what could not be seen."""
        self.unseen[why] = self.unseen.get(why, 0) + 1
