"""The rows of a result as CSV and as a LaTeX table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gdviz.metrics import Row

COLUMNS = (
    "w", "particles", "nonfinite", "mean_reward", "se_reward", "mean_reciprocal", "se_reciprocal", "improved", "se_improved",
    "ties", "improved_independent", "se_improved_independent", "path_kl", "se_path_kl", "spread", "se_spread",
    "mode_weight_tv", "off_support", "step_change",
)  # fmt: skip

PARTS = {
    "tail": ("k_hat", "top_share", "reliable", "skewness"),
    "identity": ("of", "value", "se"),
    "step_changes": ("mean_reward", "mean_reciprocal", "improved", "identity", "spread"),
    "populations": ("size", "count", "ess", "ancestors", "log_normalizer", "se_log_normalizer"),
}
DISTANCE = ("energy_distance", "se", "floor", "step_change")


def to_csv(rows: Sequence[Row]) -> str:
    """The rows as CSV: empty where a number is not known; four columns for each goal law's distance."""
    goals = list(dict.fromkeys(item.to for row in rows for item in row.distances))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    parts = [f"{field}_{part}" for field, names in PARTS.items() for part in names]
    writer.writerow([*COLUMNS, *parts, *(f"{goal}_{part}" for goal in goals for part in DISTANCE)])
    for row in rows:
        distances = {item.to: item for item in row.distances}
        cells: list[Any] = [getattr(getattr(row, field), part, None) for field, names in PARTS.items() for part in names]
        cells += [getattr(distances.get(goal), part, None) for goal in goals for part in DISTANCE]
        writer.writerow([*(getattr(row, name) for name in COLUMNS), *cells])
    return out.getvalue()


def to_latex(rows: Sequence[Row], reward: str) -> str:
    """A booktabs table of the means with their standard errors in parentheses."""
    lines = [
        "% value (standard error); w = 0 is no guidance; -- is not known or not estimable",
        r"\begin{tabular}{rrrr}",
        r"\toprule",
        rf"$w$ & mean of ${_math(reward)}$ & mean of $1/{_math(reward)}$ & improved \\",
        r"\midrule",
    ]
    for row in rows:
        means = (row.mean_reward, row.se_reward), (row.mean_reciprocal, row.se_reciprocal), (row.improved, row.se_improved)
        cells = [_cell(value, error) for value, error in means]
        lines.append(rf"{row.w:g} & {' & '.join(cells)} \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _cell(value: float | None, error: float | None) -> str:
    if value is None:
        return "--"
    return f"{value:.4f}" if error is None else f"{value:.4f} ({error:.4f})"


def _math(name: str) -> str:
    """A law's name inside mathematics: the bar as \\mid, and nothing in a label taken for a command."""
    return "".join(_IN_MATH.get(character, character) for character in name.replace(" | ", "|"))


_IN_MATH = {
    "|": r" \mid ", " ": r"\ ", "\\": r"\backslash ", "~": r"\sim ", "^": r"\hat{\ }",
    **{special: "\\" + special for special in "_%#&${}"},
}  # fmt: skip
