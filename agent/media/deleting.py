"""Deleting one photo: checked again on the open descriptor, every name of it, durable on return.

The order is that of the threat: the way to the file is walked without following links, the file is opened, and what
the open descriptor shows is compared with what the evidence is about. Between the last comparison of the name and the
unlink lie microseconds, which no system call of Linux can close.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from typing import NoReturn

from agent.media.digests import digest
from agent.media.places import Place, identity, place, same
from agent.media.scan import Scan
from agent.media.writers import Writers
from agent.seams import FoundFile, PurgeRefusedError

WHY = {
    errno.ENOENT: "it is not where it was",
    errno.ELOOP: "a symbolic link stands in its place",
    errno.ENOTDIR: "a symbolic link or a file stands in the place of its folder",
    errno.EINVAL: "something that is not a file stands in its place",
    errno.ENXIO: "something that is not a file stands in its place",
    errno.EISDIR: "a folder stands in its place",
    errno.EACCES: "the agent may not delete it: no permission",
    errno.EPERM: "the system protects it: it is marked as unchangeable, or the agent has no right to it",
    errno.EROFS: "the disk is read-only",
    errno.EBUSY: "the system is using it",
    errno.EIO: "the disk cannot read it",
}


def refuse(why: str) -> NoReturn:
    """Refuse in one sentence, without the photo's name: it travels to the controller. Raises PurgeRefusedError."""
    msg = f"The photo stays: {why}."
    raise PurgeRefusedError(msg)


@contextlib.contextmanager
def as_it_was() -> Iterator[None]:
    """Whatever fails in here leaves the photo as it was. Raises PurgeRefusedError in place of OSError."""
    try:
        yield
    except OSError as failure:
        refuse(WHY.get(failure.errno or 0, failure.strerror or "the system does not say why"))


def delete(file: FoundFile, roots: tuple[str, ...], writers: Writers) -> tuple[Place, ...]:
    """Delete this very file under all its names; gives the names that it had beside its own.

    Its own name goes last, so that a deletion cut short is begun again and not taken for done.
    Raises PurgeRefusedError while the file is as it was; OSError when it is gone and that could not be made durable.
    """
    own = place(file.path, roots)
    if own is None:
        refuse("it is not in a watched folder")
    with contextlib.ExitStack() as held:
        with as_it_was():
            folder, descriptor = held.enter_context(own.opened())
            check(file, descriptor, writers)
            others = other_names(file, own, roots, os.fstat(descriptor).st_nlink)
            for other in others:
                unlink(other, descriptor)
            if os.fstat(descriptor).st_nlink > 1:
                refuse("it was given another name while it was being checked")
            unlink_in(folder, own.name, descriptor)
        os.fsync(folder)
    return others


def check(file: FoundFile, descriptor: int, writers: Writers) -> None:
    """Compare the open file with what was found; the digest last, and nothing may have changed while it was read."""
    before = os.fstat(descriptor)
    if identity(before)[:2] != (file.device, file.inode):
        refuse("another file stands in its place")
    if identity(before) != (file.device, file.inode, file.size, file.mtime_ns):
        refuse("it was changed since it was found")
    if writers.holding(file.device, file.inode):
        refuse("a program has it open for writing")
    if digest(descriptor) != file.digest:
        refuse("its content is not what is in the journal")
    if not same(before, os.fstat(descriptor)):
        refuse("it was changed while it was being checked")


def other_names(file: FoundFile, own: Place, roots: tuple[str, ...], links: int) -> tuple[Place, ...]:
    """The other names of the file in the watched folders. A name elsewhere would keep the picture: refused."""
    if links <= 1:
        return ()
    others = tuple(name for name in names_of(file, roots) if name != own)
    if len(others) != links - 1:
        refuse("it has another name outside the watched folders, under which the picture would remain")
    return others


def names_of(file: FoundFile, roots: tuple[str, ...]) -> Iterator[Place]:
    """Every name in the watched folders that this file's inode has."""
    for path, entry in Scan(roots).files():
        if entry.inode() == file.inode:
            status = entry.stat(follow_symlinks=False)
            name = place(path, roots)
            if name and (status.st_dev, status.st_ino) == (file.device, file.inode):
                yield name


def unlink(name: Place, descriptor: int) -> None:
    """Remove one of several names, durably."""
    with name.folder() as folder:
        unlink_in(folder, name.name, descriptor)
        os.fsync(folder)


def unlink_in(folder: int, name: str, descriptor: int) -> None:
    """Remove a name, when it still is a name of the open file."""
    there, ours = os.stat(name, dir_fd=folder, follow_symlinks=False), os.fstat(descriptor)
    if (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
        refuse("it was exchanged while it was being checked")
    os.unlink(name, dir_fd=folder)
