"""Clause 12: “Immediately report the loss or damage of any device”.

A reported tablet locks at every look, so that a session opened after the first lock is locked too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from agreement.facts import Tablet
from agreement.rulings import Finding, Lock, Ruling


@dataclass(frozen=True, slots=True)
class LostOrDamaged:
    """A tablet reported lost is locked at once, and says whom to call."""

    call: str = "Please call the nursery."

    number: ClassVar[int] = 12
    title: ClassVar[str] = "Lost or damaged is reported at once"

    def judge(self, tablet: Tablet) -> Iterator[Ruling]:
        """Lock while the report stands."""
        lost = tablet.lost
        if lost is None:
            return
        what = f"This tablet was reported {lost.kind}."
        yield Finding(
            self.number, lost.incident, what, "Open the incident; close it when the tablet is found.", lost.since
        )
        yield Lock(lost)
