"""Figure 1: proportion improved, and the mean of -1/p(1 | Y^w), against w."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from gdviz.exact_curves import ExactPoint, compute
from gdviz.experiment import Experiment
from gdviz.papers.make import FigureReading, FigureSize, within
from gdviz.papers.paper_figure import Value, estimated, exact
from gdviz.papers.picture import Band, Dots, Floats, Line, Panel, Picture, Reach, floats
from gdviz.presets import load

if TYPE_CHECKING:
    from gdviz.metrics import Row
    from gdviz.result import Result

FULL = FigureSize(steps=4000, particles=10_000)
"""The paper's."""

QUICK = FigureSize(steps=500, particles=2000)

W = 0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0

RUN = "line"
IMPROVED, MEAN = "proportion improved", "mean of -1/p(1 | x)"
FINE = 61
"""Points of smooth lines over w."""


def experiments(size: FigureSize) -> dict[str, Experiment]:
    """The stand-in law: 1-D, class 1 on both sides of class 0."""
    base = load("figure-1").experiment.model_dump(mode="json")
    sampler = {"kind": "ddpm", "steps": size.steps}
    return {RUN: Experiment.parse({**base, "sampler": sampler, "particles": size.particles, "w": W})}


def read(results: Mapping[str, Result]) -> FigureReading:
    """Both panels, with the exact value, the exact tangent, the identity's prediction and the exact guided law."""
    result = results[RUN]
    fine = [10 ** (-2 + 3 * k / (FINE - 1)) for k in range(FINE)]
    law = compute(result.experiment, [*(w for w in W if w not in fine), *fine])
    assert law is not None  # plain CFG by DDPM on a line
    guided = [row for row in result.rows if row.w > 0]
    picture = Picture(
        "Class 1 guided on a line: toward p(x | 1), away from p(x)", ((_improved(guided), _mean(result, guided, law)),)
    )
    return FigureReading(picture, tuple(_values(result, law)), _agrees(result, law), _OURS)


_OURS = (
    "Ours: the law (on a line, p(1) = 1/2, class 0 N(0, 1), class 1 half N(1, 1) and half N(-1, 1)), the values of w and their "
    "logarithmic axis, c0 = 2 and c1 = 4 of the noise levels, the same noise for all w, and every line that is not an estimate."
)


def _improved(rows: Sequence[Row]) -> Panel:
    w = floats(row.w for row in rows)
    value = floats(row.improved for row in rows)
    half = floats(1.96 * (row.se_improved or 0) for row in rows)
    return Panel(
        title="Proportion of samples improved",
        x_title="guidance scale w  (0 = no guidance)",
        y_title=IMPROVED,
        x_range=(0.008, 12.5),
        y_range=(min(0.8, min(value) - 0.03), 1.01),
        marks=(
            _band(w, value, half),
            _steps(w, value, [row.step_changes.improved for row in rows]),
            Line(w, value, "guided"),
            Dots(w, value, "guided", _ESTIMATE),
        ),
        log_x=True,
        width=WIDTH,
        height=HEIGHT,
    )


_ESTIMATE = "estimate, with its 95 % band"
WIDTH, HEIGHT = 440, 300


def _mean(result: Result, rows: Sequence[Row], law: Sequence[ExactPoint]) -> Panel:
    known = [row for row in rows if row.mean_reciprocal is not None]
    w = floats(row.w for row in known)
    value = floats(-(row.mean_reciprocal or 0) for row in known)
    half = floats(1.96 * (row.se_reciprocal or 0) for row in known)
    predicted = [row for row in rows if row.identity is not None]
    line = [point for point in law if point.mean_reciprocal is not None and point.w > 0]
    fine = floats(point.w for point in law if point.w > 0)
    start, slope = result.exact.mean_reciprocal_w0, result.exact.slope_mean_reciprocal_w0
    assert start is not None and slope is not None
    return Panel(
        title="Mean of −1/p(1 | x)",
        x_title="guidance scale w  (0 = no guidance)",
        y_title="mean of −1/p(1 | x)",
        x_range=(0.008, 12.5),
        y_range=(min(-2.05, min(value, default=-2) - 0.05), -0.8),
        marks=(
            Line((0.008, 12.5), (-start, -start), "exact", f"exact at w = 0: −{start:g}", "dot"),
            Line(fine, floats(-start - slope * x for x in fine), "exact", f"exact tangent at w = 0, slope {-slope:.4f}", "dash"),
            Line(
                floats(point.w for point in line),
                floats(-(point.mean_reciprocal or 0) for point in line),
                "exact",
                "exact law of the guided sampler",
            ),
            _band(w, value, half),
            _steps(w, value, [row.step_changes.mean_reciprocal for row in known]),
            Dots(w, value, "guided", _ESTIMATE),
            Dots(
                floats(row.w for row in predicted),
                floats(-row.identity.value for row in predicted if row.identity is not None),
                "predicted",
                "the improvement identity's prediction",
                size=11,
                hollow=True,
            ),
        ),
        log_x=True,
        width=WIDTH,
        height=HEIGHT,
    )


