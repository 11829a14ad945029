"""What a benchmark says: a figure, what it was held against in the same run, and the aim."""

import json
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `bound` is measured in the same run, so that the ratio holds on any machine."""

    name: str
    value: float
    unit: str
    bound_name: str
    bound: float
    aim: str
    met: bool

    @property
    def ratio(self) -> float:
        """The figure as a part of its bound."""
        return self.value / self.bound if self.bound else float("nan")


def median(values: Iterable[float]) -> float:
    """The middle of what was measured."""
    return statistics.median(values)


def main(measure: Callable[[], Sequence[Figure]]) -> None:
    """Run one benchmark from the command line; `--json` prints figures for programs."""
    figures = measure()
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps([asdict(f) for f in figures]) + "\n")
    else:
        show(figures)


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    table = Table("figure", "measured", "against, in the same run", "ratio", "aim", "met")
    for f in figures:
        measured, bound = f"{f.value:,.3g} {f.unit}", f"{f.bound_name}: {f.bound:,.3g} {f.unit}"
        ratio = f"{f.ratio:.2f}" if f.bound else "–"
        table.add_row(f.name, measured, bound, ratio, f.aim, "yes" if f.met else "no")
    Console(width=160).print(table)
