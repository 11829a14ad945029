"""A Linux tablet's senses and hands, put together from their files."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from agent.device.linux import capabilities, machine, register
from agent.device.linux.apps import FLATPAK, SNAP, STATUS, Apps
from agent.device.linux.bus import Bus
from agent.device.linux.firewall import Firewall
from agent.device.linux.history import History
from agent.device.linux.network import Networks
from agent.device.linux.register import Abilities
from agent.device.linux.reminders import Reminders
from agent.device.linux.sessions import Sessions
from agent.device.linux.storage import Storage, existing
from agent.device.linux.wifi import Wifi
from agent.device.terms import Terms
from agent.seams.tablet import AppHistory, Endpoint
from agreement.facts import App, Lost, Network, Session
from agreement.letters import Machine, Mark
from agreement.rulings import Remind

PACKAGE_SYSTEMS: Final = {"Debian packages": STATUS, "flatpak": FLATPAK, "snap": f"{SNAP}/bin"}
ROOT: Final = Path("/")


class LinuxSenses:
    """What a Linux tablet can tell about itself."""

    def __init__(self, terms: Terms, bus: Bus) -> None:
        self._terms = terms
        self._networks = Networks(Wifi(bus))
        self._apps = Apps(terms.homes)
        self._history = History()
        self._sessions = Sessions(bus)
        self._storage = Storage()

    def networks(self) -> tuple[Network, ...]:
        """Every way out of the tablet that is up."""
        return self._networks.look()

    def apps(self) -> tuple[App, ...]:
        """Every installed app."""
        return self._apps.look()

    def history(self) -> AppHistory:
        """Who installed what and when, where dpkg and apt logged it."""
        return self._history

    def sessions(self) -> tuple[Session, ...]:
        """Every login session of a person."""
        return self._sessions.look()

    def machine(self) -> Machine:
        """Maker, model, serial number, system, MAC addresses."""
        return machine.machine()

    def encrypted(self) -> bool | None:
        """Whether the photos' folders, people's homes and the system itself are encrypted at rest."""
        return self._storage.encrypted((ROOT, *self._terms.homes(), *self._terms.watched()))

    def screen_lock(self) -> bool | None:
        """Whether every person's screen locks by itself."""
        return machine.screen_lock(self._terms.homes())

    def battery(self) -> int | None:
        """Charge in percent."""
        return machine.battery()


class LinuxHands:
    """What a Linux tablet can be made to do."""

    def __init__(self, terms: Terms, bus: Bus) -> None:
        self._terms = terms
        self._sessions = Sessions(bus)
        self._firewall = Firewall()
        self._reminders = Reminders(terms.bells)

    def block(self, controller: Sequence[Endpoint]) -> None:
        """Cut every network off, the controller apart."""
        self._firewall.block(controller)

    def admit(self) -> None:
        """Open the network again."""
        self._firewall.admit()

    def lock(self, _lost: Lost) -> tuple[Session, ...]:
        """Lock every session that is not locked; `locked` of each says whether its screen confirmed it."""
        return self._sessions.lock()

    def remind(self, order: Remind, at: datetime) -> None:
        """Leave a reminder where each person's session waits for one."""
        self._reminders.leave(order, at)

    def close(self) -> None:
        """Give back what is held open; the firewall's rules stay as they are."""
        self._firewall.close()

    def register(self) -> tuple[Mark, ...]:
        """How well each clause can be kept here."""
        is_root = os.geteuid() == 0
        others = "" if is_root else "Run the agent as the system service (root) to lock everyone’s."
        can = Abilities(self.fence(), self.package_systems(), self.photos(), self.login(), others)
        return register.marks(replace(can, reminders=self._reminders.unable()))

    def fence(self) -> str:
        """Why networks cannot be cut off."""
        return self._firewall.unable() if self._terms.enforce_network else "The tablet’s settings say so."

    def package_systems(self) -> tuple[str, ...]:
        """The package systems that are here, and menus, which always are."""
        if not self._terms.watch_apps:
            return ()
        return (*(name for name, path in PACKAGE_SYSTEMS.items() if (ROOT / path).exists()), "menu entries")

    def photos(self) -> str:
        """Why photos cannot be deleted."""
        if not self._terms.journals:
            return "No journal is set up on this tablet, so nothing can be proved to be in it."
        folders = [existing(folder) for folder in self._terms.watched()]
        if capabilities.held(capabilities.DAC_OVERRIDE) or all(os.access(folder, os.W_OK) for folder in folders):
            return ""
        return "The agent may not write to every watched folder: run it as the system service (root)."

    def login(self) -> str:
        """Why screens cannot be locked."""
        try:
            self._sessions.look()
        except OSError as failure:
            return f"No login service answers: {failure}."
        return ""


def linux(terms: Terms) -> tuple[LinuxSenses, LinuxHands]:
    """The senses and hands of this tablet, on one connection to the system bus."""
    bus = Bus()
    return LinuxSenses(terms, bus), LinuxHands(terms, bus)
