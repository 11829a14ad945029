"""Being alone with a file: a lease that the system grants only while nobody else has it open, for reading neither.

Linux counts who has a file open, whatever the program, its user or its view of the disks, and files mapped into memory
too (fcntl(2), F_SETLEASE; fs/locks.c, check_conflicting_open). While a write lease is held, whoever opens the file
waits, and the lease says so: there is no moment in between. Measured on ext4, tmpfs, overlay and FUSE. Network file
systems know no leases, and for the files of others CAP_LEASE is needed: there /proc has to do (see holders.py).

On a card that ignores capitals the system may take one file for two, by how its name is written: /proc is asked too.
"""

import contextlib
import errno
import fcntl
import os
import signal
from collections.abc import Callable, Iterator

from agent.media.holders import Holders
from agent.media.mounts import read


class HeldError(Exception):
    """Another program has the file open."""


Alone = Callable[[], bool]
"""Tells whether nobody has tried to open the file since."""


@contextlib.contextmanager
def alone(descriptor: int, holders: Holders) -> Iterator[Alone]:
    """Be alone with an open file. Raises HeldError when another program has it open."""
    if leased(descriptor):
        try:
            if is_open_by_name(descriptor, holders):
                raise HeldError
            yield lambda: fcntl.fcntl(descriptor, fcntl.F_GETLEASE) == fcntl.F_WRLCK
        finally:
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return
    status = os.fstat(descriptor)
    if holders.holding(status.st_dev, status.st_ino):
        raise HeldError
    yield lambda: True


def is_open_by_name(descriptor: int, holders: Holders) -> bool:
    """Tell whether another program has the file open under a name that only its disk takes for the same."""
    try:
        path = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 - a link of the system's own
    except OSError:
        return False
    return not read().keeps_inodes(path) and holders.holding_name(path)


def leased(descriptor: int) -> bool:
    """Take a write lease; False where there are none. Raises HeldError.

    The signal that tells of somebody who waits would end this process by default; SIGURG is ignored by default.
    """
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except OSError as failure:
        if failure.errno == errno.EAGAIN:
            raise HeldError from failure
        return False
    return True
