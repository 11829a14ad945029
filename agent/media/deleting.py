"""Deleting one photo: checked again on the open descriptor, every name of it, durable on return.

The order is that of the threat: the way to the file is walked without following links, the file is opened, a lease
keeps others out, and what the open descriptor shows is compared with what the evidence is about. Between the last
comparison of the name and the unlink lie microseconds, which no system call of Linux can close.
"""

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from typing import NoReturn

from agent.media.digests import digest
from agent.media.holders import Holders
from agent.media.lease import Alone, HeldError, alone
from agent.media.places import Place, identity, place, same
from agent.media.search import Search
from agent.seams.photos import FoundFile, PurgePostponedError, PurgeRefusedError

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


Proof = Callable[[int], bool]
"""Tells of an open file whether it is what is to be removed. Raises OSError."""


class ChangedError(Exception):
    """Another file stands where the one that was checked stood."""


def refuse(why: str) -> NoReturn:
    """Refuse in one sentence, without the photo's name: it travels to the controller. Raises PurgeRefusedError."""
    msg = f"The photo stays: {why}."
    raise PurgeRefusedError(msg)


@contextlib.contextmanager
def as_it_was() -> Iterator[None]:
    """Whatever fails in here leaves the photo as it was. Raises PurgeRefusedError in place of OSError."""
    try:
        yield
    except HeldError as held:
        msg = "The photo stays for now: another program has it open."
        raise PurgePostponedError(msg) from held
    except ChangedError:
        refuse("it was exchanged while it was being checked")
    except OSError as failure:
        refuse(WHY.get(failure.errno or 0, failure.strerror or "the system does not say why"))


def delete(
    file: FoundFile, roots: tuple[str, ...], holders: Holders, search: Callable[[], Search]
) -> tuple[Place, ...]:
    """Delete this very file under all its names, while nobody else has it open; gives the other names that it had.

    Its own name goes last, so that a deletion cut short is begun again and not taken for done.
    Raises PurgeRefusedError while the file is as it was; OSError when it is gone and that could not be made durable.
    """
    own = place(file.path, roots)
    if own is None:
        refuse("it is not in a watched folder")
    with contextlib.ExitStack() as held:
        with as_it_was():
            folder, descriptor = held.enter_context(own.opened())
            check_name(file, os.fstat(descriptor))
            still = held.enter_context(alone(descriptor, holders))
            check_content(file, descriptor)
            others = other_names(file, own, search, os.fstat(descriptor).st_nlink)
            for other in others:
                unlink(other, descriptor, still)
            if os.fstat(descriptor).st_nlink > 1:
                refuse("it was given another name while it was being checked")
            unlink_in(folder, own.name, descriptor, still)
        os.fsync(folder)
    return others


def remove(copy: Place, is_it: Proof, holders: Holders) -> None:
    """Remove one copy of a file durably, while nobody else has it open and it is proved to be one.

    Raises HeldError; ChangedError when it is no copy, or was exchanged; OSError.
    """
    with copy.opened() as (folder, descriptor), alone(descriptor, holders) as still:
        if not is_it(descriptor):
            raise ChangedError
        unlink_in(folder, copy.name, descriptor, still)
        os.fsync(folder)


def check_name(file: FoundFile, status: os.stat_result) -> None:
    """Compare the open file with what was found, by what the disk says of it."""
    if identity(status)[:2] != (file.device, file.inode):
        refuse("another file stands in its place")
    if identity(status) != (file.device, file.inode, file.size, file.mtime_ns):
        refuse("it was changed since it was found")


def check_content(file: FoundFile, descriptor: int) -> None:
    """Compare the digest; nothing may have changed while it was read."""
    before = os.fstat(descriptor)
    if digest(descriptor) != file.digest:
        refuse("its content is not what is in the journal")
    if not same(before, os.fstat(descriptor)):
        refuse("it was changed while it was being checked")


def other_names(file: FoundFile, own: Place, search: Callable[[], Search], links: int) -> tuple[Place, ...]:
    """The other names of the file. One that is not found, or may not be touched, would keep the picture: refused."""
    if links <= 1:
        return ()
    others = tuple(name for name in names_of(file, search()) if not is_name(name, own))
    if len(others) != links - 1:
        refuse("it has another name outside the watched folders, under which the picture would remain")
    return others


def names_of(file: FoundFile, search: Search) -> Iterator[Place]:
    """Every name of this file's inode that may be removed. A folder that is seen by two paths is searched by one."""
    for seen in search.of(file.size):
        if seen.file == (file.device, file.inode) and (seen.is_photo or not seen.is_spared):
            yield seen.place


def is_name(one: Place, other: Place) -> bool:
    """Tell whether two places are the same name in the same folder, by whatever path. Raises OSError."""
    if one.name != other.name:
        return False
    with one.folder() as first, other.folder() as second:
        return os.path.samestat(os.fstat(first), os.fstat(second))


def unlink(name: Place, descriptor: int, still: Alone) -> None:
    """Remove one of several names, durably."""
    with name.folder() as folder:
        unlink_in(folder, name.name, descriptor, still)
        os.fsync(folder)


def unlink_in(folder: int, name: str, descriptor: int, still: Alone) -> None:
    """Remove a name, when it still is a name of the open file. Raises ChangedError, HeldError, OSError."""
    there, ours = os.stat(name, dir_fd=folder, follow_symlinks=False), os.fstat(descriptor)
    if (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
        raise ChangedError
    if not still():
        raise HeldError
    os.unlink(name, dir_fd=folder)
