"""Heavy tails: the running mean of 1/p(c | X) over exact samples, against 1/p(c), and how often its interval covers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from gdviz.guidance import Plan
from gdviz.laws import FullComponents, Mixture
from gdviz.metrics.mean import Array, Mean, mean, share
from gdviz.metrics.reading import Reader
from gdviz.metrics.row import reciprocal
from gdviz.metrics.skewness import KnownSkewness
from gdviz.metrics.tails import Tail
from gdviz.progress import ProgressCallback, silent
from gdviz.theory.slope import guided_by_label

SHOWN = 5
"""Independent runs that are drawn."""

POINTS = 60
"""Sample sizes at which a running mean is kept."""

FIRST = 20
"""The smallest of them."""

NORMAL_95 = 1.96


@dataclass(frozen=True)
class Running:
    """Independent runs of sampling without guidance: E f is known, and a sample mean is held against it.

    Attributes
    ----------
    exact : float
        E f, f = 1/r.
    n : tuple of int
        Sample sizes, rising.
    means : tuple of tuple of Mean, one a run and size
        Running mean and standard error of the runs that are drawn.
    tail : Tail or None
        The program's verdict on the first run, at the last size.
    runs : int
        All runs, also those not drawn.
    covered : Mean
        Share of runs whose usual 95 % interval at the last size holds the exact value.
    refused : Mean
        Share of runs whose mean the program would not print.
    """

    exact: float
    n: tuple[int, ...]
    means: tuple[tuple[Mean, ...], ...]
    tail: Tail | None
    runs: int
    covered: Mean
    refused: Mean


def gaussians_apart(distance: float) -> Plan:
    """Two unit Gaussians at +-distance on a line, equal weights, guided toward the right one: 1/p(c) = 2."""
    means = torch.tensor([[-distance], [distance]], dtype=torch.float64)  # [K, d]
    components = FullComponents(means, torch.ones(2, 1, 1, dtype=torch.float64))
    return guided_by_label(Mixture(components, torch.zeros(2), torch.tensor([0, 1]), ("a", "b")), "b")


def running(
    plan: Plan, samples: int, runs: int, seed: int, progress: ProgressCallback = silent
) -> Running | None:
    """Draw `runs` independent runs of `samples` exact points each; None where E 1/r is not known."""
    baseline = plan.baseline if plan.identity == "mean_reciprocal" else None
    if baseline is None or plan.reward is None:
        return None
    read = Reader(plan.unguided, plan.reward)
    known = KnownSkewness(plan, read, False, seed).at(0.0, samples)
    sizes = np.unique(np.geomspace(FIRST, samples, POINTS).round().astype(int))  # [n]
    generator = torch.Generator().manual_seed(seed)
    covered, refused = np.zeros(runs, bool), np.zeros(runs, bool)
    means: list[tuple[Mean, ...]] = []
    first: Tail | None = None
    for k in range(runs):
        log_r = read(plan.unguided.sample(samples, generator).x).log_reward
        assert log_r is not None
        shown, verdict = reciprocal(log_r, known)
        with np.errstate(over="ignore"):
            values = np.exp(-log_r)  # [samples]
        estimate, refused[k] = mean(values), shown.value is None
        covered[k] = estimate.value is not None and abs(estimate.value - baseline) <= NORMAL_95 * (estimate.se or 0.0)
        if k < SHOWN:
            means.append(_running(values, sizes))
            first = verdict if k == 0 else first
        progress((k + 1) / runs)
    n = tuple(int(size) for size in sizes)
    return Running(baseline, n, tuple(means), first, runs, share(covered), share(refused))


def _running(values: Array, sizes: Sequence[int] | np.ndarray) -> tuple[Mean, ...]:
    """Mean and standard error of the first n values, at each n."""
    size = np.asarray(sizes)
    total, square = np.cumsum(values)[size - 1], np.cumsum(values**2)[size - 1]  # [n]
    average = total / size  # [n]
    variance = np.maximum(square / size - average**2, 0) * size / np.maximum(size - 1, 1)  # [n]
    pairs = zip(average, np.sqrt(variance / size), strict=True)
    return tuple(Mean(float(a), float(b)) if math.isfinite(a) and math.isfinite(b) else Mean(None, None) for a, b in pairs)
