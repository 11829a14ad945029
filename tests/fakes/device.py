"""A tablet in memory: senses that see what a test says, and hands that note what they did."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from agent.seams.tablet import AppEvent, Endpoint
from agreement.facts import App, Lost, Network, Session
from agreement.letters import Level, Machine, Mark
from agreement.rulings import Remind

SUNFLOWER = Machine("Acme", "Tab 10", "A1", "Debian GNU/Linux 12", ("02:11:22:33:44:00",))


@dataclass
class FakeHistory:
    """A package system's log."""

    events: dict[str, AppEvent] = field(default_factory=dict)

    def last(self, key: str) -> AppEvent | None:
        """The last change that the test wrote down."""
        return self.events.get(key)


@dataclass
class FakeDevice:
    """A whole tablet. `broken` names the senses and hands that fail; `fence` is what is left open, None when all is."""

    seen: tuple[Network, ...] = ()
    installed: tuple[App, ...] = ()
    log: FakeHistory = field(default_factory=FakeHistory)
    signed_in: tuple[Session, ...] = ()
    without_locker: frozenset[str] = frozenset()  # users whose screens never confirm
    about: Machine = SUNFLOWER
    is_encrypted: bool | None = True
    locks_itself: bool | None = None
    charge: int | None = 80
    can_fence: bool = True
    broken: set[str] = field(default_factory=set)
    fence: frozenset[Endpoint] | None = None
    reminded: list[Remind] = field(default_factory=list)
    deeds: list[str] = field(default_factory=list)  # what changed something, in order

    # senses

    def networks(self) -> tuple[Network, ...]:
        """What the test says."""
        self.may("networks")
        return self.seen

    def apps(self) -> tuple[App, ...]:
        """What the test says."""
        self.may("apps")
        return self.installed

    def history(self) -> FakeHistory:
        """What the test wrote down."""
        return self.log

    def sessions(self) -> tuple[Session, ...]:
        """Who is signed in."""
        self.may("sessions")
        return self.signed_in

    def machine(self) -> Machine:
        """What the test says."""
        return self.about

    def encrypted(self) -> bool | None:
        """What the test says."""
        self.may("encrypted")
        return self.is_encrypted

    def screen_lock(self) -> bool | None:
        """What the test says."""
        return self.locks_itself

    def battery(self) -> int | None:
        """What the test says."""
        return self.charge

    # hands

    def block(self, controller: Sequence[Endpoint]) -> None:
        """Leave only these open."""
        self.may("block")
        if self.fence != frozenset(controller):
            self.fence = frozenset(controller)
            self.deeds.append("block")

    def admit(self) -> None:
        """Open everything."""
        self.may("admit")
        if self.fence is not None:
            self.fence = None
            self.deeds.append("admit")

    def lock(self, _lost: Lost) -> tuple[Session, ...]:
        """Lock every session that is not locked, if it has a locker."""
        self.may("lock")
        asked = [self.locked(session) for session in self.signed_in if not session.locked]
        self.signed_in = tuple(self.locked(session) for session in self.signed_in)
        self.deeds += [f"lock {session.user}" for session in asked]
        return tuple(asked)

    def locked(self, session: Session) -> Session:
        """The session as its screen says after it was asked to lock."""
        return replace(session, locked=session.locked or session.user not in self.without_locker)

    def remind(self, order: Remind, _at: datetime) -> None:
        """Note it, once for a deadline and its photos."""
        self.may("remind")
        if order not in self.reminded:
            self.reminded.append(order)

    def register(self) -> tuple[Mark, ...]:
        """What these hands can do."""
        network = Level.ENFORCED if self.can_fence else Level.CHECKED
        why = "by a test"
        enforced = [Mark(number, Level.ENFORCED, why) for number in (1, 10, 12)]
        return (*enforced, Mark(8, network, why), Mark(9, Level.CHECKED, why))

    def may(self, deed: str) -> None:
        """Raise OSError when the test broke this."""
        if deed in self.broken:
            msg = f"{deed} is broken"
            raise OSError(msg)
