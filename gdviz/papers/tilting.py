"""What Figures 3, 4 and 5 share: a reward-guided sampler at several w beside no guidance and the exact tilted law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.experiment import Experiment
from gdviz.papers.make import FigureSize
from gdviz.papers.paper_figure import Value, estimated, exact
from gdviz.papers.picture import Bars, Dots, Line, Mark, Panel, Reach, floats
from gdviz.tables import interval

if TYPE_CHECKING:
    from gdviz.laws import Law
    from gdviz.result import Result

W = 0.0, 0.5, 1.0, 2.0, 4.0

SHOWN = 1500
"""Points of a cloud."""

SHARE = "share of samples"
EXACT_P, EXACT_TILTED = "exact, no guidance: p(x)", "exact tilted law: p(x) r(x) / E r"
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Shares:
    """Shares of samples in bins, what they are exactly under p and under the tilted law, and under the guided one if known.

    Attributes
    ----------
    edges : array, shape [m + 1]
    counts : array, shape [W, m]
    particles : array, shape [W]
        All that are finite, in a bin or not.
    plain, tilted : array, shape [m]
    guided : array, shape [W, m], or None
    errors : array, shape [W]
        Of `guided`, as a total variation.
    """

    edges: Array
    counts: NDArray[np.int64]
    particles: NDArray[np.int64]
    plain: Array
    tilted: Array
    guided: Array | None = None
    errors: Array | None = None

    @property
    def found(self) -> Array:
        return self.counts / self.particles[:, None]  # [W, m]

    @property
    def se(self) -> Array:
        return np.sqrt(self.found * (1 - self.found) / self.particles[:, None])  # [W, m]


def experiment(base: Mapping[str, Any], size: FigureSize) -> Experiment:
    """An Experiment's JSON at the figure's size and w."""
    sampler = {"kind": base["sampler"]["kind"], "steps": size.steps}
    return Experiment.parse({**base, "sampler": sampler, "particles": size.particles, "w": W})


def tilted_law(result: Result) -> Law:
    """p r / E r."""
    plan = result.built.plan
    assert plan.toward is not None  # reward guidance that seeks high reward
    return plan.toward


# ---------------------------------------------------------------------- panels
def clouds(result: Result, colour: str = "guided") -> tuple[Panel, ...]:
    """One panel for each w, and one of exact samples of the tilted law."""
    target = tilted_law(result).sample(SHOWN, torch.Generator().manual_seed(result.experiment.seed + 1)).x.numpy()  # [n, 2]
    parts = [(_title(w), x[:SHOWN], "no_guidance" if w == 0 else colour) for w, x in zip(W, result.samples, strict=True)]
    parts.append(("exact tilted law", target, "tilted"))
    low, high = _square(result)
    return tuple(_cloud(title, np.asarray(x, float), ink, low, high, "" if k else "y") for k, (title, x, ink) in enumerate(parts))


def _cloud(title: str, x: Array, colour: str, low: Array, high: Array, y_title: str) -> Panel:
    x = x[np.isfinite(x).all(1)]
    names = {"no_guidance": "samples, no guidance", "guided": "samples, guided", "tilted": "samples of the exact tilted law"}
    dots = Dots(floats(x[:, 0]), floats(x[:, 1]), colour, names[colour], size=3, opacity=0.35)
    return Panel(title, "x", y_title, (low[0], high[0]), (low[1], high[1]), (dots,))


def _square(result: Result) -> tuple[Array, Array]:
    """A square that holds the law."""
    low, high = (corner.numpy() for corner in result.built.law.box(1e-3))  # [2], [2]
    middle, half = (low + high) / 2, 0.55 * (high - low).max()
    return _six(middle - half), _six(middle + half)


def _six(values: Array) -> Array:
    return np.array(floats(values))


def histograms(shares: Shares, x_title: str, y_title: str = "density") -> tuple[Panel, ...]:
    """One panel for each w: bars of the samples, steps or curves of what is exact, and 95 % bars."""
    width = np.diff(shares.edges)  # [m]
    center = (shares.edges[1:] + shares.edges[:-1]) / 2  # [m]
    all_of = [shares.found + 1.96 * shares.se, shares.plain, shares.tilted]
    top = 1.06 * max(float((part / width).max()) for part in all_of)
    panels = []
    for k, w in enumerate(W):
        colour = "no_guidance" if w == 0 else "guided"
        heights, half = shares.found[k] / width, 1.96 * shares.se[k] / width
        marks: list[Mark] = [
            Bars(floats(shares.edges), floats(heights), colour, f"samples, {'no guidance' if w == 0 else 'guided'}"),
            _outline(shares.edges, shares.plain / width, "no_guidance", EXACT_P),
            _outline(shares.edges, shares.tilted / width, "tilted", EXACT_TILTED),
        ]
        if shares.guided is not None:
            marks.append(_outline(shares.edges, shares.guided[k] / width, "exact", "exact law of the guided sampler", "dash"))
        marks.append(Reach(floats(center), floats(heights), floats(half), "muted", "95 % interval"))
        ends = float(shares.edges[0]), float(shares.edges[-1])
        panels.append(Panel(_title(w), x_title, y_title if k == 0 else "", ends, (0.0, top), tuple(marks)))
    return tuple(panels)


def _outline(edges: Array, heights: Array, colour: str, name: str, dash: str = "solid") -> Line:
    """The top of a histogram as one line."""
    return Line(floats(np.repeat(edges, 2)[1:-1]), floats(np.repeat(heights, 2)), colour, name, dash)


def mean_panel(result: Result, law: Sequence[tuple[float, float]] = ()) -> Panel:
    """E r over w, with what is exact: the values at w = 0 and 1, the tangent at 0, and the guided law's points if known."""
    rows, known = result.rows, result.exact
    w, value = floats(row.w for row in rows), floats(row.mean_reward or 0 for row in rows)
    half = floats(1.96 * (row.se_reward or 0) for row in rows)
    points = [(at, mean) for at, mean in ((0.0, known.mean_reward_w0), (1.0, known.mean_reward_w1)) if mean is not None]
    top = 1.1 * max([*value, *(mean for _, mean in points)])
    marks: list[Mark] = [Line(w, value, "guided")]
    if law:
        marks.append(
            Line(floats(at for at, _ in law), floats(mean for _, mean in law), "exact", "exact law of the guided sampler", "dash")
        )
    if known.mean_reward_w0 is not None and known.slope_mean_reward_w0 is not None:
        ends = (0.0, 0.6)
        tangent = floats(known.mean_reward_w0 + known.slope_mean_reward_w0 * at for at in ends)
        marks.append(Line(ends, tangent, "exact", "exact tangent at w = 0", "dot"))
    marks += [
        Reach(w, value, half, "muted", "95 % interval"),
        Dots(w, value, "guided", "mean of r, estimate", size=6),
        Dots(floats(at for at, _ in points), floats(mean for _, mean in points), "exact", "mean of r, exact", 11, hollow=True),
    ]
    return Panel("mean of the reward r", "w", "", (-0.2, W[-1] + 0.2), (0.0, top), tuple(marks))


