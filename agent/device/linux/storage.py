"""Whether what is stored on the tablet is encrypted at rest, by the kernel's own map of its disks.

True only when every folder that matters lies on dm-crypt (LUKS) all the way down, or is itself encrypted by the file
system (fscrypt). False says that the system encrypts nothing there; a disk that encrypts itself cannot be seen. None
where the kernel does not tell: overlays, network shares, memory.
"""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from agent.device.linux import files

GET_POLICY: Final = 0xC0096616  # FS_IOC_GET_ENCRYPTION_POLICY_EX
LONGEST: Final = 24  # bytes: struct fscrypt_policy_v2
ROOM: Final = 8 + LONGEST  # the argument: the size of the policy, and the policy
NO_DEVICE: Final = 0  # major number of file systems that lie on no single block device
DEEPEST: Final = 16  # a stack of devices deeper than this is a mistake


class Storage:
    """The tablet's disks, as far as some folders lie on them."""

    def __init__(self, sys: Path = Path("/sys"), mounts: Path = Path("/proc/self/mountinfo")) -> None:
        self._sys, self._mounts = sys, mounts

    def encrypted(self, folders: Iterable[Path]) -> bool | None:
        """Whether all of these folders are; folders that do not exist count as the nearest one above."""
        answers = [self.folder(existing(folder)) for folder in folders]
        if False in answers:
            return False
        return None if None in answers or not answers else True

    def folder(self, folder: Path) -> bool | None:
        """Whether one folder is."""
        if has_policy(folder):
            return True
        number = folder.stat().st_dev
        if os.major(number) != NO_DEVICE:
            return self.device(f"{os.major(number)}:{os.minor(number)}")
        return self.behind(f"{os.major(number)}:{os.minor(number)}")

    def behind(self, number: str) -> bool | None:
        """Whether the device is, by which a file system of its own kind (btrfs) says that it was mounted."""
        for fields in (line.split() for line in files.text(self._mounts).splitlines()):
            if len(fields) > 2 and fields[2] == number and "-" in fields:  # noqa: PLR2004 - proc(5): the third is the device
                source = Path(fields[fields.index("-") + 2])
                return self.device(block_number(source)) if str(source).startswith("/dev/") else None
        return None

    def device(self, number: str, depth: int = 0) -> bool | None:
        """Whether a block device is, or everything that it is made of."""
        about = self._sys / "dev/block" / number
        if not number or depth > DEEPEST or not about.exists():
            return None
        if files.line(about / "dm/uuid").startswith("CRYPT-"):
            return True
        if (about / "partition").exists():  # of a disk, or of an array that lies on others
            return self.device(files.line(about.resolve().parent / "dev"), depth + 1)
        parts = [self.device(files.line(part / "dev"), depth + 1) for part in files.children(about / "slaves")]
        if None in parts:
            return None
        return bool(parts) and all(parts)


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above that exists."""
    return next(path for path in (folder, *folder.absolute().parents) if can_be_seen(path))


def can_be_seen(path: Path) -> bool:
    """Tell whether something is there; what cannot be looked at, such as a person's own mount, is not."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def block_number(device: Path) -> str:
    """A block device's number as the kernel writes it; empty when it is none."""
    try:
        number = device.stat().st_rdev
    except OSError:
        return ""
    return f"{os.major(number)}:{os.minor(number)}" if number else ""


def has_policy(folder: Path) -> bool:
    """Tell whether the file system itself encrypts this folder (fscrypt)."""
    argument = bytearray(ROOM)
    argument[:8] = LONGEST.to_bytes(8, "little")
    try:
        where = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.ioctl(where, GET_POLICY, argument)
    except OSError:  # ENODATA: not encrypted; ENOTTY, EOPNOTSUPP: this file system never is
        return False
    finally:
        os.close(where)
    return True
