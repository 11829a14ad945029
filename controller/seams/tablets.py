"""What is remembered of tablets: who they are, what they told, where they were."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from agreement.letters import AppChanged, CheckIn, Enrol, FindingTurned, Machine, News, PhotoPurged
from controller.records import (
    AppChange,
    Card,
    Device,
    Happening,
    HourHeard,
    IssuedCode,
    NetworkSeen,
    OpenFinding,
    Proof,
    PurgeRecord,
)


class Codes(Protocol):
    """The enrolment codes."""

    def add(self, code: IssuedCode) -> None:
        """Remember a code."""
        ...

    def get(self, digest: str) -> IssuedCode | None:
        """The code with this hash."""
        ...

    def use(self, digest: str, at: datetime) -> bool:
        """Use a code up; False when another letter got there first."""
        ...

    def open(self, now: datetime) -> tuple[IssuedCode, ...]:
        """The codes that may still be used, newest first."""
        ...


class Devices(Protocol):
    """The tablets."""

    def add(self, device: str, code: IssuedCode, letter: Enrol, at: datetime) -> None:
        """Remember a new tablet under this id. The code's name must be free."""
        ...

    def get(self, device: str) -> Device | None:
        """One tablet by its id."""
        ...

    def named(self, setting: str, name: str) -> Device | None:
        """The tablet that goes by this name now; retired ones gave theirs up."""
        ...

    def every(self) -> tuple[Device, ...]:
        """Every tablet, retired ones too, by name."""
        ...

    def in_setting(self, setting: str) -> tuple[str, ...]:
        """The ids of a setting's tablets that are not retired."""
        ...

    def key(self, device: str) -> str | None:
        """The public key that a tablet signs with; None for a stranger."""
        ...

    def old_keys(self, device: str) -> tuple[str, ...]:
        """The keys that it signed with before it was enrolled anew."""
        ...

    def rekey(self, device: Device, key: str, machine: Machine, at: datetime) -> None:
        """Retire the old key, take the new one, and let the record start anew."""
        ...

    def hold(self, device: str, code: str, why: str, at: datetime) -> None:
        """Take nothing from this tablet until the manager decides."""
        ...

    def let_go(self, device: str) -> None:
        """Listen again, whatever number the next letter and the next piece of news have."""
        ...

    def retire(self, device: str) -> None:
        """Never listen to this tablet again; its name is free."""
        ...

    def bump(self, device: str) -> int:
        """A newer standing holds for this tablet; gives its sequence."""
        ...

    def catch_up(self, device: str, standing: int) -> None:
        """Count standings from here on: the tablet has seen this one."""
        ...

    def lost(self, device: str, incident: str | None) -> None:
        """Tie a tablet to its open incident, or untie it."""
        ...

    def heard(self, device: str, at: datetime) -> None:
        """It was heard from; never earlier than before."""
        ...


class Findings(Protocol):
    """The findings of all tablets."""

    def put(self, device: str, turned: FindingTurned, now: datetime) -> None:
        """A finding opened, or changed."""
        ...

    def clear(self, device: str, clause: int, subject: str, at: datetime) -> None:
        """A finding cleared."""
        ...

    def clear_all(self, device: str, at: datetime) -> None:
        """Every finding of a tablet that starts anew, or takes no part any more."""
        ...

    def any_open(self, device: str) -> bool:
        """Tell whether anything is to be looked at on this tablet."""
        ...

    def open(self, device: str | None = None, clause: int | None = None) -> tuple[OpenFinding, ...]:
        """What is open on one tablet, or on all; of one clause, or of all; the oldest first."""
        ...

    def cleared(self, device: str, most: int) -> tuple[OpenFinding, ...]:
        """What was open on one tablet and is no longer, the latest first."""
        ...


class Hours(Protocol):
    """The strips of all tablets."""

    def strip(self, device: str, since: datetime) -> tuple[HourHeard, ...]:
        """The hours since then in which this tablet was heard, the oldest first."""
        ...


class Letters(Protocol):
    """What a check-in is measured against, and what it leaves; on one connection."""

    def card(self, device: str) -> Card | None:
        """What the last check-in of this tablet left."""
        ...

    def accept(self, letter: CheckIn, posture: bytes, proof: Proof, now: datetime) -> None:
        """Remember that this letter came, how the tablet is, and the nonce."""
        ...

    def chain(self, device: str, number: int, chain: str, era: int) -> None:
        """Remember where its record stands."""
        ...

    def hour(self, device: str, hour: int, worst: int) -> None:
        """Mark the present hour of the strip: hours since 1970, and the worst that the tablet was in it."""
        ...

    def nonces(self, since: int) -> Sequence[tuple[str, str, int]]:
        """Device, nonce and time of every check-in signed since then (Unix seconds)."""
        ...

    def forget_nonces(self, before: int) -> None:
        """Forget nonces of letters that would be refused as stale."""
        ...


class Networks(Protocol):
    """The networks that were seen."""

    def put(self, seen: NetworkSeen) -> None:
        """A tablet is on this network; the first sight of it stays."""
        ...

    def left(self, device: str, key: str, at: datetime) -> None:
        """A tablet was on this network until now."""
        ...

    def seen(self, setting: str, key: str | None = None, device: str | None = None) -> tuple[NetworkSeen, ...]:
        """Every sight of a network by a setting's tablets, the latest first; of one network, or by one tablet."""
        ...

    def rename(self, setting: str, key: str, word: str) -> None:
        """Keep the manager's word for a network; an empty one forgets it."""
        ...


class Reports(Protocol):
    """The news of all tablets."""

    def add(self, device: str, era: int, piece: News, kind: str, now: datetime) -> None:
        """Keep one piece of news as it came."""
        ...

    def chain(self, device: str, era: int, number: int) -> str | None:
        """The chain at one piece of news that is kept."""
        ...

    def add_purge(self, device: str, at: datetime, now: datetime, purged: PhotoPurged) -> None:
        """Keep a deletion record."""
        ...

    def add_app_change(self, device: str, at: datetime, now: datetime, changed: AppChanged) -> None:
        """Keep an app's coming, change or going."""
        ...

    def of(self, device: str, most: int, before: datetime | None = None) -> tuple[Happening, ...]:
        """One tablet's news, the latest heard first."""
        ...

    def purges(self, device: str, most: int) -> tuple[PurgeRecord, ...]:
        """One tablet's deletion records, the latest first."""
        ...

    def purge_count(self, device: str) -> int:
        """How many deletion records there are of one tablet."""
        ...

    def app_changes(self, device: str | None, most: int) -> tuple[AppChange, ...]:
        """App changes of one tablet, or of all, the latest first."""
        ...
