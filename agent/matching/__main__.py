"""The child that knows pictures: python -m agent.matching. It takes tasks as lines, answers each by a line, and ends.

Its memory is limited before it imports a decoder. When standard input closes, the parent is done, and so is this.
"""

import os
import resource
import sys

from agreement.bounds import JUDGING


def main() -> int:
    """Serve tasks until standard input ends."""
    JUDGING.lay_on(resource)
    os.nice(5)  # photos can wait; the person at the tablet cannot
    from agent.matching.tasks import answer  # noqa: PLC0415 - after the limit

    voice = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not look like an answer
    for line in sys.stdin.buffer:
        voice.write(answer(line) + b"\n")
        voice.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
