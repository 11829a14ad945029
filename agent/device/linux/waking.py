"""What wakes the agent: the network's picture changed, or somebody touched our firewall table."""

import contextlib
import errno
import select
import socket
from typing import Final

from agent.device.linux.rtnetlink import NetworkMonitor

NETFILTER: Final = 12  # NETLINK_NETFILTER
RULES_CHANGED: Final = 1 << 6  # NFNLGRP_NFTABLES, the seventh group
OURS: Final = b"safeuse\0"
"""The name of our table, as messages about it carry it."""

BUFFER: Final = 1 << 16
MOST_READS: Final = 256
"""Datagrams taken from the socket in one go; the rest makes it readable again."""


class RuleMonitor:
    """Becomes readable when firewall rules change. Raises OSError where the process may not know (it needs root)."""

    def __init__(self) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        self._line = socket.socket(socket.AF_NETLINK, kind, NETFILTER)
        try:
            self._line.bind((0, RULES_CHANGED))
        except OSError:
            self._line.close()
            raise

    def fileno(self) -> int:
        """The descriptor to select on."""
        return self._line.fileno()

    def drain(self) -> bool:
        """Read what has come; True when some of it was about our table, or too much came to know."""
        told = False
        with contextlib.suppress(BlockingIOError):
            for _ in range(MOST_READS):
                told |= self.one()
        return told

    def one(self) -> bool:
        """Read one datagram. Raises BlockingIOError when there is none."""
        try:
            return OURS in self._line.recv(BUFFER)
        except OSError as failure:
            if failure.errno != errno.ENOBUFS:
                raise
            return True

    def close(self) -> None:
        """Give the descriptor back."""
        self._line.close()


class Changes:
    """Both together, behind one descriptor. Without the right to hear of rules, the network alone."""

    def __init__(self) -> None:
        self._parts: list[NetworkMonitor | RuleMonitor] = [NetworkMonitor()]
        with contextlib.suppress(PermissionError):
            self._parts.append(RuleMonitor())
        self._any = select.epoll()
        for part in self._parts:
            self._any.register(part, select.EPOLLIN)

    def fileno(self) -> int:
        """The descriptor to select on."""
        return self._any.fileno()

    def drain(self) -> bool:
        """Read what has come; True when it may matter."""
        matters = False
        for part in self._parts:
            matters |= part.drain()
        return matters

    def close(self) -> None:
        """Give every descriptor back."""
        self._any.close()
        for part in self._parts:
            part.close()
