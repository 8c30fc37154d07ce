"""Figure 3: the reward-guided sampler on Gaussian mixtures, as histograms on a line and as clouds in the plane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.interpolate import CubicSpline

from gdviz.experiment import Experiment
from gdviz.guided_law import GuidedLaw, guided_laws
from gdviz.papers import tilting
from gdviz.papers.make import FigureReading, FigureSize
from gdviz.papers.paper_figure import exact
from gdviz.papers.picture import Picture, floats
from gdviz.papers.tilting import Array, Shares, W
from gdviz.presets import load

if TYPE_CHECKING:
    from gdviz.laws import Law
    from gdviz.result import Result

FULL = FigureSize(steps=1000, particles=10_000)
QUICK = FigureSize(steps=200, particles=1500)

LINE, PLANE = "line", "plane"
BINS = 40
NODES = 12
"""A bin, of the exact shares' quadrature: rounding is all that is left for Gaussians as wide as a bin."""


def experiments(size: FigureSize) -> dict[str, Experiment]:
    """Two Gaussians on a line with a bump for a reward; a ring of eight in the plane, each worth more than the one before."""
    presets = {LINE: "line-reward", PLANE: "ring-reward"}
    return {run: tilting.experiment(load(name).experiment.model_dump(mode="json"), size) for run, name in presets.items()}


def read(results: Mapping[str, Result]) -> FigureReading:
    """Histograms and the mean of r on the line; clouds in the plane."""
    line, plane = results[LINE], results[PLANE]
    built = line.built
    between = [w / 8 for w in range(8 * int(W[-1]) + 1)]
    laws = {law.w: law for law in guided_laws(built.plan, built.sampler, built.levels, between)}
    shares = _shares(line, [laws[w] for w in W])
    means = [(w, law.mean_reward) for w, law in laws.items() if law.mean_reward is not None]
    picture = Picture(
        "Reward guidance on Gaussian mixtures: from p(x) toward p(x) r(x) / E r",
        ((*tilting.histograms(shares, "x"), tilting.mean_panel(line, means)), tilting.clouds(plane)),
    )
    values = [*tilting.values(LINE, line), *tilting.values(PLANE, plane), *tilting.share_values(LINE, shares)]
    for w in W:
        law = laws[w]
        if law.mean_reward is not None and law.error_reward is not None:
            values.append(exact(LINE, w, "mean of r, guided law in the limit of small steps", law.mean_reward, law.error_reward))
    return FigureReading(picture, tuple(values), tilting.agrees({"on the line": line, "in the plane": plane}), _OURS)


_OURS = (
    "Ours: both laws, both rewards, the values of w, the sizes of the runs and every exact line; the paper's own mixture and "
    "reward are not known here."
)


def _shares(result: Result, laws: list[GuidedLaw]) -> Shares:
    """Bins over nearly all of p's mass; what falls outside is in no bin, of the samples as of the laws."""
    low, high = (float(corner[0]) for corner in result.built.law.box(1e-3))
    edges = np.array(floats(np.linspace(low, high, BINS + 1)))
    x = result.samples[-len(W) :, :, 0].astype(float)  # [W, N]
    counts = np.stack([np.histogram(part[np.isfinite(part)], edges)[0] for part in x])
    plain, tilted = (_mass(law, edges) for law in (result.built.law, tilting.tilted_law(result)))
    guided = np.stack([_mass_of_grid(law, edges) for law in laws])
    errors = np.array([law.error_density for law in laws])
    return Shares(edges, counts, np.isfinite(x).sum(1), plain, tilted, guided, errors)


def _mass(law: Law, edges: Array) -> Array:
    """Probability of each bin, by Gauss and Legendre."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    half = np.diff(edges)[:, None] / 2  # [m, 1]
    x = edges[:-1, None] + half * (1 + nodes)  # [m, NODES]
    density = law.log_density(torch.from_numpy(x)[..., None], 0.0).exp().numpy()  # [m, NODES]
    mass: Array = (half * weights * density).sum(1)
    return mass


def _mass_of_grid(law: GuidedLaw, edges: Array) -> Array:
    """The same of a density on a grid: the integral of its spline, which is 0 off the grid."""
    axis = law.axes[0].numpy()
    below = CubicSpline(axis, law.density.numpy()).antiderivative()
    mass: Array = np.diff(below(np.clip(edges, axis[0], axis[-1])))
    return mass
