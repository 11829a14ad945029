"""The disks as the system has put them together: where one begins, and by which other paths the same file is seen.

Source: proc_pid_mountinfo(5). A bind mount shows one folder in two places; a file in it has one inode and one device.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

ESCAPED = re.compile(r"\\([0-7]{3})")
SYSTEM = ("/boot", "/dev", "/etc", "/nix", "/opt", "/proc", "/run", "/snap", "/srv", "/sys", "/usr", "/var")
CARDS = ("/run/media", "/var/media")
"""Where desktops mount cards and sticks, inside folders that are otherwise the system's."""

LASTING = frozenset({"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "tmpfs", "xfs", "zfs"})
"""File systems that store a file's inode number. Others, such as those of cards and FUSE, make one up when asked."""

DISKS = LASTING | {"exfat", "fuseblk", "hfs", "hfsplus", "msdos", "ntfs", "ntfs3", "udf", "vfat"}
"""File systems of disks and cards in this very tablet."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One folder of one disk, and where it is seen."""

    device: str  # major:minor
    root: str  # the folder, as the disk itself names it
    point: str
    kind: str = ""  # of file system


@dataclass(frozen=True)
class Mounts:
    """What is mounted, in the order in which it was."""

    all: tuple[Mount, ...]

    def of(self, path: str) -> Mount | None:
        """The mount that a path is on: the longest that holds it, and of those the last."""
        best: Mount | None = None
        for mount in self.all:
            if is_below(path, mount.point) and (best is None or len(mount.point) >= len(best.point)):
                best = mount
        return best

    def top(self, folder: str) -> str:
        """The top folder of the disk that a folder is on."""
        mount = self.of(os.path.realpath(folder))
        return mount.point if mount else "/"

    def keeps_inodes(self, path: str) -> bool:
        """Tell whether a file is known by its inode for good here; False where that cannot be told."""
        mount = self.of(os.path.realpath(path))
        return mount is not None and mount.kind in LASTING

    @cached_property
    def twice(self) -> frozenset[str]:
        """The devices that are mounted in more than one place."""
        devices = [mount.device for mount in self.all]
        return frozenset(device for device in devices if devices.count(device) > 1)

    def aliases(self, path: str) -> Iterator[str]:
        """Every path by which this file is seen, its own first."""
        yield path
        mount = self.of(path)
        if mount is None or mount.device not in self.twice:
            return
        inside = joined(mount.root, path[len(mount.point.rstrip("/")) :])
        for other in self.all:
            if other != mount and other.device == mount.device and is_below(inside, other.root):
                yield joined(other.point, inside[len(other.root.rstrip("/")) :])

    def volumes(self, roots: Iterable[str], homes: Iterable[str]) -> tuple[str, ...]:
        """The tops of the disks with watched folders that hold nothing but somebody's files, such as a card.

        A share of the network is none: what is removed there is removed for all, and it may be where the journal is.
        """
        found = {mount.point for root in roots if (mount := self.of(os.path.realpath(root))) and mount.kind in DISKS}
        return tuple(sorted(top for top in found if is_a_card(top) and not any(is_below(home, top) for home in homes)))


def read(path: str = "/proc/self/mountinfo") -> Mounts:
    """What is mounted now; nothing where that cannot be told."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as lines:  # noqa: PTH123 - /proc
            return Mounts(tuple(mount(line) for line in lines))
    except OSError:
        return Mounts(())


def mount(line: str) -> Mount:
    """One line: id, parent, device, root, mount point, options and more."""
    _, _, device, root, point, rest = line.split(" ", 5)
    return Mount(device, plain(root), plain(point), rest.partition(" - ")[2].split(" ")[0])


def plain(text: str) -> str:
    """A path without the escapes, in which a space is written in octal; what is not UTF-8 is as it is."""
    return ESCAPED.sub(lambda escape: chr(int(escape[1], 8)), text)


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is a folder, or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def joined(folder: str, rest: str) -> str:
    """A folder and what follows it, which begins with a slash or is empty."""
    return folder.rstrip("/") + (rest if rest.startswith("/") or not rest else f"/{rest}") or "/"


def is_a_card(top: str) -> bool:
    """Tell whether a disk's top may be searched as a whole."""
    if any(is_below(top, place) and top != place for place in CARDS):
        return True
    return top != "/" and not any(is_below(top, place) for place in SYSTEM)
