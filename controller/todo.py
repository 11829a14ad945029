"""One thing that wants someone, as the first page lists it."""

from dataclasses import dataclass

from controller.moods import Mood


@dataclass(frozen=True, slots=True)
class Todo:
    """A title, a sentence, and one action."""

    mood: Mood
    title: str
    detail: str
    label: str
    href: str
