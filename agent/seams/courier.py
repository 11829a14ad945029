"""What the agent hears from the controller, and how its letters get there."""

from collections.abc import Sequence
from datetime import timedelta
from typing import IO, Protocol

from agent.seams.tablet import Endpoint
from agreement.imports import Claim, ImportList, IndexPage
from agreement.letters import CheckIn, Receipt, Standing


class UndeliveredError(Exception):
    """The controller could not be reached; the letter waits."""


class Courier(Protocol):
    """Carries letters to the controller, signed, over TLS to the pinned certificate."""

    def exchange(self, letter: CheckIn) -> Receipt:
        """Deliver a check-in. Raises UndeliveredError, or RefusedError when the controller will not have it."""
        ...

    def wait(self, seen: int, patience: timedelta) -> Standing | None:
        """Hold the line until there is a standing newer than `seen`; None when patience ends. Raises as exchange."""
        ...

    def endpoints(self) -> tuple[Endpoint, ...]:
        """The controller's addresses as last known, so that they can be left open when all else is cut off."""
        ...


class Exports(Protocol):
    """The journal's exports, as the controller offers them. Every method raises UndeliveredError, RefusedError."""

    def imports(self, after: int) -> ImportList:
        """The imports after this number that are ready, the oldest first."""
        ...

    def index(self, number: int, after: str) -> IndexPage:
        """One page of an import's pictures, those after this id; from the beginning when it is empty."""
        ...

    def picture(self, name: str, target: IO[bytes], most: int) -> None:
        """Write one picture of the journal into a file: at most so many bytes. Raises OSError too."""
        ...

    def claim(self, number: int, claims: Sequence[Claim]) -> frozenset[str]:
        """Claim pictures of an import, each for one photo, at most MAX_CLAIMS; gives those that are granted, durably.

        The same claim is granted again, whichever tablet makes it; a picture that another photo has is not.
        """
        ...
