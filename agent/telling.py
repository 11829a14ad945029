"""Tell: the posture as it is now and the news so far, in a signed check-in; and what the controller answers.

A check-in goes out when there is news, when the posture or the standing changed, or when it is time. Between two
check-ins the long poll shows the controller that the tablet is there.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from agent import __version__
from agent.seams.courier import Courier, UndeliveredError
from agent.seams.ledger import Ledger
from agent.seams.tablet import Clock, Hands, Senses
from agreement.agreement import Agreement
from agreement.clauses.secure_network import SecureNetwork
from agreement.clauses.uploaded_photos import UploadedPhotos
from agreement.facts import Network, Tablet
from agreement.letters import (
    MAX_NEWS,
    CheckIn,
    Level,
    Machine,
    Mark,
    Posture,
    Receipt,
    RefusedError,
    SeenNetwork,
    Standing,
)
from agreement.rulings import Finding

log = logging.getLogger(__name__)
Seen = TypeVar("Seen")

FIRST_RETRY, LAST_RETRY = timedelta(seconds=5), timedelta(minutes=5)
"""A controller that does not answer is asked again after 5 s, then ever later, up to 5 minutes."""


@dataclass(frozen=True, slots=True)
class State:
    """What a check-in tells beside the news."""

    posture: Posture
    applied: int  # the standing that is gone by
    imports_done: int


@dataclass
class Telling:
    """The voice of the agent."""

    device: str
    clock: Clock
    senses: Senses
    hands: Hands
    ledger: Ledger
    courier: Courier
    every: timedelta = timedelta(minutes=5)
    trouble: str = ""  # why the last check-in did not arrive; empty when it did
    _machine: Machine | None = None
    _told: "State | None" = None
    _told_at: datetime | None = None
    _silent_until: datetime | None = None
    _pause: timedelta = field(default=FIRST_RETRY)

    def tell(self, standing: Standing | None, tablet: Tablet, findings: Sequence[Finding]) -> None:
        """Send what there is to say, letter after letter, until nothing is left or the controller cannot be reached.

        `standing` is what this round went by; a newer one may have come since, and has not been applied yet.
        """
        posture = self.posture(standing.agreement if standing else Agreement(), tablet, findings)
        state = State(posture, standing.sequence if standing else 0, self.ledger.imports_done())
        while self.has_something_to_say(state, tablet.at):
            if not self.send(state, tablet.at):
                return

    def due_in(self) -> timedelta:
        """How long until telling should be tried again though nothing happened."""
        now = self.clock.now()
        if self._silent_until:
            return self._silent_until - now if self.is_silent(now) else timedelta()
        return max((self._told_at or now) + self.every - now, timedelta())

    def hurry(self) -> None:
        """Try again at once: the network changed, or the controller answered elsewhere."""
        self._silent_until = None

    def is_silent(self, now: datetime) -> bool:
        """Tell whether the next try must wait. A clock that was set back since the last one holds nothing up."""
        return self._silent_until is not None and now < self._silent_until <= now + LAST_RETRY

    def has_something_to_say(self, state: "State", now: datetime) -> bool:
        """Tell whether a check-in should go out now."""
        if self.is_silent(now):
            return False
        if self._told_at is None or now - self._told_at >= self.every or now < self._told_at:
            return True
        return state != self._told or bool(self.ledger.unsent(1))

    def send(self, state: "State", now: datetime) -> bool:
        """Send one check-in; True when it arrived."""
        standing = self.ledger.standing()
        seen = standing.sequence if standing else 0
        news = self.ledger.unsent(MAX_NEWS)
        number = self.ledger.next_sequence()
        letter = CheckIn(
            self.device, number, now, __version__, seen, state.applied, state.posture, news, state.imports_done
        )
        try:
            receipt = self.courier.exchange(letter)
        except UndeliveredError as failure:
            self.failed(str(failure))
            return False
        except RefusedError as refusal:
            self.refused(refusal)
            return False
        self.arrived(receipt)
        self._told, self._told_at = state, now
        if news and receipt.number < news[-1].number:
            self.failed("the controller answered, and does not hold what it was told")
            return False
        return True

    def arrived(self, receipt: Receipt) -> None:
        """The controller holds it, durably: forget what it holds, take what it sent."""
        self.ledger.confirmed(receipt.number)
        self.clock.correct(receipt.now)
        if receipt.standing:
            self.keep(receipt.standing)
        self.trouble, self._silent_until, self._pause = "", None, FIRST_RETRY

    def keep(self, standing: Standing) -> None:
        """Take a newer standing; an older or foreign one is refused, and what holds goes on holding."""
        try:
            self.ledger.keep(standing)
        except RefusedError as refusal:
            log.warning("standing refused: %s", refusal)

    def failed(self, why: str) -> None:
        """Wait longer before each further try."""
        if why != self.trouble:
            log.warning("not told: %s", why)
        self.trouble = why
        self._silent_until = self.clock.now() + self._pause
        self._pause = min(self._pause * 2, LAST_RETRY)

    def refused(self, refusal: RefusedError) -> None:
        """Keep everything, and ask again later: a person has to decide. A loss is obeyed even so."""
        problem = refusal.problem
        if problem and problem.standing:
            self.keep(problem.standing)
        self._pause = LAST_RETRY
        self.failed(str(refusal))

    def posture(self, agreement: Agreement, tablet: Tablet, findings: Sequence[Finding]) -> Posture:
        """Sum the tablet up; never a name of a file, a person or a place."""
        overdue = sum(f.count for f in findings if f.clause == UploadedPhotos.number)
        return Posture(
            photos=self.ledger.counts(tablet.at, overdue),
            networks=tuple(as_seen(agreement, network) for network in tablet.networks),
            register=in_force(agreement, self.hands.register()),
            encrypted=known(self.senses.encrypted),
            screen_lock=known(self.senses.screen_lock),
            battery=known(self.senses.battery),
            sessions=len(tablet.sessions),
            locked=sum(1 for session in tablet.sessions if session.locked),
            apps=len(tablet.apps),
            machine=self.machine(),
        )

    def machine(self) -> Machine:
        """What kind of tablet this is; looked up once."""
        if self._machine is None:
            self._machine = known(self.senses.machine)
        return self._machine or Machine()


def known(sense: Callable[[], Seen | None]) -> Seen | None:
    """What a sense says; None, which says that it cannot be known, when it fails."""
    try:
        return sense()
    except OSError as failure:
        log.warning("a part of the posture cannot be seen: %s", failure)
        return None


def in_force(agreement: Agreement, register: Sequence[Mark]) -> tuple[Mark, ...]:
    """The register as it is under these terms: a clause that is not in force is not kept, whatever the hands can do."""
    if agreement.secure_network:
        return tuple(register)
    nothing = Mark(SecureNetwork.number, Level.NOT_YET, "No network is trusted yet, so none can be told from another.")
    return tuple(nothing if mark.clause == nothing.clause else mark for mark in register)


def as_seen(agreement: Agreement, network: Network) -> SeenNetwork:
    """A network as it is told, with whether the manager trusts it."""
    clause = agreement.secure_network
    return SeenNetwork(
        interface=network.interface,
        medium=network.medium,
        name=network.name,
        security=network.security,
        bssid=network.bssid,
        gateway=network.gateway,
        gateway_mac=network.gateway_mac,
        trusted=clause.trusts(network) if clause else None,
    )
