"""One folder an operating system, chosen once, at the door.

Nothing else in the agent asks which system it runs on. What is not known yet is refused with a sentence, never guessed.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from agent.seams import Hands, Senses


class Monitor(Protocol):
    """A source of change that can be waited for by its file descriptor."""

    def fileno(self) -> int:
        """The descriptor that becomes readable."""
        ...

    def drain(self) -> bool:
        """Read what has come; True when it may matter."""
        ...

    def close(self) -> None:
        """Give the descriptor back."""
        ...


class UnknownSystemError(OSError):
    """The agent does not know this operating system yet."""


def this_device(
    homes: Callable[[], Sequence[Path]],
    watched: Callable[[], Sequence[Path]],
    journals: Sequence[str] = (),
    *,
    enforce_network: bool = True,
    watch_apps: bool = True,
) -> tuple[Senses, Hands]:
    """Give the senses and hands of the tablet that this runs on.

    `homes` and `watched` say which home folders and photo folders the agent answers for, as they are when asked; a
    person may be added later. `journals` names where evidence may come from, and with the two switches only decides
    what the register says. Raises UnknownSystemError.
    """
    if sys.platform == "linux":
        from agent.device.linux.tablet import Terms, linux  # noqa: PLC0415 - only where it can run

        return linux(Terms(homes, watched, tuple(journals), enforce_network, watch_apps))
    raise unknown()


def monitors() -> tuple[Monitor, ...]:
    """What becomes readable when something changed that a round should look at. Raises OSError."""
    if sys.platform == "linux":
        from agent.device.linux.rtnetlink import NetworkMonitor  # noqa: PLC0415 - only where it can run

        return (NetworkMonitor(),)
    raise unknown()


def package_files(homes: Callable[[], Sequence[Path]]) -> tuple[Path, ...]:
    """The files and folders that change when an app comes, changes or goes. Raises UnknownSystemError."""
    if sys.platform == "linux":
        from agent.device.linux.apps import Apps  # noqa: PLC0415 - only where it can run

        return Apps(homes).files()
    raise unknown()


def unknown() -> UnknownSystemError:
    """Say that this system is not known."""
    msg = f"the agent does not know this operating system yet ({sys.platform}); it runs on Linux"
    return UnknownSystemError(msg)
