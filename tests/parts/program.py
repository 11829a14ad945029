"""Running a small Python program in a process of its own: as somebody else, or with other mounts."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(code: str, *arguments: object, before: Sequence[str] = ()) -> str:
    """Run a program that knows this project; gives what it printed. Fails with its own last words."""
    ended = subprocess.run(
        [*before, sys.executable, "-B", "-c", code, *map(str, arguments)],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
