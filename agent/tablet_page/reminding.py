"""A reminder for the person whose session heard the bell: what of theirs is due soon, by the agent's word."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.tablet_page import talk
from agent.tablet_page.line import call, first_look
from agent.tablet_page.wording import Now, be, several


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is said."""

    title: str
    words: str


Notify = Callable[[Reminder, Callable[[], None]], bool]
"""Shows a reminder, says when it is shown, and gives whether it was touched. Raises OSError when nothing shows it."""


def remind(doors: Sequence[Path], notify: Notify) -> bool:
    """Remind this person, if anything of theirs is due soon; True when they want to see it.

    The agent is told whether it was shown. Raises NoAgentError; OSError where it could not be shown.
    """
    with contextlib.closing(call(doors)) as line:
        reminder = due_soon(first_look(line))
        if reminder is None:
            return False
        try:
            return notify(reminder, lambda: void(line.ask(talk.Reminded())))
        except OSError as failure:
            line.ask(talk.Reminded(str(failure)))
            raise


def due_soon(shown: talk.Shown) -> Reminder | None:
    """What to remind of: nothing where nothing is due soon, was spoken of, or may stay; nothing on a lost tablet."""
    soon = [
        photo.due_at
        for photo in shown.photos
        if photo.said is None
        and photo.kept_until is None
        and photo.due_at - shown.terms.remind_before <= shown.at < photo.due_at
    ]
    if not soon:
        return None
    by, count = Now.of(shown).when(min(soon)), len(soon)
    title = f"{several(count, 'photo')} must be in the journal soon"
    ones = "It leaves this tablet by itself" if count == 1 else "They leave this tablet by themselves"
    which = "it" if count == 1 else "the first of them" if max(soon) > min(soon) else "they"
    verb = be(1) if which != "they" else be(count)
    return Reminder(title, f"{which.capitalize()} {verb} due by {by}. {ones} once added.")


def void(_: object) -> None:
    """Drop what is of no use."""
