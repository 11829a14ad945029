"""What the page says, in a person's words: the sentence at its head, ages, deadlines, what became of a word."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agent.tablet_page.talk import Sealed, Shown, Waiting
from agreement.facts import Word

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SAID = {
    Word.ADDED: "Said: it is in the journal.",
    Word.UNWANTED: "Said: it is not for the journal, and may go.",
    Word.KEEP: "The manager is asked to let it stay.",
}
WENT = {
    Word.ADDED: "removed because someone said that it is in the journal",
    Word.UNWANTED: "removed because someone said that it is not for the journal",
    Word.KEEP: "removed",
}


@dataclass(frozen=True, slots=True)
class Now:
    """The present, by the nursery's own clock."""

    at: datetime
    zone: ZoneInfo

    @classmethod
    def of(cls, shown: Shown) -> "Now":
        """The agent's present, in the agreement's time zone; UTC where that is unknown."""
        try:
            return cls(shown.at, ZoneInfo(shown.terms.time_zone))
        except (ZoneInfoNotFoundError, ValueError):
            return cls(shown.at, ZoneInfo("UTC"))

    def clock(self, moment: datetime) -> str:
        """A time of day: 10:12."""
        return f"{moment.astimezone(self.zone):%H:%M}"

    def day(self, moment: datetime) -> str:
        """A day as a person names it: today, yesterday, Monday, 3 November."""
        local, here = moment.astimezone(self.zone), self.at.astimezone(self.zone)
        away = (local.date() - here.date()).days
        near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
        if away in near:
            return near[away]
        return f"{local:%A}" if -7 < away < 7 else f"{local.day} {local:%B}"  # noqa: PLR2004 - a week

    def when(self, moment: datetime) -> str:
        """Time and day: 18:00 today, 18:00 on Friday."""
        day = self.day(moment)
        return f"{self.clock(moment)} {day if day in {'yesterday', 'today', 'tomorrow'} else f'on {day}'}"

    def age(self, moment: datetime) -> str:
        """How long ago: just now, 4 hours ago, 3 days ago."""
        passed = self.at - moment
        for unit, word in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
            if passed >= unit:
                return f"{several(passed // unit, word)} ago"
        return "just now"


def several(number: int, word: str) -> str:
    """A number of things: 1 photo, 3 photos."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def span(length: timedelta) -> str:
    """A length of time: 72 hours, 5 days."""
    if length % DAY == timedelta() and length > 3 * DAY:
        return several(length // DAY, "day")
    return several(length // HOUR, "hour") if length >= HOUR else several(max(length // MINUTE, 1), "minute")


def deadline(photo: Waiting, now: Now) -> tuple[str, str]:
    """The state of a photo, as a mood and the words beside its sign."""
    if photo.kept_until:
        return "fine", f"The manager lets it stay until {now.when(photo.kept_until)}."
    if photo.overdue:
        return "act", f"Overdue: it was due by {now.when(photo.due_at)}."
    mood = "look" if photo.due_at - now.at <= HOUR else "dim"
    return mood, f"Due by {now.when(photo.due_at)}."


def headline(waiting: int) -> str:
    """How things stand, in one sentence."""
    if waiting == 0:
        return "Nothing waits for the journal."
    return f"{several(waiting, 'photo')} {'is' if waiting == 1 else 'are'} waiting for the journal."


def lead(photos: list[Waiting], now: Now) -> str:
    """What to do about it, in one sentence or two."""
    late = sum(1 for photo in photos if photo.overdue)
    ones = "It leaves this tablet by itself as soon as it is in."
    if len(photos) != 1:
        ones = "They leave this tablet by themselves as soon as they are in."
    if late:
        whose = "It is" if len(photos) == 1 else "All are" if late == len(photos) else f"{late} of them {be(late)}"
        return f"{whose} overdue: please add {'it' if late == 1 else 'them'} now. {ones}"
    return f"Please add {'it' if len(photos) == 1 else 'them'} by {now.when(photos[0].due_at)}. {ones}"


def be(number: int) -> str:
    """The verb that goes with a number."""
    return "is" if number == 1 else "are"


def leaves_soon(photo: Waiting, shown: Shown) -> bool:
    """Tell whether a word that stands removes this photo."""
    terms = shown.terms
    return photo.said is not None and photo.said.word is not Word.KEEP and terms.act_on_word and terms.can_seal


def outcome(photo: Waiting, shown: Shown) -> str:
    """What follows from a word that stands, as far as that is known."""
    word = photo.said.word if photo.said else Word.KEEP
    if word is Word.KEEP:
        return "It stays, and its deadline with it, until the manager answers."
    if not shown.terms.act_on_word:
        return "On this tablet nothing leaves on a person’s word: it stays until it is found in the journal."
    if not leaves_soon(photo, shown):
        return "It stays until the manager’s side has sent the key that photos are sealed with."
    return (
        "It is sealed and leaves within about a minute; until then you can take it back here. After that the manager"
        f" can bring it back, for {span(shown.terms.hold_for)}."
    )


def sealed(photo: Sealed, now: Now) -> str:
    """What became of a photo that a word removed."""
    taken = f"Photo of {now.when(photo.taken_at)}: {WENT[photo.said.word]}."
    if photo.missing:
        return f"{taken} The journal’s export does not hold it, so it stays sealed until the manager decides."
    return f"{taken} The manager can bring it back until {now.when(photo.until)}; you cannot."
