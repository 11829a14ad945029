"""How well each clause can be kept on this tablet, by what the agent can really do here, and why not better."""

from collections.abc import Sequence
from dataclasses import dataclass

from agreement.letters import Level, Mark


@dataclass(frozen=True, slots=True)
class Abilities:
    """What stands in the way; an empty reason says that nothing does."""

    fence: str = ""  # why networks cannot be cut off
    apps: Sequence[str] = ()  # the package systems that are here
    photos: str = ""  # why photos cannot be deleted
    lock: str = ""  # why screens cannot be locked at all
    lock_of_others: str = ""  # why only one's own screen can be
    reminders: str = ""  # why nobody can be reminded before a photo is due


def marks(can: Abilities) -> tuple[Mark, ...]:
    """The lines of the register that this device answers for."""
    return (
        Mark(
            1, Level.ENFORCED, "Every check-in is signed with this tablet’s own key; the controller refuses all others."
        ),
        network(can),
        apps(can),
        photos(can),
        loss(can),
    )


def network(can: Abilities) -> Mark:
    """Clause 8."""
    if can.fence:
        return Mark(8, Level.CHECKED, f"Networks are judged and told, but not cut off. {can.fence}")
    return Mark(8, Level.ENFORCED, "An untrusted network is cut off by the firewall; only the controller is reached.")


def apps(can: Abilities) -> Mark:
    """Clause 9: noticing is all that is done here; nothing stops the administrator of a tablet from installing."""
    if not can.apps:
        return Mark(9, Level.CANNOT_KNOW, "No package system that the agent knows is here, so no app can be seen.")
    seen = ", ".join(can.apps)
    return Mark(
        9,
        Level.CHECKED,
        f"Apps are noticed and told, not prevented. Seen: {seen}. "
        "A program that is only copied into a folder, without an entry in a menu, is not seen.",
    )


def photos(can: Abilities) -> Mark:
    """Clause 10."""
    unreminded = f" Nobody is reminded before a photo is due. {can.reminders}" if can.reminders else ""
    if can.photos:
        return Mark(10, Level.CHECKED, f"Photos are counted and told, but not deleted. {can.photos}{unreminded}")
    why = "A photo is deleted once it is proved to be in the journal, with its thumbnails and copies in the trash."
    return Mark(10, Level.ENFORCED, why + unreminded)


def loss(can: Abilities) -> Mark:
    """Clause 12."""
    if can.lock:
        return Mark(12, Level.CHECKED, f"Loss is told, but the screen cannot be locked. {can.lock}")
    whose = (
        f"Only the agent’s own user is locked. {can.lock_of_others}" if can.lock_of_others else "Every session locks."
    )
    level = Level.CHECKED if can.lock_of_others else Level.ENFORCED
    return Mark(12, level, f"{whose} The report says for each whether its screen confirmed it. Needs a connection.")
