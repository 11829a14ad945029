"""One folder an operating system, chosen once, at the door.

Nothing else in the agent asks which system it runs on. What is not known yet is refused with a sentence, never guessed.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from agent.device.terms import Terms
from agent.seams.tablet import Hands, Senses

__all__ = [
    "Monitor",
    "Terms",
    "UnknownSystemError",
    "changes",
    "notify",
    "package_files",
    "show_file",
    "this_device",
    "tidy",
]


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


def this_device(terms: Terms) -> tuple[Senses, Hands]:
    """Give the senses and hands of the tablet that this runs on. Raises UnknownSystemError."""
    if sys.platform == "linux":
        from agent.device.linux.tablet import linux  # noqa: PLC0415 - only where it can run

        return linux(terms)
    raise unknown()


def changes() -> Monitor:
    """What becomes readable when the tablet's networks, or what cuts them off, may have changed. Raises OSError."""
    if sys.platform == "linux":
        from agent.device.linux.waking import Changes  # noqa: PLC0415 - only where it can run

        return Changes()
    raise unknown()


def package_files(terms: Terms) -> tuple[Path, ...]:
    """Files whose folders change when an app comes, changes or goes. Raises UnknownSystemError."""
    if sys.platform == "linux":
        from agent.device.linux.apps import Apps  # noqa: PLC0415 - only where it can run

        return Apps(terms.homes).files() if terms.watch_apps else ()
    raise unknown()


def show_file(path: Path) -> None:
    """Open a file with whatever this person opens such files with. Raises OSError."""
    if sys.platform != "linux":
        raise unknown()
    from agent.device.linux.commands import XDG_OPEN  # noqa: PLC0415 - only where it can run

    XDG_OPEN.start_in_session(str(path))


def notify(title: str, words: str, button: str, shown: Callable[[], None], stays: float) -> bool:
    """Show a notice on this person's screen; True when it was touched within `stays` seconds. Raises OSError."""
    if sys.platform != "linux":
        raise unknown()
    from agent.device.linux.notices import Notice, show  # noqa: PLC0415 - only where it can run

    return show(Notice(title, words, button), shown, stays)


def tidy() -> None:
    """Give memory back that is no longer needed, where the system can be asked to take it."""
    if sys.platform == "linux":
        from agent.device.linux.memory import tidy as give_back  # noqa: PLC0415 - only where it can run

        give_back()


def unknown() -> UnknownSystemError:
    """Say that this system is not known."""
    msg = f"the agent does not know this operating system yet ({sys.platform}); it runs on Linux"
    return UnknownSystemError(msg)
