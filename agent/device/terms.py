"""What the agent was told about the tablet that it runs on; the same for every operating system."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Terms:
    """Where to look, and what may not be done though it could be. The last three only decide what the register says."""

    homes: Callable[[], Sequence[Path]]  # the home folders that it answers for, as they are when asked
    watched: Callable[[], Sequence[Path]]  # the folders whose photos it looks after
    journals: Sequence[str] = ()  # where evidence may come from, by name
    enforce_network: bool = True
    watch_apps: bool = True
    bells: Path | None = None  # where sessions wait for reminders; None where the agent is no service