def _title(w: float) -> str:
    return "w = 0: no guidance" if w == 0 else f"w = {w:g}"


# ---------------------------------------------------------------------- numbers
def values(run: str, result: Result) -> list[Value]:
    """Means of the reward, distances to the tilted law, and what is exact."""
    values, known = [], result.exact
    for row in result.rows:
        if row.mean_reward is not None and row.se_reward is not None:
            values.append(estimated(run, row.w, "mean of r", row.mean_reward, row.se_reward, row.step_changes.mean_reward))
        if row.w > 0 and row.improved is not None and row.se_improved is not None:
            values.append(estimated(run, row.w, "proportion improved", row.improved, row.se_improved, row.step_changes.improved))
        for far in row.distances:
            if far.energy_distance is not None and far.se is not None:
                name = f"energy distance to the {far.to} law"
                values.append(estimated(run, row.w, name, far.energy_distance, far.se, far.step_change))
    for w, quantity, value in (
        (0.0, "mean of r", known.mean_reward_w0),
        (0.0, "slope in w of the mean of r", known.slope_mean_reward_w0),
        (1.0, "mean of r", known.mean_reward_w1),
    ):
        if value is not None:
            values.append(exact(run, w, quantity, value))
    return values


def share_values(run: str, shares: Shares) -> list[Value]:
    """Every bin of every histogram, and what is exact there."""
    values = []
    for j, (low, high) in enumerate(pairwise(shares.edges)):
        at = {"low": float(low), "high": float(high)}
        for k, w in enumerate(W):
            values.append(estimated(run, w, SHARE, shares.found[k, j], shares.se[k, j], **at))
            if shares.guided is not None and shares.errors is not None:
                values.append(exact(run, w, f"{SHARE}, guided law", shares.guided[k, j], shares.errors[k], **at))
        values.append(exact(run, 0.0, f"{SHARE}, p", shares.plain[j], **at))
        values.append(exact(run, 1.0, f"{SHARE}, tilted law", shares.tilted[j], **at))
    return values


# ---------------------------------------------------------------------- words
def agrees(results: Mapping[str, Result]) -> str:
    """What the samples say about the theory, whatever it is."""
    return f"Against the theory, {'; '.join(f'{name} {_agrees(result)}' for name, result in results.items())}."


def _agrees(result: Result) -> str:
    means = [row.mean_reward or 0 for row in result.rows]
    rises = "rises with w" if all(a < b for a, b in pairwise(means)) else "does not always rise with w"
    met = "meets" if (held := _held(result)) and all(abs(a - b) <= c for a, b, c in held) else "misses"
    words = (
        f"the mean of r {rises} ({means[0]:.3g} at w = 0, {means[-1]:.3g} at w = {W[-1]:g}) and {met} its exact values at w = 0 "
        "and w = 1 within 3 standard errors and the step change"
    )
    far = next(row for row in result.rows if row.w == 1).distances[0]  # to the tilted law, the only goal
    if far.energy_distance is None or far.se is None or far.floor is None:
        return words
    distance = interval(far.energy_distance, far.se).replace("-", "−")
    return (
        f"{words}; at w = 1 the energy distance to the exact tilted law is {distance} (of its own samples, up to {far.floor:.2g})"
    )


def _held(result: Result) -> list[tuple[float, float, float]]:
    """Mean of r, its exact value, and 3 standard errors with the step change, where the exact value is known."""
    known = {0.0: result.exact.mean_reward_w0, 1.0: result.exact.mean_reward_w1}
    return [
        (row.mean_reward, truth, 3 * row.se_reward + (row.step_changes.mean_reward or 0))
        for row in result.rows
        if (truth := known.get(row.w)) is not None and row.mean_reward is not None and row.se_reward is not None
    ]
