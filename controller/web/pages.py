"""Pages are made from templates: everything is escaped, a missing name is an error, times are those on the wall."""

from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from controller.moods import LEVELS, SIGNS, TABLETS
from controller.photo_words import FATES
from controller.web.static_files import Static, file_of
from controller.words import Wall, lasting, listed, number, opening, plain, several, size

STYLE = "safeuse.css"


def environment(static: Static) -> Environment:
    """The templates, and the words that they use."""
    made = Environment(
        loader=PackageLoader("controller.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        FATES=FATES, static=static.url, several=several, number=number, SIGNS=SIGNS, TABLETS=TABLETS, LEVELS=LEVELS
    )
    made.filters.update(
        plain=plain,
        size=size,
        opening=opening,
        listed=listed,
        lasting=lasting,
        name=name,
        when=when,
        ago=ago,
        age=age,
        day=day,
    )
    return made


def name(text: str) -> Markup:
    """A name from outside: escaped, what cannot be seen made visible, and its direction kept to itself."""
    return Markup("<bdi>{}</bdi>").format(plain(text))


@pass_context
def when(context: Context, at: datetime) -> Markup:
    """A time as a person says it; the exact one on hover and in print."""
    return stamped(context, at, wall_of(context).moment)


@pass_context
def day(context: Context, at: datetime) -> Markup:
    """A time that is still to come, with its day: “Tuesday 1 December at 09:00”."""
    here = wall_of(context).here(at)
    return stamped(context, at, lambda _at: f"{here:%A} {here.day} {here:%B at %H:%M}")


@pass_context
def ago(context: Context, at: datetime) -> Markup:
    """How long ago it was; the exact time on hover and in print."""
    return stamped(context, at, wall_of(context).ago)


@pass_context
def age(context: Context, at: datetime) -> Markup:
    """How old it is, short; the exact time on hover and in print."""
    return stamped(context, at, wall_of(context).age)


def stamped(context: Context, at: datetime, said: Callable[[datetime], str]) -> Markup:
    """A time in words, with the exact one behind it."""
    stamp = Markup('<time datetime="{}" title="{}">{}</time>')
    return stamp.format(at.isoformat(timespec="seconds"), wall_of(context).exact(at), said(at))


def wall_of(context: Context) -> Wall:
    """The clock of the page that is being made."""
    wall: Any = context["wall"]
    if not isinstance(wall, Wall):
        msg = f"a page needs the clock on the wall, not {wall!r}"
        raise TypeError(msg)
    return wall


def static_files() -> Static:
    """Style, script and what else pages fetch; the look that all pages of Safeuse share stands before the own style."""
    static = Static.of(files("controller.web") / "static")
    own, look = static.files[STYLE], (files("configs") / "look.css").read_bytes()
    return Static(static.files | {STYLE: file_of(look + own.body, own.media_type)})
