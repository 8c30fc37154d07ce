"""Tables on the terminal, a Result's among them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from gdviz.result import Result


def plain_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """Columns without lines; what a cell holds is shown as it is, control characters as \\x1b."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*(plain(cell) for cell in row))
    return table


def print_result(result: Result, console: Console) -> None:
    """Print the rows with their 95 % intervals, then what is exact."""
    data = result.to_dict()
    plan = result.built.plan
    reward = plan.reward_title
    title = f"w = 0 is no guidance: samples {plan.unguided.name}"
    if plan.toward is not None and plan.away is not None:
        title += f"; w > 0 goes toward {plan.toward.name}, away from {plan.away.name}"
    console.print(plain(title), style="italic")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("w", f"mean {reward}", f"mean 1/{reward}", "improved", "step change", "spread"):
        table.add_column(plain(heading), justify="right", overflow="fold")
    for row in data["rows"]:
        table.add_row(*_cells(row))
    console.print(table)
    for row in data["rows"]:
        if row["nonfinite"]:
            console.print(
                f"w = {row['w']:g}: {row['nonfinite']:,} of {row['particles']:,} particles became non-finite and are left out."
            )
    for row in data["rows"]:
        if row["populations"]:
            console.print(plain(_populations(row["w"], row["populations"])))
    known = {name: value for name, value in (data["exact"] or {}).items() if value is not None}
    exact = {name.replace("_", " ").replace(" w", " at w = "): value for name, value in known.items()}
    if exact:
        console.print("exact: " + ", ".join(f"{name} {value:.6g}" for name, value in exact.items()))
    for note in result.notes:
        console.print(f"note: {note}", highlight=False, markup=False)
    console.print(f"± is 1.96 standard errors; - is not known or not estimable. {result.seconds:.1f} s", style="dim")


def _populations(w: float, row: dict[str, Any]) -> str:
    """How the populations of one w fared."""
    known = row["log_normalizer"] is not None
    mean = f"log E r^w {interval(row['log_normalizer'], row['se_log_normalizer'])}" if known else "E r^w not estimable"
    survived = f"effective size at least {100 * row['ess']:.0f} %, {row['ancestors']:.1f} ancestors left"
    return f"w = {w:g}: {row['count']:,} populations of {row['size']:,}, {survived}; {mean}"


def _cells(row: dict[str, Any]) -> list[str]:
    bound = row["mean_reward"] is None or row["se_reward"] is not None
    heavy = row["tail"] is not None and not row["tail"]["reliable"]
    return [
        f"{row['w']:g}",
        interval(row["mean_reward"], row["se_reward"]) + ("" if bound else " (heavy tail)"),
        interval(row["mean_reciprocal"], row["se_reciprocal"]) + (" (heavy tail)" if heavy else ""),
        interval(row["improved"], row["se_improved"]),
        "-" if row["step_change"] is None else f"{row['step_change']:.2g}",
        interval(row["spread"], row["se_spread"]),
    ]


def interval(value: float | None, se: float | None) -> str:
    """value ± 1.96 s.e., with digits that follow the error.

    >>> interval(1.23456, 0.01), interval(1234567.0, 5e4), interval(0.5, None), interval(None, None)
    ('1.235 ± 0.020', '1234567 ± 98000', '0.5', '-')
    """
    if value is None:
        return "-"
    if not se:
        return f"{value:.4g}"
    half = 1.96 * se
    exponent = int(f"{half:e}".split("e")[1])
    if not -8 <= exponent < 8 or abs(value) >= 1e9:
        return f"{value:.4g} ± {half:.2g}"
    digits = max(0, 1 - exponent)
    return f"{value:.{digits}f} ± {half:.{digits}f}"


def plain(words: str) -> Text:
    """Words that cannot be taken for markup or for a terminal's commands."""
    return Text("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in words))
