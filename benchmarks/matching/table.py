"""The table: for each kind of trial how many, how many false purges, how many found, each with its 95 % bound."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from benchmarks.matching.trials import Decision

Z = 1.959964
"""Two-sided 95 %."""

REPEATED = "repeated"
"""The group of what repeats an exposure: no photos of their own, so no decisions of the table."""

HEAD = (
    "trials",
    "decisions",
    "false purges",
    "at most (95 %)",
    "added of those in the journal",
    "at least (95 %)",
    "asked",
)
EDITED_HEAD = ("changed copies", "decisions", "false purges", "asked, with the right picture", "at least (95 %)")


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The Wilson score interval of a share, 95 %, from 0 to 1."""
    if not total:
        return 0.0, 1.0
    share, square = hits / total, Z * Z / total
    middle = (share + square / 2) / (1 + square)
    reach = Z * math.sqrt(share * (1 - share) / total + square / 4 / total) / (1 + square)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def none_at_most(total: int) -> float:
    """The exact one-sided 95 % bound (Clopper and Pearson) of a share of which none was seen in so many."""
    return 1 - 0.05 ** (1 / total) if total else 1.0


def grouped(found: Iterable[Decision]) -> dict[str, list[Decision]]:
    """Decisions by the line of the table that they belong to."""
    lines: dict[str, list[Decision]] = defaultdict(list)
    for one in found:
        if one.case == "alone":
            lines[one.group].append(one)
            continue
        family = "video" if one.group == "video" else f"burst, {one.group.split()[0]}"
        lines[f"{family}: {one.case}"].append(one)
        if family != "video":
            lines["all bursts"].append(one)
            if one.case != "here":
                lines["all orphans"].append(one)
    return lines


def line(name: str, found: Sequence[Decision]) -> tuple[str, ...]:
    """One line of the table."""
    wrong, there = sum(one.false_purge for one in found), [one for one in found if one.truth]
    added, asked = sum(one.verdict == "added" for one in there), sum(one.verdict == "ask" for one in found)
    most = none_at_most(len(found)) if not wrong else wilson(wrong, len(found))[1]
    recall = (
        (f"{added} of {len(there)} ({added / len(there):.1%})", f"{wilson(added, len(there))[0]:.1%}")
        if there
        else ("–", "–")
    )
    return (name, f"{len(found):,}", str(wrong), f"{most:.3%}", *recall, f"{asked / len(found):.1%}")


def edited_line(name: str, found: Sequence[Decision]) -> tuple[str, ...]:
    """One line about copies that were changed."""
    wrong, asked = sum(one.false_purge for one in found), sum(one.verdict == "ask" and one.right for one in found)
    share = f"{asked} of {len(found)} ({asked / len(found):.1%})"
    return name, f"{len(found):,}", str(wrong), share, f"{wilson(asked, len(found))[0]:.1%}"


def markdown(found: Sequence[Decision], edits: Iterable[str]) -> str:
    """Both tables, as Markdown."""
    lines, changed = grouped(found), list(edits)
    repeated = lines.pop(REPEATED, [])
    plain = [line(name, lines[name]) for name in sorted(lines) if name not in changed]
    edited = [edited_line(name, lines[name]) for name in changed if name in lines]
    return f"{rows(HEAD, plain)}\n\n{rows(EDITED_HEAD, edited)}\n{repeated_line(repeated)}"


def repeated_line(found: Sequence[Decision]) -> str:
    """What became of frames that are one exposure with the photo that has left; empty where there were none."""
    added = sum(one.verdict == "added" for one in found)
    said = (
        f"Beside these, {len(found)} times only a frame was here that repeats the exposure of the one that was copied"
    )
    return f"\n{said}: {added} were added.\n" if found else ""


def rows(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *body])
