"""Tells systemd how the service fares, by the sd_notify protocol: one datagram a word (man 3 sd_notify)."""

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)

LONGEST = 200
"""Characters of a status line."""


class Notifier:
    """Speaks to the system's service manager; where none listens, every word is dropped.

    A word costs some ten microseconds, so `alive` may be said as often as is handy: between two pictures of a long
    round as well as between two rounds.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def ready(self) -> None:
        """The service has begun."""
        self.say("READY=1")

    def alive(self) -> None:
        """The service is not stuck; without this word for WatchdogSec, it is ended and started again."""
        self.say("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self.say(f"STATUS={' '.join(text.split())[:LONGEST]}")

    def stopping(self) -> None:
        """The service ends because it was told to."""
        self.say("STOPPING=1")

    def say(self, word: str) -> None:
        """Send one datagram. A manager that does not hear is no reason to stop working: it is logged."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as line:
                line.sendto(word.encode(), self._address)
        except OSError as failure:
            log.warning("systemd did not hear %s: %s", word.partition("=")[0], failure)
