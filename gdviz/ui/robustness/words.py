"""What the robustness runs show, in one sentence: only differences that stand out from their error are said to be there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gdviz.tables import interval

if TYPE_CHECKING:
    from gdviz.studies.robustness import Effect
    from gdviz.studies.titles import Titles
    from gdviz.ui.robustness.choice import Source

Finding = tuple["Source", Sequence["Effect"]]

NEAREST = 1.0
"""The sentence speaks of the listed w nearest to it."""


def sentence(findings: Sequence[Finding], names: Titles) -> str:
    """What the largest error of the chosen kind, the same size drawn afresh, and the networks do at one w."""
    if not findings:
        return ""
    w = min((row.w for row in findings[0][1]), key=lambda value: (abs(value - NEAREST), value))
    lifted = names.of == "mean_reward"
    what = names.reward if lifted else f"1 / {names.reward}"
    known = [pair for pair in findings if pair[0].group == "perturbed" and not pair[0].afresh]
    afresh = [pair for pair in findings if pair[0].afresh]
    networks = [pair for pair in findings if pair[0].group == "network"]
    chosen = [
        (_phrase(source, known), _at(rows, w)) for source, rows in [*known[-1:], *afresh[-1:], *networks[:1], *networks[1:][-1:]]
    ]
    if not lifted and all(row.measured[0] is None for _, row in chosen):
        return _of_the_reward(chosen, w, names.reward)
    text = "; ".join(f"{phrase} {_does(row, lifted)}" for phrase, row in chosen)
    return f"At w = {w:g}, for the mean of {what}: {text}."


def _phrase(source: Source, known: Sequence[Finding]) -> str:
    same = source.afresh and known and known[-1][0].size == source.size
    return "the same size drawn afresh at each step" if same else source.phrase


def _at(rows: Sequence[Effect], w: float) -> Effect:
    return next(row for row in rows if row.w == w)


def _of_the_reward(chosen: Sequence[tuple[str, Effect]], w: float, reward: str) -> str:
    """Where the tail of 1/r lets no effect be estimated: what can be said of r itself."""
    heavy = f"At w = {w:g} the tail of 1 / {reward} is too heavy for effects on its mean"
    means = [(phrase, *row.rewards) for phrase, row in chosen if all(None not in mean for mean in row.rewards)]
    if not means:
        return f"{heavy}."
    each = ", ".join(f"{interval(*wrong)} under {phrase}" for phrase, _, wrong in means)
    return f"{heavy}; the mean of {reward} is {interval(*means[0][1])} under exact scores, {each}."


def _does(row: Effect, lifted: bool) -> str:
    """costs 0.03 ± 0.004 (first order: 0.028); makes no difference that can be seen."""
    value, se = row.measured
    if value is None or se is None:
        return "has an effect that its tail does not let us estimate"
    cost, predicted = -value if lifted else value, row.predicted[0]
    step = (row.steps.measured if row.steps else None) or 0.0
    if abs(value) <= 1.96 * se:
        return f"makes no difference that can be seen ({interval(cost, se)})"
    if abs(value) <= 1.96 * se + step:
        return f"makes no more difference than the step size does ({interval(cost, se)})"
    order = ""
    if predicted is not None:
        order = f", first order {abs(predicted):.2g}" if predicted * value > 0 else ", not in first order"
    return f"{'costs' if cost > 0 else 'gains'} {interval(abs(cost), se)}{order}"
