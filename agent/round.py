"""One round: look, judge, act, tell. Every wake-up runs the same round, whatever woke it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.acting import Acting
from agent.clearing import clear_previews
from agent.looking import Looking
from agent.seams.journal import Imports, Journals
from agent.seams.ledger import Ledger
from agent.survived import survived
from agent.telling import Telling
from agreement.agreement import Agreement
from agreement.facts import Lost, Tablet
from agreement.letters import Standing
from agreement.rulings import Admit, Block, Discard, Finding, Hold, Lock, Order, Purge, PutBack, Remind

PHOTOS = (Purge, Hold, PutBack, Discard, Remind)
"""Orders about photos: the slow part of a round, which gives way to a newer standing."""


@dataclass
class Round:
    """The whole agent, given its parts. Rounds never overlap: one thread runs them."""

    ledger: Ledger
    journals: Journals
    imports: Imports
    looking: Looking
    acting: Acting
    telling: Telling
    went_by: Standing | None = None  # what the last round went by

    def run(self) -> None:
        """Look, judge, act, tell. A lost tablet is locked first: it does not wait for its photos to be read."""
        standing = self.went_by = self.ledger.standing()
        lost = standing.lost if standing else None
        if lost:
            self.acting.act([Lock(lost)])
        self.acting.removing.recover()
        tablet = self.looking.look(standing)
        agreement = standing.agreement if standing else Agreement()
        findings, orders = judged(agreement, tablet)
        self.acting.act(fences(agreement, orders))
        opened = self.ledger.turn([*findings, *self.looking.still_open()], tablet.at)
        if lost is None:
            self.imports.consider(standing.imports if standing else 0)
        self.acting.act(self.while_it_holds(self.ripe(orders, lost)))
        if not self.is_behind():
            with survived():
                clear_previews(self.looking.media, self.imports, self.ledger)
            self.deliver(orders)
            self.telling.tell(standing, tablet, opened)

    def ripe(self, orders: Iterable[Order], lost: Lost | None) -> Iterator[Order]:
        """The orders about photos that may be carried out now: a photo leaves only once it will be remembered.

        From a lost tablet it leaves at once: what a thief finds on it matters more.
        """
        for order in orders:
            if isinstance(order, PHOTOS):
                waits = isinstance(order, Purge | Hold) and not self.imports.remembers(order.photo.digest)
                if lost or not waits:
                    yield order

    def deliver(self, orders: Iterable[Order]) -> None:
        """Set the journals to work, but never on a network that is not trusted: not every tablet can be cut off."""
        if not any(isinstance(order, Block) for order in orders):
            self.journals.consider(self.ledger.waiting())

    def is_behind(self) -> bool:
        """Tell whether a newer standing has come since the last round began: it is gone by at once."""
        return self.ledger.standing() != self.went_by

    def while_it_holds(self, orders: Iterable[Order]) -> Iterator[Order]:
        """The orders, one by one, until a newer standing comes: a lock does not wait for a thousand photos."""
        for order in orders:
            if self.is_behind():
                return
            yield order


def fences(agreement: Agreement, orders: Iterable[Order]) -> list[Order]:
    """What decides whether the tablet may talk. It comes before anything is written: no full disk may hold it up."""
    if agreement.secure_network is None:
        return [Admit(())]
    return [order for order in orders if isinstance(order, Block | Admit)]


def judged(agreement: Agreement, tablet: Tablet) -> tuple[list[Finding], list[Order]]:
    """Ask the agreement, and sort what it answers."""
    findings: list[Finding] = []
    orders: list[Order] = []
    for ruling in agreement.judge(tablet):
        if isinstance(ruling, Finding):
            findings.append(ruling)
        else:
            orders.append(ruling)
    return findings, orders
