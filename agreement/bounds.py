"""How much a process may use that decodes pictures from outside: one place for every child that does, on both sides.

It stands on the lowest floor of the agreement, because both the agent and the controller have such children, meet
nowhere else, and the controller may not load agreement/matching. The agreement touches no system, so the module that
does (`resource`) is handed in, as times are.
"""

from dataclasses import dataclass
from typing import Protocol

MEMORY = 3 * 1024**3
"""Bytes of address space: room for the largest picture that is decoded here and for the libraries, not for a bomb."""


class Limits(Protocol):
    """What is used of the standard library's `resource`."""

    RLIM_INFINITY: int
    RLIMIT_AS: int
    RLIMIT_CORE: int
    RLIMIT_CPU: int
    RLIMIT_FSIZE: int
    RLIMIT_NOFILE: int

    def getrlimit(self, resource: int, /) -> tuple[int, int]:
        """The soft and the hard limit of this process."""
        ...

    def setrlimit(self, resource: int, limits: tuple[int, int], /) -> None:
        """Set both. Raises ValueError where that is refused."""
        ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one kind of child may use. No child may write a file, or leave an image of its memory behind."""

    memory: int = MEMORY  # bytes of address space
    seconds: int | None = None  # of the processor, in its whole life; None where its parent watches the time
    files: int | None = None  # that are open at once; None where it opens none by itself

    def lay_on(self, limits: Limits) -> None:
        """Bind this process, for good. What is tighter already stays so. Raises ValueError where it is refused."""
        wanted = {
            limits.RLIMIT_AS: self.memory,
            limits.RLIMIT_FSIZE: 0,
            limits.RLIMIT_CORE: 0,
            limits.RLIMIT_CPU: self.seconds,
            limits.RLIMIT_NOFILE: self.files,
        }
        for limit, most in wanted.items():
            if most is not None:
                _, hard = limits.getrlimit(limit)
                least = most if hard == limits.RLIM_INFINITY else min(most, hard)
                limits.setrlimit(limit, (least, least))


JUDGING = Bounds()
"""Takes fingerprints and compares, for the agent and for `safeuse-agent match`; its parent ends one that hangs."""
DRAWING = Bounds(memory=2 * 1024**3, seconds=60)
"""Draws small pictures for the tablet's page: what would need more is not shown."""
READING = Bounds(seconds=1200, files=64)
"""Takes the fingerprints of an export, two hundred pictures a child."""
