"""The rows of a result as CSV and as a LaTeX table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

COLUMNS = (
    "w", "particles", "nonfinite", "mean_reward", "se_reward", "mean_reciprocal", "se_reciprocal", "improved", "se_improved", "ties",
    "improved_independent", "se_improved_independent", "path_kl", "se_path_kl", "spread", "mode_weight_tv", "off_support", "step_change",
)  # fmt: skip


def to_csv(rows: Sequence[Row]) -> str:
    """The rows as CSV: empty where a number is not known; one column pair for each goal's distance and floor."""
    goals = _goals(rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads = [f"{goal}_{part}" for goal in goals for part in ("energy_distance", "se", "floor")]
    writer.writerow([*COLUMNS, "identity_of", "identity", "se_identity", *heads])
    for row in rows:
        identity = row["identity"] or {}
        distances = {item["to"]: item for item in row["distances"]}
        cells = [distances.get(goal, {}).get(part) for goal in goals for part in ("energy_distance", "se", "floor")]
        writer.writerow([*(row[name] for name in COLUMNS), identity.get("of"), identity.get("value"), identity.get("se"), *cells])
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
        cells = [_cell(row[f"mean_{of}"], row[f"se_{of}"]) for of in ("reward", "reciprocal")]
        cells.append(_cell(row["improved"], row["se_improved"]))
        lines.append(rf"{row['w']:g} & {' & '.join(cells)} \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _goals(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(item["to"] for row in rows for item in row["distances"]))


def _cell(value: float | None, error: float | None) -> str:
    if value is None:
        return "--"
    return f"{value:.4f}" if error is None else f"{value:.4f} ({error:.4f})"


def _math(name: str) -> str:
    """A law's name inside mathematics: labels as text, the bar as \\mid."""
    inside = name.replace("|", r"\mid")
    for special in ("_", "%", "#", "&"):
        inside = inside.replace(special, "\\" + special)
    return inside
