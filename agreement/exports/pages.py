"""HTML pages of an export: which pictures stand beside a state.

A state is a class or data-status (“staff-only”), or a text of its own (“Not in journal”). It belongs to the smallest
part of the page that has it and a picture; a heading's belongs to all that follows, until the next heading. Links and
menus say nothing, and no “In journal” counts for a whole page.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from agreement.exports.publications import careful, said
from agreement.exports.told import Told
from agreement.facts import Publication

VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "summary", "legend", "caption"})
NAMES_FILES: Final = frozenset({"src", "href", "poster", "data-src", "data-full", "data-href"})
STATES: Final = frozenset({"data-status", "data-state", "data-publication", "data-visibility"})
SAYS_NOTHING: Final = frozenset({"a", "button", "label", "option", "script", "style", "title"})
PAGE: Final = frozenset({"html", "body", "main"})
DEEPEST: Final = 300
"""Parts within parts that are told apart; pages that nest deeper are hostile, and read as if they did not."""


@dataclass(slots=True)
class Part:
    """An element of the page that is not closed yet: its states, and the references within it that have none."""

    tag: str
    states: list[Publication] = field(default_factory=list)
    references: list[tuple[str, Publication]] = field(default_factory=list)  # with what the heading above says


class Page(HTMLParser):
    """Walks a page once; `told` grows with every part that is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.told: list[Told] = []
        self._open = [Part("")]
        self._heading = Publication.UNKNOWN

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens: keep the states and files that its attributes name."""
        part = Part(tag)
        for name, value in attrs:
            if name in NAMES_FILES and value:
                part.references.append((value, self._heading))
            elif name in STATES and value:
                part.states.append(said(value))
            elif name == "class" and value:
                part.states += [said(word) for word in value.split()]
        part.states = [state for state in part.states if state is not Publication.UNKNOWN]
        if tag in VOID or len(self._open) > DEEPEST:
            self.fold(part)
        else:
            self._open.append(part)

    def handle_endtag(self, tag: str) -> None:
        """An element closes, and with it whatever was left open within it."""
        if tag not in {part.tag for part in self._open[1:]}:
            return
        while len(self._open) > 1:
            part = self._open.pop()
            self.fold(part)
            if part.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        """A text: a state of the part it stands in, or of everything below a heading."""
        part = self._open[-1]
        state = said(data) if len(data) < 100 else Publication.UNKNOWN  # noqa: PLR2004 - a state is a few words
        if part.tag in HEADINGS:
            self._heading = state
        elif state is not Publication.UNKNOWN and part.tag not in SAYS_NOTHING:
            part.states.append(state)

    def fold(self, part: Part) -> None:
        """A part is whole: settle what it can, hand the rest to the part that it stands in."""
        outer = self._open[-1]
        if part.tag in PAGE:
            part.states = [state for state in part.states if state is not Publication.IN_JOURNAL]
        if part.states and part.references:
            state = careful(part.states)
            self.told += [Told(reference, state) for reference, _heading in part.references]
        else:
            outer.states += part.states
            outer.references += part.references

    def finish(self) -> None:
        """The page ends: what no part has settled goes by the heading above it."""
        while len(self._open) > 1:
            self.fold(self._open.pop())
        rest = self._open[0]
        self.told += [Told(reference, heading) for reference, heading in rest.references]


def told_by_page(text: str) -> Iterator[Told]:
    """Every file that a page names beside a state, or below a heading with one."""
    page = Page()
    page.feed(text)
    page.close()
    page.finish()
    yield from page.told
