"""The results on the Curves page: figures with their notes, the table and the files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from gdviz.export.table import to_csv, to_latex
from gdviz.figures import result_curves as figures
from gdviz.figures.result_curves import Curves
from gdviz.tables import interval
from gdviz.ui.curves.choice import View
from gdviz.ui.parts.as_typed import as_typed
from gdviz.ui.parts.charts import palette, show_chart

if TYPE_CHECKING:
    from gdviz.exact_curves import ExactPoint
    from gdviz.metrics import ExactValues, Row
    from gdviz.result import ResultSummary
    from gdviz.studies.curves import CurvesAnswer
    from gdviz.studies.titles import Titles

_LISTED = 8
"""Values of w that a note names one by one."""


def draw(answers: Sequence[tuple[str, CurvesAnswer]], name: str, view: View, running: bool) -> None:
    """Everything that is read off one answer of the job, or two.

    Parameters
    ----------
    answers : sequence of (str, CurvesAnswer)
        Where the scores come from, in words, and what came of it.
        The first is drawn solid; a second one, on exact scores, dashed.
    name : str
        Start of the files' names.
    running : bool
        More particles are to come.
    """
    (source, answer), *others = answers
    names, result = answer.names, answer.result
    rows, exact = result.rows, result.exact
    law = next((each.law for _, each in answers if each.law), ())
    beside = next((each.result.rows for _, each in others), ())
    how = view.scale, view.paper_sign, palette()
    curves = Curves(rows, exact, names.reward, answer.first, names.goals, *how, law, beside)
    words = f" Solid: {source}; dashed: {others[0][0]}." if others else f" Scores: {source}."
    st.caption(as_typed(_legend(names, rows) + words + _law_words(law)))
    for note in {each.law_note for _, each in answers if each.law_note}:
        st.caption(f":material/info: {as_typed(note)}")
    _plots(curves, rows, exact, running, answer.complete)
    _table(curves, rows, result, name, running, source if others else "")
    for which, other in others:
        _table(curves, other.result.rows, other.result, f"{name}-exact", running, which, "exact.")


def _legend(names: Titles, rows: Sequence[Row]) -> str:
    laws = f"w = 0 samples {names.unguided}"
    if names.toward:
        laws += f"; w > 0 pushes toward {names.toward}, away from {names.away}"
    return (
        f"{laws}. {rows[0].particles:,} particles at each w, on the same noise. Bands and thick bars: 95 % intervals. "
        "Thin bars with caps: change against half as many steps."
    )


def _law_words(law: Sequence[ExactPoint]) -> str:
    """What the line without bars is, and how far refining its calculation moved it."""
    if not law:
        return ""
    means = [
        pair
        for point in law
        for pair in ((point.mean_reward, point.error_reward), (point.mean_reciprocal, point.error_reciprocal))
    ]
    worst = max((error / mean for mean, error in means if mean and error is not None), default=0.0)
    return f" Solid, without bars: the exact law of the guided sampler in the limit of small steps, good to {100 * worst:.1g} %."


def _plots(curves: Curves, rows: Sequence[Row], exact: ExactValues, running: bool, complete: bool) -> None:
    reward = curves.reward
    labelled = reward.startswith("p(")
    average = f"The {'class probability' if labelled else 'reward'} of the samples, on average."
    inverted = "The cost of the samples, on average."
    if labelled:
        inverted = "How many times you would ask a random labeller before hearing the label."
    inverse = curves.identity_of == "mean_reciprocal"
    gap = f"Mean of {'1 / ' if inverse else ''}{reward} less the identity's prediction of it: 0 but for noise and step size."
    goals = "Energy distance; dotted, its floor: what samples of the goal itself show."
    plots = [
        ("reward", f"Mean of {reward}", average, figures.reward_figure),
        ("reciprocal", f"Mean of {curves.reciprocal}", inverted, figures.reciprocal_figure),
        ("improved", "Proportion improved", f"Particles with a higher {reward} than without guidance.", figures.improved_figure),
        ("identity", "Improvement identity", gap, figures.identity_figure),
        ("path_kl", "Path KL", "How far the guided law of whole paths is from the unguided one.", figures.path_kl_figure),
        ("distance", "Distance to each goal law", goals, figures.distance_figure),
    ]
    for line in range(0, len(plots), 2):
        for place, (key, title, words, make) in zip(st.columns(2, gap="medium"), plots[line : line + 2], strict=True):
            with place:
                show_chart(f"curves.figure.{key}", title, words, make(curves), otherwise=_reason(key, curves, running, complete))
                if key == "reciprocal":
                    _tail_note(rows, exact, reward, curves.law)
                elif key == "reward":
                    _bandless_note(rows, reward)
    _overflow_note(rows)


def _reason(key: str, curves: Curves, running: bool, complete: bool) -> str:
    """Why a figure is not there."""
    if key == "distance" and running:
        return "Comes with the finished run."
    if key == "distance" and not complete:
        return "Not computed: the run was stopped before its end, where the distances are measured."
    if key == "identity" and curves.identity_of is not None:
        return "There is no direct estimate to hold the prediction against."
    return "Does not apply to this method or sampler."


def _tail_note(rows: Sequence[Row], exact: ExactValues, reward: str, law: Sequence[ExactPoint]) -> None:
    """Where no mean of 1/r can be given, say so, and give the exact value where there is one."""
    heavy = [row.w for row in rows if row.tail and not row.tail.reliable]
    if not heavy:
        return
    where = "any w" if len(heavy) == len(rows) else f"w = {', '.join(f'{w:g}' for w in heavy)}"
    if _LISTED < len(heavy) < len(rows):
        where = f"{len(heavy)} of the {len(rows)} values of w, from {min(heavy):g} to {max(heavy):g}"
    known = exact.mean_reciprocal_w0
    value = "" if known is None else f" The exact value at w = 0 is {known:.6g}."
    if set(heavy) & {point.w for point in law if point.mean_reciprocal is not None}:
        value += " The solid line is the exact mean."
    words = f"1 / {reward} is not estimable from {rows[0].particles:,} samples at {where}: "
    words += f"its tail is too heavy, so no value and no band are drawn there.{value}"
    st.warning(as_typed(words), icon=":material/warning:")


def _bandless_note(rows: Sequence[Row], reward: str) -> None:
    """Where a mean of r has a value and no band, say why."""
    heavy = [f"{row.w:g}" for row in rows if row.mean_reward is not None and row.se_reward is None]
    if heavy:
        where = "any w" if len(heavy) == len(rows) else f"w = {', '.join(heavy)}"
        words = f"No band for the mean of {reward} at {where}: its tail is too heavy for one."
        st.warning(as_typed(words), icon=":material/warning:")


def _overflow_note(rows: Sequence[Row]) -> None:
    lost = [f"{row.nonfinite:,} at w = {row.w:g}" for row in rows if row.nonfinite]
    if lost:
        words = f"Particles that overflowed and are left out of every mean: {', '.join(lost)}."
        st.warning(as_typed(words), icon=":material/warning:")


# ---------------------------------------------------------------------- table and files
def _table(
    curves: Curves, rows: Sequence[Row], result: ResultSummary, name: str, running: bool, source: str = "", prefix: str = ""
) -> None:
    st.header(as_typed(f"Table, {source}") if source else "Table", anchor=False)
    st.dataframe(table(curves, rows), hide_index=True, key=f"curves.{prefix}table")
    if running:  # a file made now would be gone when the next particles arrive
        st.caption("The table as CSV, LaTeX and JSON comes when the run ends or is stopped.")
        return
    files = (
        ("CSV", to_csv(rows), "csv", "text/csv"),
        ("LaTeX", to_latex(rows, curves.reward), "tex", "text/plain"),
        ("JSON", json.dumps(json.loads(result.to_json()), indent=1), "json", "application/json"),
    )
    with st.container(horizontal=True):
        for label, text, ending, kind in files:
            file, key = f"{name}-curves.{ending}", f"curves.{prefix}{ending}"
            st.download_button(as_typed(label), text, file, kind, icon=":material/download:", on_click="ignore", key=key)


def table(curves: Curves, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows as a reader wants them: values with their 95 % intervals, a dash where there is none."""
    lines = []
    for row in rows:
        line = {
            "w": row.w,
            f"mean {curves.reward}": interval(row.mean_reward, row.se_reward),
            f"mean 1 / {curves.reward}": interval(row.mean_reciprocal, row.se_reciprocal),
            "identity": interval(*((row.identity.value, row.identity.se) if row.identity else (None, None))),
            "step change": interval(row.step_change, None),
            "improved": interval(row.improved, row.se_improved) if row.w else "-",
            "against independent": interval(row.improved_independent, row.se_improved_independent),
            "path KL": interval(row.path_kl, row.se_path_kl),
            "spread": interval(row.spread, row.se_spread),
        }
        for item in row.distances:
            law = (curves.goals or {}).get(item.to, item.to)
            line[f"distance to {law}"] = interval(item.energy_distance, item.normal_se)
            line[f"floor, {law}"] = interval(item.floor, None)
        lines.append(line)
    return lines
