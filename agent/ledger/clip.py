"""Words that fit into a letter: within its limits, and text that any reader can decode."""

from agreement.letters import Count

SHORT, TEXT = 200, 2000
"""Characters; agreement.letters.Short and Text."""
MOST = 2**53
"""The largest number that every reader of JSON keeps exactly; agreement.letters.Count."""


def whole(text: str) -> str:
    """Text without the surrogates that stand for bytes which are not UTF-8: they are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode()


def cut(text: str, most: int) -> str:
    """At most so many characters; what was cut is shown."""
    fit = whole(text)
    return fit if len(fit) <= most else fit[: most - 1] + "…"


def short(text: str) -> str:
    """A name, as letters carry it."""
    return cut(text, SHORT)


def sentence(text: str) -> str:
    """A sentence, as letters carry it."""
    return cut(text, TEXT)


def count(number: int) -> Count:
    """A count, as letters carry it."""
    return min(max(number, 0), MOST)
