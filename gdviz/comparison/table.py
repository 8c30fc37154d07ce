"""A comparison as lines of a table, in two blocks: methods that aim at the goal, and methods that aim elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from gdviz.comparison.answer import MEASURES, ComparisonAnswer, Entry
from gdviz.comparison.words import bar

Line = dict[str, str]

HEADINGS = ("method", "evaluations", "steps", *MEASURES.values(), "ESS", "ancestors", "lost", "seconds")


def blocks(answer: ComparisonAnswer) -> tuple[list[Line], list[Line]]:
    """Lines of those that aim at the goal, the floor first; and of the others, which say at what they aim."""
    goal = [_floor(answer), *(line(entry) for entry in answer.entries if entry.at_goal)]
    other = [{**line(entry), "aims at": entry.aims} for entry in answer.entries if not entry.at_goal]
    return goal, other


def line(entry: Entry) -> Line:
    """One entry: means over seeds with their 95 % intervals."""
    measures = {title: spread(entry.values[name]) for name, title in MEASURES.items()}
    return {
        "method": entry.title,
        "evaluations": f"{entry.evaluations:,}",
        "steps": f"{entry.steps:,}",
        **measures,
        "ESS": "-" if entry.ess is None else f"{100 * entry.ess:.0f} %",
        "ancestors": "-" if entry.ancestors is None else f"{entry.ancestors:.1f}",
        "lost": f"{entry.lost:,}" if entry.lost else "",
        "seconds": f"{sum(entry.seconds) / len(entry.seconds):.2f}",
    }


def spread(values: Sequence[float | None]) -> str:
    """Mean over seeds ± half of its 95 % interval (Student's t), with digits that follow it.

    >>> spread((0.1, 0.12, 0.11)), spread((0.0, 0.0)), spread((None, 1.0))
    ('0.110 ± 0.025', '0', '-')
    """
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not known:
        return "-"
    mean, half = sum(known) / len(known), bar(tuple(values))
    if not half:
        return f"{mean:.4g}"
    digits = max(0, 1 - int(f"{half:e}".split("e")[1]))
    if digits > 8:
        return f"{mean:.2g}"
    return f"{round(mean, digits) + 0.0:.{digits}f} ± {half:.{digits}f}"  # + 0.0: no -0


def _floor(answer: ComparisonAnswer) -> Line:
    measures = {title: spread(answer.floors[name]) for name, title in MEASURES.items()}
    return {**dict.fromkeys(HEADINGS, ""), "method": "goal against goal (floor)", **measures}
