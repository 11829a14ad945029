"""The incident report as PDF. What it says is data to the template, never markup: no name can break or change it."""

from importlib.resources import files

import msgspec
import typst

from controller.letter import Letter, Line

TEMPLATE = files("controller") / "incident.typ"


def pdf(letter: Letter) -> bytes:
    """The letter of an incident, typeset. Fonts come with the typesetter; those of the machine only fill in."""
    source = TEMPLATE.read_bytes()
    inputs = {"letter": msgspec.json.encode(data(letter)).decode()}
    made = typst.compile(source, format="pdf", sys_inputs=inputs)
    if not isinstance(made, bytes):
        msg = "the typesetter gave several files for one report"
        raise TypeError(msg)
    return made


def data(letter: Letter) -> dict[str, object]:
    """All that the template needs, times already in words."""
    return {
        "id": letter.id,
        "setting": letter.setting,
        "tablet": letter.tablet,
        "title": letter.title,
        "made": letter.wall.stamp(letter.made_at),
        "happened": letter.happened,
        "on_it": letter.on_it,
        "steps": [{"what": step.what, "asked": step.asked, "confirmed": step.confirmed} for step in letter.steps],
        "unknown": letter.unknown,
        "facts": [{"label": fact.label, "value": fact.value} for fact in letter.facts],
        "lines": [line_of(letter, line) for line in letter.lines],
    }


def line_of(letter: Letter, line: Line) -> dict[str, str]:
    """One line of the timeline; when it was heard only where that was another minute."""
    happened, heard = letter.wall.stamp(line.at), letter.wall.stamp(line.heard_at)
    later = "" if abs((line.heard_at - line.at).total_seconds()) < 60 else heard  # noqa: PLR2004 - a minute
    return {"at": happened, "heard": later, "who": line.actor, "kind": line.kind, "what": line.what}
