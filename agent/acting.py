"""Act: carry out what the agreement ordered, and note what became of it."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agent.removing import Removing
from agent.seams.courier import Courier
from agent.seams.ledger import Ledger
from agent.seams.tablet import Clock, Hands, Senses
from agent.survived import survived
from agreement.clauses.secure_network import shown
from agreement.facts import Lost, Network
from agreement.letters import Done
from agreement.rulings import Admit, Block, Discard, Hold, Lock, Order, Purge, PutBack, Remind

log = logging.getLogger(__name__)


@dataclass
class Acting:
    """The hands of the agent."""

    clock: Clock
    senses: Senses
    hands: Hands
    removing: Removing
    ledger: Ledger
    courier: Courier
    enforce_network: bool = True

    def act(self, orders: Iterable[Order]) -> None:
        """Carry out each order. One that fails does not stop the others; the next round tries again."""
        for order in orders:
            with survived():
                self.carry_out(order)

    def carry_out(self, order: Order) -> None:
        """Do what one order says."""
        match order:
            case Purge(photo):
                self.removing.purge(photo)
            case Hold(photo):
                self.removing.hold(photo)
            case PutBack(held, key):
                self.removing.put_back(held, key)
            case Discard(held):
                self.removing.discard(held)
            case Remind():
                self.remind(order)
            case Block(networks):
                self.fence(f"cut off: {names(networks)}", lambda: self.hands.block(self.courier.endpoints()))
            case Admit(()):
                self.release()
            case Admit(networks):
                self.fence(f"open: {names(networks)}", self.hands.admit)
            case Lock(lost):
                self.lock(lost)

    def remind(self, order: Remind) -> None:
        """Have people reminded; that nobody would see it is news, once."""
        try:
            self.hands.remind(order, self.clock.now())
        except OSError as failure:
            if self.ledger.ended("remind", "", (Done.FAILED, str(failure)), self.clock.now()):
                log.warning("nobody is reminded: %s", failure)
            return
        self.ledger.ended("remind", "", (Done.DONE, ""), self.clock.now())

    def fence(self, what: str, deed: Callable[[], None]) -> None:
        """Cut the network off, or open it; news only when that changed, or failed anew."""
        if not self.enforce_network:
            return
        try:
            deed()
        except OSError as failure:
            if self.ledger.ended("network", "", (Done.FAILED, f"not {what}: {failure}"), self.clock.now()):
                log.warning("network not %s: %s", what, failure)
            return
        self.ledger.ended("network", "", (Done.DONE, what), self.clock.now())

    def release(self) -> None:
        """No network is judged any more: open what was cut off while they were; nothing where nothing was."""
        done, what = self.ledger.outcome("network", "")
        if what and not (done is Done.DONE and what.startswith("open")):
            self.fence("open: networks are not judged any more", self.hands.admit)

    def lock(self, lost: Lost) -> None:
        """Lock every session; the outcome says how many were asked and how many screens confirmed."""
        try:
            asked = self.hands.lock(lost)
            open_still = sum(1 for session in self.senses.sessions() if not session.locked)
        except OSError as failure:
            if self.ledger.ended("lock", lost.incident, (Done.FAILED, str(failure)), self.clock.now()):
                log.warning("cannot lock: %s", failure)
            return
        outcome = Done.DONE, told(len(asked), open_still)
        self.ledger.ended("lock", lost.incident, outcome, self.clock.now())


def names(networks: Iterable[Network]) -> str:
    """Name several networks as a person would."""
    return ", ".join(shown(network) for network in networks)


def told(asked: int, open_still: int) -> str:
    """Say no more than is known about a lock."""
    if not open_still:
        return "every session is locked"
    if asked > open_still:
        return f"{asked - open_still} of {asked} sessions locked; the others were asked to and have not confirmed it"
    if open_still == 1:
        return "1 session was asked to lock and has not confirmed it"
    return f"{open_still} sessions were asked to lock and have not confirmed it"
