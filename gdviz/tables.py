"""A Result as a table on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from gdviz.result import Result


def print_result(result: Result, console: Console) -> None:
    """Print the rows with their 95 % intervals, then what is exact."""
    plan = result.experiment.build().plan
    reward = plan.reward_title
    table = Table(box=None, header_style="bold", title=f"{plan.unguided.name}, guided by w; w = 0 is no guidance", title_justify="left")
    for heading in ("w", f"mean {reward}", f"mean 1/{reward}", "improved", "step change", "spread"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in result.to_dict()["rows"]:
        table.add_row(
            f"{row['w']:g}",
            interval(row["mean_reward"], row["se_reward"]),
            interval(row["mean_reciprocal"], row["se_reciprocal"]),
            interval(row["improved"], row["se_improved"]),
            "-" if row["step_change"] is None else f"{row['step_change']:.2g}",
            "-" if row["spread"] is None else f"{row['spread']:.3g}",
        )
    console.print(table)
    exact = {name.replace("_", " "): value for name, value in (result.to_dict()["exact"] or {}).items() if value is not None}
    if exact:
        console.print("exact: " + ", ".join(f"{name} {value:.6g}" for name, value in exact.items()), highlight=False)
    console.print(f"± is 1.96 standard errors; - is not known or not estimable. {result.seconds:.1f} s", style="dim", highlight=False)


def interval(value: Any, se: Any) -> str:
    """value ± 1.96 s.e., digits following the error."""
    if value is None:
        return "-"
    if not se:
        return f"{value:.4g}"
    digits = max(0, min(8, -_exponent(1.96 * se) + 1))
    return f"{value:.{digits}f} ± {1.96 * se:.{digits}f}"


def _exponent(value: float) -> int:
    """The decimal exponent of a positive number."""
    return int(f"{value:e}".split("e")[1])
