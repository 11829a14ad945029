"""The cast of the controller's tests: Larkfield Nursery at two o'clock on a Friday, and its tablets as records."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agreement.agreement import Agreement
from agreement.clauses.secure_network import SecureNetwork
from agreement.letters import Level, Machine, Mark, PhotoCounts, Posture
from controller.records import Device, DeviceState, Incident, OpenFinding, TabletState
from controller.tablets import Card
from controller.wanted import Seen
from controller.words import Wall
from tests.agreement.cast import TRUSTED

NOW = datetime(2026, 11, 6, 14, 2, tzinfo=UTC)  # a Friday, and winter: the wall shows GMT
WALL = Wall(NOW)
PINETAB = Machine("Pine64", "PineTab 2", "PT2-0007", "Debian GNU/Linux 12", ("02:00:00:00:00:07",))
REGISTER = (Mark(8, Level.ENFORCED), Mark(10, Level.ENFORCED), Mark(9, Level.CHECKED, "it asks the package systems"))
EASE = Posture(PhotoCounts(), register=REGISTER, encrypted=True, screen_lock=True, machine=PINETAB)
WAITING = PhotoCounts(waiting=3, waiting_bytes=11_400_000, oldest=NOW - timedelta(hours=4), overdue=2)
IN_FORCE = Agreement(secure_network=SecureNetwork((TRUSTED,)))


def ago(**span: float) -> datetime:
    """So long before two o'clock."""
    return NOW - timedelta(**span)


def device(name: str = "Sunflower 1", **changes: object) -> Device:
    """A tablet at ease, heard twelve seconds ago."""
    known = Device(
        id=name.lower().replace(" ", "-"),
        setting="main",
        name=name,
        key="00" * 32,
        state=DeviceState.ACTIVE,
        held_code="",
        held_why="",
        held_at=None,
        enrolled_at=ago(days=30),
        standing=2,
        standing_seen=2,
        standing_applied=2,
        sequence=9,
        number=4,
        chain="00" * 32,
        agent="0.1.0",
        heard_at=ago(seconds=12),
        told_at=ago(seconds=12),
        posture=EASE,
        machine=PINETAB,
        incident=None,
    )
    return replace(known, **changes)  # type: ignore[arg-type]  # the tests name real fields


def card(
    name: str = "Sunflower 1",
    state: TabletState = TabletState.SAFE,
    findings: tuple[OpenFinding, ...] = (),
    **changes: object,
) -> Card:
    """The card of a tablet; changes are to its device."""
    known = device(name, **changes)
    return Card(known, state, known.heard_at, findings, ())


def finding(name: str, clause: int, subject: str, what: str, count: int = 1) -> OpenFinding:
    """Something that is not as agreed, for three hours."""
    return OpenFinding(name.lower().replace(" ", "-"), clause, subject, what, "Mend it.", ago(hours=3), count, NOW)


def incident(name: str = "Bluebell 1", **changes: object) -> Incident:
    """Dev reported it at 13:20; it was last heard at 13:05."""
    known = Incident(
        id="20261106-abcd",
        device=name.lower().replace(" ", "-"),
        kind="lost",
        message="Please call the nursery.",
        opened_at=ago(minutes=42),
        opened_by="Dev",
        where="the park",
        when="after lunch",
        posture=replace_posture(photos=WAITING),
        told_at=ago(minutes=57),
        heard_at=ago(minutes=57),
        standing=3,
        applied_at=None,
        locked_at=None,
        locked_heard_at=None,
        locked_detail="",
        closed_at=None,
        closed_by="",
    )
    return replace(known, **changes)  # type: ignore[arg-type]  # the tests name real fields


def replace_posture(**changes: object) -> Posture:
    """A posture at ease but for this."""
    given = {field: getattr(EASE, field) for field in EASE.__struct_fields__}
    return Posture(**(given | changes))


def seen(*cards: Card, agreement: Agreement = IN_FORCE, incidents: tuple[Incident, ...] = (), **more: object) -> Seen:
    """What the first page is made from."""
    return replace(Seen("Larkfield Nursery", cards, incidents, (), agreement), **more)  # type: ignore[arg-type]  # real fields
