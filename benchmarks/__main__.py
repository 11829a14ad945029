"""Run every benchmark, one after the other, each in a process of its own, and print one table."""

import json
import subprocess
import sys

from rich.console import Console

from benchmarks.figures import Figure, show

ALL = ("check_ins", "agent_at_rest", "photos", "purges", "trends", "journal_exports")


def main() -> int:
    """Measure everything; 1 when a benchmark could not run."""
    console, figures, broken = Console(stderr=True), [], 0
    chosen = [name for name in ALL if name in sys.argv[1:]] or list(ALL)
    for name in chosen:
        with console.status(f"measuring {name} …"):
            run = subprocess.run(
                [sys.executable, "-m", f"benchmarks.{name}", "--json"], capture_output=True, text=True, check=False
            )
        if run.returncode:
            console.print(f"[red]✕[/] {name} could not run:\n{run.stderr}")
            broken = 1
            continue
        figures += [Figure(**figure) for figure in json.loads(run.stdout.splitlines()[-1])]
    show(figures)
    return broken


if __name__ == "__main__":
    sys.exit(main())
