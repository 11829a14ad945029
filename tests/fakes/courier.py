"""A controller in memory and the courier to it: believes what the real one believes, refuses what it refuses."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.seams.courier import Courier, UndeliveredError
from agent.seams.tablet import Endpoint
from agreement.letters import (
    GENESIS,
    CheckIn,
    News,
    Problem,
    Receipt,
    RefusedError,
    Standing,
    Unknown,
    What,
    chained,
    read,
    write,
)
from tests.fakes.clock import NOON


@dataclass
class Desk:
    """What the controller holds of one tablet."""

    standing: Standing
    now: datetime = NOON
    letters: list[CheckIn] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def receive(self, letter: CheckIn) -> Receipt:
        """Believe a letter, or refuse it as a whole."""
        if self.letters and letter.sequence <= self.letters[-1].sequence:
            msg = "two agents use one key"
            raise RefusedError(
                "clone", msg, Problem("clone", msg, standing=self.standing if self.standing.lost else None)
            )
        fresh = [piece for piece in letter.news if piece.number > len(self.news)]
        if fresh and fresh[0].number != len(self.news) + 1:
            msg = "news is missing"
            raise RefusedError("gap", msg)
        chained(self.news[-1].chain if self.news else GENESIS, fresh)
        self.letters.append(letter)
        self.news += fresh
        newer = self.standing if self.standing.sequence > letter.standing_seen else None
        return Receipt(len(self.news), self.now, newer)

    def change(self, standing: Standing) -> None:
        """Put a newer standing in force."""
        with self.changed:
            self.standing = standing
            self.changed.notify_all()

    def said(self) -> list[What | Unknown]:
        """What the tablet has told so far."""
        return [piece.said() for piece in self.news]


@dataclass
class FakeCourier(Courier):
    """Carries letters to a desk, while the way is open. `drops_answers` loses the way back."""

    desk: Desk
    open: bool = True
    drops_answers: bool = False

    def exchange(self, letter: CheckIn) -> Receipt:
        self.must_be_open()
        receipt = self.desk.receive(read(write(letter), CheckIn))
        if self.drops_answers:
            msg = "the answer was lost"
            raise UndeliveredError(msg)
        return read(write(receipt), Receipt)

    def wait(self, seen: int, patience: timedelta) -> Standing | None:
        self.must_be_open()
        with self.desk.changed:
            self.desk.changed.wait_for(lambda: self.desk.standing.sequence > seen, patience.total_seconds())
            return self.desk.standing if self.desk.standing.sequence > seen else None

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (Endpoint("192.0.2.1", 8443),)

    def must_be_open(self) -> None:
        """Fail as a courier fails that reaches nobody."""
        if not self.open:
            msg = "the controller cannot be reached"
            raise UndeliveredError(msg)
