"""The child that goes to a journal, hanging at the journal: says its own number, and then nothing more."""

import os
import threading
from typing import Any

from agent.journals import __main__ as child


def hang(request: dict[str, Any], voice: child.Voice) -> None:
    """Go, and never come back."""
    voice.say(pid=str(os.getpid()), asked=request["journal"]["name"])
    threading.Event().wait(60)


if __name__ == "__main__":
    child.go = hang
    child.main()
