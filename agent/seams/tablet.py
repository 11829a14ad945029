"""What the tablet is to the agent: its time, what can be seen of it, and what it can be made to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agreement.facts import App, Lost, Network, Session
from agreement.letters import Machine, Mark
from agreement.rulings import Remind


class Clock(Protocol):
    """The time, corrected by what the controller says it is."""

    def now(self) -> datetime:
        """The present, aware UTC."""
        ...

    def correct(self, controller: datetime) -> None:
        """Learn the controller's time; every later `now` goes by it."""
        ...


class Senses(Protocol):
    """What the tablet can tell about itself. A sense that fails raises OSError; the round goes on without it."""

    def networks(self) -> tuple[Network, ...]:
        """Every way out of the tablet that is up: interfaces with a default route."""
        ...

    def apps(self) -> tuple[App, ...]:
        """Every installed app."""
        ...

    def history(self) -> "AppHistory":
        """Who installed what and when, where the package system logs it."""
        ...

    def sessions(self) -> tuple[Session, ...]:
        """Every login session of a person."""
        ...

    def machine(self) -> Machine:
        """Maker, model, serial number, system, MAC addresses."""
        ...

    def encrypted(self) -> bool | None:
        """Whether what is stored on the tablet is encrypted at rest; None when it cannot be known."""
        ...

    def screen_lock(self) -> bool | None:
        """Whether the screen locks by itself; None when it cannot be known."""
        ...

    def battery(self) -> int | None:
        """Charge in percent; None where there is no battery."""
        ...


@dataclass(frozen=True, slots=True)
class AppEvent:
    """One line of a package system's own log."""

    at: datetime
    by: str  # system account; empty where it is not logged


class AppHistory(Protocol):
    """The package systems' own logs."""

    def last(self, key: str) -> AppEvent | None:
        """The last change of the app with this App.key, where it is logged."""
        ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of the controller: an IP address and a TCP port."""

    ip: str
    port: int


class Hands(Protocol):
    """What the tablet can be made to do. Every deed is idempotent; one that fails raises OSError with the reason."""

    def block(self, controller: Sequence[Endpoint]) -> None:
        """Cut every network off, the controller apart; holds until admit, over a restart of the agent too."""
        ...

    def admit(self) -> None:
        """Open the network again."""
        ...

    def lock(self, lost: Lost) -> tuple[Session, ...]:
        """Lock every session that is not locked; gives those that it locked now."""
        ...

    def remind(self, order: Remind, at: datetime) -> None:
        """Have people at the tablet reminded, once for a deadline and its photos; OSError where nobody would see it."""
        ...

    def register(self) -> tuple[Mark, ...]:
        """How well each clause can be kept here, by what these hands and senses can really do; never prettier."""
        ...
