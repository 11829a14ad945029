"""The four states of everything on a page, each a word, a sign and a colour; and what is shown in which."""

from enum import StrEnum

from agreement.letters import Level
from controller.records import TabletState


class Mood(StrEnum):
    """How much something wants someone. The value names its colours in the style sheet."""

    ACT = "act"
    LOOK = "look"
    FINE = "fine"
    DIM = "dim"

    @property
    def sign(self) -> str:
        """The sign that stands beside the word."""
        return SIGNS[self]


SIGNS = {Mood.ACT: "✕", Mood.LOOK: "!", Mood.FINE: "✓", Mood.DIM: "–"}
TABLETS = {
    TabletState.SAFE: (Mood.FINE, "Safe"),
    TabletState.LOOK: (Mood.LOOK, "Look"),
    TabletState.OFF: (Mood.DIM, "Off"),
    TabletState.HELD: (Mood.ACT, "Held"),
    TabletState.LOST: (Mood.ACT, "Lost"),
    TabletState.RETIRED: (Mood.DIM, "Retired"),
}
LEVELS = {
    Level.ENFORCED: (Mood.FINE, "■", "enforced"),
    Level.CHECKED: (Mood.LOOK, "◧", "checked"),
    Level.ATTESTED: (Mood.DIM, "✎", "attested"),
    Level.CANNOT_KNOW: (Mood.DIM, "?", "cannot know"),
    Level.NOT_YET: (Mood.DIM, "–", "not yet"),
}
