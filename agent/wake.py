"""What starts a round: a file that was finished, a network that changed, a newer standing, a timer.

An event only asks for a round; the round looks afresh. A missed event costs one period, never a rule. Asking twice
before a round begins starts one round, so that a burst of a thousand photos does not start a thousand.
"""

import contextlib
import select
import socket
import stat
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from apscheduler.schedulers.background import BackgroundScheduler
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

Identity = tuple[int, int]


class Changes(Protocol):
    """A source of change that can be waited for by its file descriptor, such as a netlink socket."""

    def fileno(self) -> int:
        """The descriptor that becomes readable."""
        ...

    def drain(self) -> bool:
        """Read what has come; True when it may matter."""
        ...


class Wake:
    """A bell that remembers being rung, and why."""

    def __init__(self) -> None:
        self._bell = threading.Condition()
        self._reasons: set[str] = set()

    def ask(self, reason: str) -> None:
        """Ask for a round."""
        with self._bell:
            self._reasons.add(reason)
            self._bell.notify_all()

    def wait(self, patience: timedelta | None) -> frozenset[str]:
        """Wait until a round is asked for, or patience ends; gives the reasons, none when patience ended."""
        with self._bell:
            self._bell.wait_for(lambda: self._reasons, patience.total_seconds() if patience is not None else None)
            reasons, self._reasons = frozenset(self._reasons), set()
            return reasons


class Finished(FileSystemEventHandler):
    """Rings when a file was finished, moved or deleted; readers, and writers at work, do not ring."""

    def __init__(self, wake: Wake, reason: str, folder: str) -> None:
        self._wake, self._reason, self._folder = wake, reason, folder
        self.is_over = False

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Ask for a round; what happened is for the round to see. A watch ends with its folder."""
        self.is_over |= isinstance(event, DirDeletedEvent) and event.src_path == self._folder
        self._wake.ask(self._reason)


@dataclass(frozen=True, slots=True)
class Watched:
    """One folder that is watched: which one it was, and who listens."""

    identity: Identity
    handler: Finished
    watch: ObservedWatch


def identity(folder: Path) -> Identity | None:
    """Device and inode of a folder; None where it is not there, is a link, or cannot be looked at.

    A link is not followed: it may lead to the whole disk, and every file on it would wake the agent.
    """
    try:
        status = folder.lstat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


class Watches:
    """Everything that rings the bell by itself. Folders that do not exist yet are watched once they appear."""

    def __init__(self, wake: Wake, folders: Sequence[Path], files: Sequence[Path], every: timedelta) -> None:
        self._wake, self._folders, self._files = wake, tuple(folders), tuple(files)
        self._observer = Observer()
        self._watched: dict[Path, Watched] = {}
        self._timer = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
        self._timer.add_job(wake.ask, "interval", args=("time",), seconds=every.total_seconds())

    def start(self) -> None:
        """Begin to watch."""
        self._observer.start()
        self._timer.start()
        self.refresh()

    def refresh(self) -> None:
        """Watch folders that have appeared since; forget those that went."""
        for folder in self._folders:
            self.watch(folder, "file", recursive=True)
        for path in self._files:
            self.watch(path.parent, "system", recursive=False)

    def watch(self, folder: Path, reason: str, *, recursive: bool) -> None:
        """Watch one folder, if it is there and not watched yet; one that was made anew is watched anew."""
        there, held = identity(folder), self._watched.get(folder)
        if held and (held.identity != there or held.handler.is_over):
            self._observer.unschedule(held.watch)
            del self._watched[folder]
        if there and folder not in self._watched:
            self.begin(folder, there, reason, recursive=recursive)

    def begin(self, folder: Path, there: Identity, reason: str, *, recursive: bool) -> None:
        """Begin to watch one folder."""
        events: list[type[FileSystemEvent]] = [FileClosedEvent, FileMovedEvent, FileDeletedEvent]
        events += [
            FileCreatedEvent,
            DirCreatedEvent,
            DirMovedEvent,
            DirDeletedEvent,
        ]  # a file moved in from elsewhere counts as created
        with contextlib.suppress(
            OSError
        ):  # it went in between, or the system's limit of watches: the timer looks anyway
            handler = Finished(self._wake, reason, str(folder))
            watch = self._observer.schedule(handler, str(folder), recursive=recursive, event_filter=events)
            self._watched[folder] = Watched(there, handler, watch)

    def stop(self) -> None:
        """Stop watching; gives back every thread."""
        self._timer.shutdown(wait=True)
        self._observer.stop()
        self._observer.join()


class Listening(threading.Thread):
    """Rings when a source of change has something that matters. Sleeps otherwise."""

    def __init__(self, wake: Wake, changes: Changes, reason: str) -> None:
        super().__init__(name=f"listening for {reason}", daemon=True)
        self._wake, self._changes, self._reason = wake, changes, reason
        self._ended_r, self._ended_w = socket.socketpair()

    def run(self) -> None:
        """Wait for changes until stopped."""
        while True:
            readable, _, _ = select.select([self._changes.fileno(), self._ended_r.fileno()], [], [])
            if self._ended_r.fileno() in readable:
                return
            if self._changes.drain():
                self._wake.ask(self._reason)

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._ended_w.send(b"x")
        self.join()
        self._ended_r.close()
        self._ended_w.close()
