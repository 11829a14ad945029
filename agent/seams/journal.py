"""Where evidence comes from that a photo is in the journal. Slow, so it works beside the round, never inside it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from agent.seams.photos import FoundFile


class Journals(Protocol):
    """Where evidence of "added" comes from. Slow and remote, so it works beside the round, never inside it."""

    def consider(self, waiting: Sequence[FoundFile]) -> None:
        """Start delivering or looking for these, unless that is under way; evidence arrives later, by callback."""
        ...

    def stop(self) -> None:
        """End the work under way; what was not proved is not evidence."""
        ...


class Imports(Protocol):
    """Which photos are in the journal's exports: slow, so it works beside the round, never inside it."""

    def consider(self, newest: int) -> None:
        """Take fingerprints of new photos, and work through the exports up to this number; returns at once."""
        ...

    def remembers(self, digest: str) -> bool:
        """Tell whether a photo may leave: its fingerprint was taken, or cannot be."""
        ...

    def glance(self, files: Sequence[FoundFile]) -> Mapping[FoundFile, bytes]:
        """The fingerprints of these small pictures, empty where there is none; as far as they were looked at.

        Returns at once: the others are looked at, and a round is asked for then.
        """
        ...

    def stop(self) -> None:
        """End the work under way; it begins anew at the next start."""
        ...
