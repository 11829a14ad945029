"""What the pages and the device API work with; the wiring fills it."""

from dataclasses import dataclass

from controller.doorkeeper import Doorkeeper
from controller.enrol import Here
from controller.journal.fetched import Fetched
from controller.notices import Notices
from controller.presence import Presence
from controller.seams import Clock, Store
from controller.shelves import Shelves


@dataclass(frozen=True, slots=True)
class Parts:
    """The controller's parts, as far as the web needs them."""

    store: Store
    notices: Notices
    presence: Presence
    doorkeeper: Doorkeeper
    clock: Clock
    setting: str  # id of the one setting that is served
    here: Here  # where tablets reach this controller
    time_zone: str  # in which times are shown, such as Europe/London
    fetched: Fetched
    shelves: Shelves  # where the journal's pictures lie, sealed
