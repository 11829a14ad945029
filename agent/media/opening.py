"""Opening the very file that a look found, for whoever reads it: along no link, and no other file in its place."""

import contextlib
import os
from collections.abc import Iterator

from agent.media.places import Place, identity
from agent.seams.photos import FoundFile, PurgeRefusedError


@contextlib.contextmanager
def opened(where: Place | None, file: FoundFile) -> Iterator[int]:
    """The file that was found, as a descriptor for reading, closed at the end. Raises PurgeRefusedError."""
    if where is None:
        msg = "The photo stays: it is not in a watched folder."
        raise PurgeRefusedError(msg)
    with contextlib.ExitStack() as held:
        try:
            _, descriptor = held.enter_context(where.opened())
            status = os.fstat(descriptor)
        except OSError as failure:
            msg = f"The photo stays: it cannot be read ({failure.strerror})."
            raise PurgeRefusedError(msg) from failure
        if identity(status) != (file.device, file.inode, file.size, file.mtime_ns):
            msg = "The photo stays: another file stands in its place."
            raise PurgeRefusedError(msg)
        yield descriptor