def _band(w: Floats, value: Floats, half: Floats) -> Band:
    low, high = (floats(v + sign * h for v, h in zip(value, half, strict=True)) for sign in (-1, 1))
    return Band(w, low, high, "guided")


def _steps(w: Floats, value: Floats, step: Sequence[float | None]) -> Reach:
    return Reach(w, value, floats(change or 0 for change in step), "muted", "change against half as many steps")


def _values(result: Result, law: Sequence[ExactPoint]) -> list[Value]:
    values = []
    for row in result.rows:
        if row.mean_reciprocal is not None and row.se_reciprocal is not None:
            step = row.step_changes.mean_reciprocal
            values.append(estimated(RUN, row.w, MEAN, -row.mean_reciprocal, row.se_reciprocal, step))
        if row.w > 0 and row.identity is not None:
            step = row.step_changes.identity
            values.append(estimated(RUN, row.w, f"{MEAN}, by the identity", -row.identity.value, row.identity.se, step))
        if row.w > 0 and row.improved is not None and row.se_improved is not None:
            values.append(estimated(RUN, row.w, IMPROVED, row.improved, row.se_improved, row.step_changes.improved))
    start, slope = result.exact.mean_reciprocal_w0, result.exact.slope_mean_reciprocal_w0
    if start is not None and slope is not None:
        values += [exact(RUN, 0.0, MEAN, -start), exact(RUN, 0.0, f"slope in w of the {MEAN}", -slope)]
    for point in law:
        if point.w in W and point.mean_reciprocal is not None and point.error_reciprocal is not None:
            quantity = f"{MEAN}, guided law in the limit of small steps"
            values.append(exact(RUN, point.w, quantity, -point.mean_reciprocal, point.error_reciprocal))
    return values


def _agrees(result: Result, law: Sequence[ExactPoint]) -> str:
    """What the numbers say, whatever it is."""
    rows = [row for row in result.rows if row.mean_reciprocal is not None]
    if len(rows) < 2:
        return "The mean of −1/p(1 | x) cannot be estimated from so few trials."
    means = [-(row.mean_reciprocal or 0) for row in rows]
    shares = [row.improved for row in rows if row.w > 0 and row.improved is not None]
    rises = all(a < b for a, b in pairwise(means))
    what = (
        "This agrees with the paper: the mean of −1/p(1 | x) rises" if rises else "The mean of −1/p(1 | x) does not always rise"
    )
    single = "not every sample improves" if max(shares) < 1 else "at some w every sample improves"
    start = -(result.exact.mean_reciprocal_w0 or 0)
    words = (
        f"{what} with w, from {means[0]:.3f} at w = {rows[0].w:g} (exactly {start:g}) to {means[-1]:.3f} at w = {rows[-1].w:g}, "
        f"while {single} ({100 * min(shares):.0f} to {100 * max(shares):.0f} % do). "
        f"Of the means, {within(against_law(rows, law))} lie within 3 standard errors and the step change of the exact law of "
        f"the guided sampler, and {within(against_identity(rows))} with w > 0 of the improvement identity's prediction."
    )
    return words.replace(" -", " −")


def against_law(rows: Sequence[Row], law: Sequence[ExactPoint]) -> list[tuple[float, float, float]]:
    """Mean of 1/p, its value under the exact guided law, and 3 standard errors with the step change, for each row."""
    exactly = {point.w: point.mean_reciprocal for point in law}
    return [
        (row.mean_reciprocal, truth, 3 * row.se_reciprocal + (row.step_changes.mean_reciprocal or 0))
        for row in rows
        if row.mean_reciprocal is not None and row.se_reciprocal is not None and (truth := exactly.get(row.w)) is not None
    ]


def against_identity(rows: Sequence[Row]) -> list[tuple[float, float, float]]:
    """The same against the identity's prediction, for each row with w > 0."""
    comparisons = []
    for row in rows:
        if row.w > 0 and row.identity is not None and row.mean_reciprocal is not None and row.se_reciprocal is not None:
            steps = (row.step_changes.mean_reciprocal or 0) + (row.step_changes.identity or 0)
            allowance = 3 * math.hypot(row.se_reciprocal, row.identity.se) + steps
            comparisons.append((row.mean_reciprocal, row.identity.value, allowance))
    return comparisons
