"""Waiting for a condition, with a deadline, in place of sleeping for a guess."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")
STEP = 0.01  # seconds between two looks


class TooLateError(AssertionError):
    """What was waited for did not come."""


def eventually(look: Callable[[], Answer], *, within: float = 10.0, what: str = "") -> Answer:
    """Look again and again until the answer is true, and give it.

    Raises TooLateError after `within` seconds; the last look comes after that, so that a slow one still counts. An
    AssertionError in the look means "not yet", and is the reason given when time is up.
    """
    over = time.monotonic() + within
    pause = threading.Event()
    while True:
        last = time.monotonic() >= over
        try:
            why: AssertionError | None = None
            if answer := look():
                return answer
        except AssertionError as not_yet:
            why = not_yet
        if last:
            msg = what or f"{getattr(look, '__name__', 'it')} did not come true within {within} seconds"
            raise TooLateError(msg) from why
        pause.wait(STEP)
