"""One round: look, judge, act, tell. Every wake-up runs the same round, whatever woke it."""

from dataclasses import dataclass

from agent.acting import Acting
from agent.looking import Looking
from agent.seams import Journals, Ledger
from agent.telling import Telling
from agreement.agreement import Agreement
from agreement.facts import Tablet
from agreement.rulings import Finding, Lock, Order


@dataclass
class Round:
    """The whole agent, given its parts. Rounds never overlap: one thread runs them."""

    ledger: Ledger
    journals: Journals
    looking: Looking
    acting: Acting
    telling: Telling

    def run(self) -> None:
        """Look, judge, act, tell. A lost tablet is locked first: it does not wait for its photos to be read."""
        standing = self.ledger.standing()
        lost = standing.lost if standing else None
        if lost:
            self.acting.act([Lock(lost)])
        tablet = self.looking.look(lost)
        findings, orders = judged(standing.agreement if standing else Agreement(), tablet)
        opened = self.ledger.turn(findings, tablet.at)
        self.acting.act([order for order in orders if not isinstance(order, Lock)])
        self.journals.consider(self.ledger.waiting())
        self.telling.tell(standing, tablet, opened)


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
