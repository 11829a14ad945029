"""Look: one view of the whole tablet, at one instant, through senses that may fail one by one."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from agent.seams.ledger import Ledger
from agent.seams.photos import Media
from agent.seams.tablet import Clock, Senses
from agreement.clauses.approved_apps import ApprovedApps
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.facts import App, Medium, Network, Tablet
from agreement.letters import Done, Standing
from agreement.rulings import Finding

log = logging.getLogger(__name__)
Seen = TypeVar("Seen")

UNSEEN = Network(interface="unknown", medium=Medium.OTHER)
"""Stands for a network that cannot be seen: never trusted, so that a blind agent cuts off rather than lets through."""

CLAUSES = {"photos": UploadedPhotos.number, "apps": ApprovedApps.number}
"""Which clause is judged on what a sense sees. A network that cannot be seen is a finding of its own."""


@dataclass
class Looking:
    """The eyes of the agent."""

    device: str
    clock: Clock
    senses: Senses
    media: Media
    ledger: Ledger
    watch_apps: bool = True
    blind: frozenset[str] = frozenset()  # the senses that failed at the last look

    def look(self, standing: Standing | None) -> Tablet:
        """See the whole tablet. What cannot be seen is told, and judged with caution."""
        at = self.clock.now()
        photos = self.sense("photos", lambda: self.ledger.note(self.media.settled(), at)) or ()
        networks = self.sense("network", self.senses.networks)
        networks = (UNSEEN,) if networks is None else networks
        sessions = self.sense("sessions", self.senses.sessions) or ()
        apps, baseline = self.apps()
        seen = Tablet(self.device, at, photos, networks, apps, baseline, sessions)
        return with_standing(replace(seen, held=self.sense("held photos", self.ledger.held) or ()), standing)

    def apps(self) -> tuple[tuple[App, ...], frozenset[str]]:
        """What is installed, and what was at enrolment; what came, changed or went is noted on the way."""
        seen = self.sense("apps", self.inventory) if self.watch_apps else None
        return seen or ((), frozenset())

    def inventory(self) -> tuple[tuple[App, ...], frozenset[str]]:
        """Look at the apps, and compare with the last look. Raises OSError."""
        apps = self.senses.apps()
        return apps, self.ledger.inventory(apps, self.senses.history(), self.clock.now())

    def sense(self, name: str, look: Callable[[], Seen]) -> Seen | None:
        """Use one sense; None when it fails, however it fails. That is news, once, and so is that it works again."""
        try:
            seen = look()
        except Exception as failure:
            if self.is_news(name, (Done.FAILED, str(failure) or type(failure).__name__)):
                log.exception("cannot see %s", name)
            self.blind |= {name}
            return None
        self.is_news(name, (Done.DONE, ""))
        self.blind -= {name}
        return seen

    def is_news(self, name: str, outcome: tuple[Done, str]) -> bool:
        """Note how a sense fared. A ledger that cannot be written to must not make the other senses blind."""
        try:
            return self.ledger.ended("look", name, outcome, self.clock.now())
        except OSError:
            log.exception("it cannot be written down how looking at %s went", name)
            return False

    def still_open(self) -> list[Finding]:
        """The findings about what cannot be seen now: nobody knows that they are mended, so they stay."""
        unseen = {clause for name, clause in CLAUSES.items() if name in self.blind}
        return [finding for finding in self.ledger.open_findings() if finding.clause in unseen] if unseen else []


def with_standing(tablet: Tablet, standing: Standing | None) -> Tablet:
    """A look at the tablet with what the controller says of it."""
    if standing is None:
        return tablet
    return replace(tablet, lost=standing.lost, give_back=standing.give_back, keeps=standing.keeps)
