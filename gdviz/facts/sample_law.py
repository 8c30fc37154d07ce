"""Whether samples follow a Gaussian law that is known exactly: mean, spread, correlation, shape, and every single particle."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.special import ndtr
from scipy.stats import chi2

from gdviz.facts.finding import Finding, two_sided
from gdviz.facts.problem import Array, Gaussian
from gdviz.facts.sample_shape import farthest, kurtosis, kurtosis_p, repeats


def law_findings(title: str, x: Array, law: Gaussian, coarse: Array | None = None) -> list[Finding]:
    """Four facts about samples x [n, d] along the law's principal axes.

    The sample mean is exactly normal and its sum of squares exactly chi-squared, so without `coarse` nothing is allowed
    but chance.

    Parameters
    ----------
    title : str
        Stands before each fact, e.g. ``w = 3``.
    coarse : ndarray, optional
        Independent samples at half as many steps; every number may be off by FIRST_ORDER times how far they differ, and
        that difference has a noise of its own (TOGETHER).
    """
    if not np.isfinite(law.covariance).all():
        return [Finding(f"{title}: the law overflows", p_value=0.0)]
    if not np.isfinite(x).all() or (coarse is not None and not np.isfinite(coarse).all()):
        lost = float((~np.isfinite(x).all(1)).mean())
        return [Finding(f"{title}: share of samples that are not finite", 0.0, lost, p_value=0.0)]
    sd, axes = _axes(law)
    center, y = law.mean @ axes, x @ axes  # [d], [n, d]
    other = None if coarse is None else coarse @ axes
    parts = (_mean, _spread, _correlation, _shape) if len(sd) > 1 else (_mean, _spread, _shape)
    findings = [(part.__name__[1:], *part(y, center, sd, other)) for part in parts]
    return [replace(f, fact=f"{title}: {name}{_along(name, axes, k)}") for name, f, k in findings]


def all_findings(
    samples: dict[float, Array], law_at: Callable[[float], Gaussian], coarse: dict[float, Array] | None = None
) -> list[Finding]:
    """The facts of `law_findings` at each w, and three of all w together: kurtosis, the farthest particle, values that repeat.

    Of these the least likely w is told, its p-value times their number (Bonferroni): they see at any w what they are there for,
    and so take little from the others' share of the false-alarm rate.
    """
    looks: dict[str, list[Finding]] = {}
    findings = []
    for w, x in samples.items():
        other = None if coarse is None else coarse[w]
        here = law_findings(f"w = {w:g}", x, law_at(w), other)
        findings += here
        if len(here) > 1:  # finite
            for name, look in _cloud(x, law_at(w), other).items():
                looks.setdefault(name, []).append(replace(look, fact=f"{look.fact}, at w = {w:g}"))
    for kind in looks.values():
        least = min(kind, key=lambda look: look.p_value or 0.0)
        findings.append(replace(least, p_value=min(1.0, len(kind) * (least.p_value or 0.0))))
    return findings


def _cloud(x: Array, law: Gaussian, coarse: Array | None) -> dict[str, Finding]:
    _, axes = _axes(law)
    y, other = x @ axes, None if coarse is None else coarse @ axes  # [n, d']
    shape, k = _kurtosis(y, other)
    shape = replace(shape, fact=f"kurtosis{_along('kurtosis', axes, k)}")
    return {"kurtosis": shape, "farthest": farthest(y), "repeats": repeats(x, law)}


def _axes(law: Gaussian) -> tuple[Array, Array]:
    """Standard deviations [d'] along principal axes [d, d'], ascending; those lost in rounding are left out."""
    variances, axes = np.linalg.eigh(law.covariance)
    told = variances > RESOLVED * variances[-1]
    return np.sqrt(variances[told]), axes[:, told]


FIRST_ORDER = 1.35
"""What is left at N steps of an error that falls like the step, relative to its change from N / 2: 1, and more where the second
order still counts (w = 10 at 200 steps: 1.25)."""

TOGETHER = math.sqrt(5)
"""Noise of a number's distance to the limit less FIRST_ORDER times its change, in standard errors of one sample. Where the step's
error decides the sign of the change it is sqrt((1 - FIRST_ORDER)^2 + FIRST_ORDER^2) = 1.39, where chance does at most 1; this is
the noise of the extrapolation 2 a - b, above both, so that a right sampler is rather passed than called wrong."""

RESOLVED = 1e-13
"""Directions with a smaller share of the largest variance are not looked at."""


def _along(name: str, axes: Array, k: int) -> str:
    if name == "correlation":
        return ""
    return f" along ({', '.join(f'{c:.2f}' for c in axes[:, k] * np.sign(axes[np.abs(axes[:, k]).argmax(), k]))})"


def _mean(y: Array, center: Array, sd: Array, other: Array | None) -> tuple[Finding, int]:
    means = y.mean(0)
    slack = np.zeros_like(means) if other is None else FIRST_ORDER * np.abs(means - other.mean(0))
    se = sd / math.sqrt(len(y)) * (1.0 if other is None else TOGETHER)
    p = [two_sided(off - more, e) for off, more, e in zip(np.abs(means - center), slack, se, strict=True)]
    return _worst(center, means, se, slack, p, other)


def _spread(y: Array, center: Array, sd: Array, other: Array | None) -> tuple[Finding, int]:
    spreads, se = y.std(0, ddof=1), sd / math.sqrt(2 * len(y))
    if other is not None:
        slack, se = FIRST_ORDER * np.abs(spreads - other.std(0, ddof=1)), TOGETHER * se
        p = [two_sided(off - more, e) for off, more, e in zip(np.abs(spreads - sd), slack, se, strict=True)]
        return _worst(sd, spreads, se, slack, p, other)
    statistic = (len(y) - 1) * (spreads / sd) ** 2
    p = [min(1.0, 2 * float(min(chi2.cdf(s, len(y) - 1), chi2.sf(s, len(y) - 1)))) for s in statistic]
    return _worst(sd, spreads, se, np.zeros_like(spreads), p, other)


def _correlation(y: Array, center: Array, sd: Array, other: Array | None) -> tuple[Finding, int]:
    """Of the standardised coordinates; 0 along principal axes. For two axes, else the largest of all pairs."""
    correlations = _correlations(y)
    slack = np.zeros_like(correlations) if other is None else FIRST_ORDER * np.abs(correlations - _correlations(other))
    noise = 1.0 if other is None else TOGETHER
    se = np.full_like(correlations, noise / math.sqrt(len(y)))
    fisher = np.arctanh(np.clip(np.maximum(np.abs(correlations) - slack, 0.0), 0, 1 - 1e-15))
    p = [two_sided(float(z), noise / math.sqrt(len(y) - 3)) for z in fisher]
    return _worst(np.zeros_like(correlations), correlations, se, slack, p, other)


def _correlations(y: Array) -> Array:
    z = (y - y.mean(0)) / np.maximum(y.std(0), 1e-300)  # [n, d]
    return (z.T @ z / len(z))[np.triu_indices(y.shape[1], 1)]  # [d (d - 1) / 2]


def _shape(y: Array, center: Array, sd: Array, other: Array | None) -> tuple[Finding, int]:
    """Kolmogorov-Smirnov distance, with Massart's constant in the Dvoretzky-Kiefer-Wolfowitz bound."""
    n, distances, slack = len(y), [], []
    for k in range(y.shape[1]):
        z = ndtr((np.sort(y[:, k]) - center[k]) / sd[k])  # [n]
        ranks = np.arange(n) / n
        distances.append(float(max((z - ranks).max(), (ranks + 1 / n - z).max())))
        slack.append(0.0)
        if other is not None:
            at = np.sort(np.concatenate([y[:, k], other[:, k]]))
            own, half = (np.searchsorted(np.sort(v[:, k]), at, side="right") / len(v) for v in (y, other))
            slack[-1] = FIRST_ORDER * float(np.abs(own - half).max())
    counted = n if other is None else n / TOGETHER**2
    p = [min(1.0, 2 * math.exp(-2 * counted * max(0.0, d - s) ** 2)) for d, s in zip(distances, slack, strict=True)]
    worst, k = _worst(np.zeros(len(p)), np.array(distances), np.zeros(len(p)), np.array(slack), p, other)
    return replace(worst, se=None), k


def _kurtosis(y: Array, other: Array | None) -> tuple[Finding, int]:
    kurtoses, right, se = kurtosis(y), np.full(y.shape[1], 3.0), np.full(y.shape[1], math.sqrt(24 / len(y)))
    if other is None:
        return _worst(right, kurtoses, se, np.zeros_like(kurtoses), kurtosis_p(kurtoses, len(y)), other)
    slack, se = FIRST_ORDER * np.abs(kurtoses - kurtosis(other)), TOGETHER * se
    p = [two_sided(off - more, e) for off, more, e in zip(np.abs(kurtoses - right), slack, se, strict=True)]
    return _worst(right, kurtoses, se, slack, p, other)


def _worst(
    expected: Array, measured: Array, se: Array, slack: Array, p: list[float], other: Array | None
) -> tuple[Finding, int]:
    """The least likely axis and its number; the p-value is multiplied by the number of axes (Bonferroni)."""
    k = int(np.argmin(p))
    step = None if other is None else float(slack[k])
    return Finding("", float(expected[k]), float(measured[k]), float(se[k]), step, min(1.0, len(p) * p[k])), k
