"""Look: one view of the whole tablet, at one instant, through senses that may fail one by one."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from agent.seams import Clock, Ledger, Media, Senses
from agreement.facts import App, Lost, Medium, Network, Tablet
from agreement.letters import Done

log = logging.getLogger(__name__)
Seen = TypeVar("Seen")

UNSEEN = Network(interface="unknown", medium=Medium.OTHER)
"""Stands for a network that cannot be seen: never trusted, so that a blind agent cuts off rather than lets through."""


@dataclass
class Looking:
    """The eyes of the agent."""

    device: str
    clock: Clock
    senses: Senses
    media: Media
    ledger: Ledger
    watch_apps: bool = True

    def look(self, lost: Lost | None) -> Tablet:
        """See the whole tablet. What cannot be seen is told, and judged with caution."""
        at = self.clock.now()
        photos = self.sense("photos", lambda: self.ledger.note(self.media.settled(), at)) or ()
        networks = self.sense("network", self.senses.networks)
        networks = (UNSEEN,) if networks is None else networks
        sessions = self.sense("sessions", self.senses.sessions) or ()
        apps, baseline = self.apps()
        return Tablet(self.device, at, photos, networks, apps, baseline, sessions, lost)

    def apps(self) -> tuple[tuple[App, ...], frozenset[str]]:
        """What is installed, and what was at enrolment; what came, changed or went is noted on the way."""
        apps = self.sense("apps", self.senses.apps) if self.watch_apps else None
        if apps is None:
            return (), frozenset()
        return apps, self.ledger.inventory(apps, self.senses.history(), self.clock.now())

    def sense(self, name: str, look: Callable[[], Seen]) -> Seen | None:
        """Use one sense; None when it fails. That is news, once, and so is that it works again."""
        try:
            seen = look()
        except OSError as failure:
            if self.ledger.ended("look", name, (Done.FAILED, str(failure)), self.clock.now()):
                log.warning("cannot see %s: %s", name, failure)
            return None
        self.ledger.ended("look", name, (Done.DONE, ""), self.clock.now())
        return seen
