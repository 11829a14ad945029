"""Clause 1: “Only use devices supplied by the setting for their intended use and in line with their role”.

Judged on the record: a tablet takes part by its key alone, so this clause has nothing to ask of one look at it.
The controller refuses strangers, and holds clones until the manager decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from agreement.facts import Tablet
from agreement.rulings import Ruling


@dataclass(frozen=True, slots=True)
class SuppliedDevices:
    """Only enrolled tablets take part."""

    number: ClassVar[int] = 1
    title: ClassVar[str] = "Only the setting’s own tablets"

    def judge(self, _tablet: Tablet) -> Iterator[Ruling]:
        """Nothing: identity is proved by every signed check-in, not by a look."""
        yield from ()
