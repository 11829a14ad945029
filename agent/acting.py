"""Act: carry out what the agreement ordered, and note what became of it."""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from agent.seams import Clock, Courier, Hands, Intent, Ledger, Media, PurgeRefusedError, Senses
from agreement.clauses.secure_network import shown
from agreement.facts import Lost, Network, Photo
from agreement.letters import AgentNote, Done
from agreement.rulings import Admit, Block, Lock, Order, Purge

log = logging.getLogger(__name__)


@dataclass
class Acting:
    """The hands of the agent."""

    clock: Clock
    senses: Senses
    hands: Hands
    media: Media
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
                self.purge(photo)
            case Block(networks):
                self.fence(f"cut off: {names(networks)}", lambda: self.hands.block(self.courier.endpoints()))
            case Admit(()):
                self.release()
            case Admit(networks):
                self.fence(f"open: {names(networks)}", self.hands.admit)
            case Lock(lost):
                self.lock(lost)

    def purge(self, photo: Photo) -> None:
        """Remove one photo: intent first, then the deed, then the record (law 3)."""
        intent = self.ledger.intend(photo)
        try:
            copies = self.media.purge(intent.file)
        except PurgeRefusedError as refusal:
            log.warning("a photo that is in the journal stays: %s", refusal)
            self.ledger.abandon(intent, str(refusal), self.clock.now())
            return
        self.ledger.purged(intent, copies, self.clock.now())

    def recover(self) -> None:
        """Finish or report every purge that a crash, or a disk that failed, cut short."""
        for intent in self.ledger.intents():
            with survived():
                self.close(intent)

    def close(self, intent: Intent) -> None:
        """Close one purge that was cut short: begin it again another time, or finish it."""
        if self.media.is_there(intent.file):
            self.ledger.abandon(intent, "", self.clock.now())
        else:
            self.finish(intent)

    def finish(self, intent: Intent) -> None:
        """Close a purge whose deed was done when it was cut short; its copies go now."""
        self.ledger.purged(intent, self.media.purge_copies(intent.file), self.clock.now())
        self.ledger.post(AgentNote("purge finished after it was cut short", intent.file.digest), self.clock.now())

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


@contextlib.contextmanager
def survived() -> Iterator[None]:
    """One deed that fails, however it fails, holds up no other: a lock, a cut-off, the next photo."""
    try:
        yield
    except Exception:
        log.exception("an order could not be carried out, or not be written down")


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
