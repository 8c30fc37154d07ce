"""Every exact fact of MATH section 2 that applies to an Experiment, held against its own simulation."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from gdviz.checkpoints import build_trained
from gdviz.device import pick_device
from gdviz.experiment import Built, Experiment
from gdviz.facts.far_start import names_of
from gdviz.facts.finding import RATE, CheckReport, Finding, normal, not_applicable, report, two_sided
from gdviz.facts.known import Known, known_of
from gdviz.facts.paths import Array, Simulated, simulate
from gdviz.laws import Law
from gdviz.metrics.tails import tail
from gdviz.progress import ProgressCallback
from gdviz.sweep import Paths

PARTICLES = 4096

SMALL = (-0.2, -0.1, 0.1, 0.2)
"""Guidance scales of the differences at w = 0."""

MOST_W = 3
"""How many of an Experiment's own w the identity and the monotone mean are checked at."""

GOAL_SAMPLES = 200_000


def check_experiment(
    experiment: Experiment | dict[str, Any],
    *,
    particles: int = PARTICLES,
    rate: float = RATE,
    device: str = "auto",
    progress: ProgressCallback | None = None,
) -> CheckReport:
    """Check the exact facts that apply to an Experiment.

    The w of the facts are run, whatever the Experiment lists: 0, small ones for the slope, 1 or -1 for the
    law that is then sampled exactly, and up to three of its own. A mean may be off by its standard error and by the
    change against half as many steps. The start at N(0, I) in place of p_T is accounted for (`gdviz.facts.start`); a run that
    starts so far from the noise that nothing can be compared is not simulated.

    Parameters
    ----------
    experiment : Experiment or dict
    particles : int
        Samples at each w.
    rate : float
        Chance that a correct sampler fails any fact (Holm over all that apply).
    device : {"auto", "cpu", "cuda", "mps"}
    progress : callable, optional
        Called with the share done.

    Raises
    ------
    GdvizError
        If the Experiment is not valid or does not fit the machine.
    """
    began = time.perf_counter()
    experiment = Experiment.parse(experiment)
    if type(experiment.score).kind_name() != "exact":
        learned = not_applicable("all exact facts", "the score is not the exact one, and the facts speak of exact scores")
        return report("an Experiment whose score is learned", [learned], rate, time.perf_counter() - began)
    built = build_trained(experiment)
    known = known_of(experiment, built, particles)
    special = () if known.special_w is None else (known.special_w,)
    w = sorted({0.0, *(SMALL if known.slope is not None or known.path_kl is not None else ()), *special, *_own(experiment)})
    if known.unfit is not None:  # every exact value is of a run that starts at the noise
        findings = [not_applicable(name, known.unfit) for name in names_of(known, built.plan, _own(experiment))]
    else:
        runs = simulate(experiment, built, w, particles, pick_device(device), progress)
        findings = [f for fact in FACTS for f in fact(known, runs)]
    return report(_subject(built), findings, rate, time.perf_counter() - began)


def _own(experiment: Experiment) -> list[float]:
    """The smallest, a middle and the largest of the positive w listed."""
    listed = sorted(w for w in experiment.w if w > 0)
    if len(listed) <= MOST_W:
        return listed
    return [listed[0], listed[len(listed) // 2], listed[-1]]


def _subject(built: Built) -> str:
    plan, sampler = built.plan, built.sampler
    laws = f"w = 0 samples {plan.unguided.name}"
    if plan.toward is not None and plan.away is not None:
        laws += f", toward {plan.toward.name}, away from {plan.away.name}"
    return f"{type(sampler).kind_name()}, {built.levels.steps} steps; {laws}"


# ---------------------------------------------------------------------- the facts
def means_at_zero(known: Known, runs: Simulated) -> Iterator[Finding]:
    """Fact 1: E f(Y) at w = 0, f = 1/r or r."""
    for mean in known.means_w0:
        fact = f"E {mean.name} at w = 0"
        if mean.reason:
            yield not_applicable(fact, mean.reason, mean.value)
            continue
        assert runs.log_reward is not None and mean.value is not None
        values = np.exp(mean.sign * np.stack([log_r[runs.at(0.0)] for log_r in runs.log_reward]))  # [2, N]
        fine, coarse = runs.start.mean_of(values, mean.value, runs.built.plan.unguided)
        yield _mean(fact, mean.value, fine, coarse, mean.sd)


def slope_at_zero(known: Known, runs: Simulated) -> Iterator[Finding]:
    """Fact 2: d/dw E f at w = 0, by central differences on common noise."""
    if known.slope is None:
        yield not_applicable(f"d/dw E {known.f} at w = 0", known.why_not())
        return
    fact = f"d/dw E {known.f} at w = 0"
    assert runs.log_reward is not None
    weights = runs.start.weights(runs.built.plan.unguided)  # [N]
    (near, curved), (coarse, _) = (_slope(runs, weights * np.exp(known.sign * log_r)) for log_r in runs.log_reward)
    yield _mean(fact, known.slope, near, coarse, also=curved)


def _slope(runs: Simulated, f: Array) -> tuple[Array, float]:
    """Central differences of f [W, N], and how much the wider ones differ."""
    far_below, below, above, far_above = (f[runs.at(w)] for w in SMALL)
    near, wide = (above - below) / (SMALL[2] - SMALL[1]), (far_above - far_below) / (SMALL[3] - SMALL[0])  # [N]
    return near, abs(float((near - wide).mean()))


def special_mean(known: Known, runs: Simulated) -> Iterator[Finding]:
    """Fact 3, the mean: E r at w = 1 in the form that seeks reward."""
    if known.special_mean is None or known.special_w is None:
        return
    assert runs.log_reward is not None
    assert known.special_law is not None
    rewards = np.exp(np.stack([log_r[runs.at(known.special_w)] for log_r in runs.log_reward]))  # [2, N]
    fine, coarse = runs.start.mean_of(rewards, known.special_mean, known.special_law)
    yield _mean(f"E r at w = {known.special_w:g}", known.special_mean, fine, coarse)


def laws_sampled(known: Known, runs: Simulated) -> Iterator[Finding]:
    """Fact 3, the law: w = 0 samples the base; w = 1 (reward) or -1 (cost, labels) the tilted or the plain law."""
    yield _follows(runs, 0.0, runs.built.plan.unguided)
    if known.special_law is None or known.special_w is None:
        if runs.built.plan.toward is not None:
            yield not_applicable("the law at w = 1 or -1", known.why_not())
        return
    yield _follows(runs, known.special_w, known.special_law)


def path_kl(known: Known, runs: Simulated) -> Iterator[Finding]:
    """Fact 4: KL(guided paths || unguided paths) / w^2 near w = 0 is the KL of the two end laws (de Bruijn)."""
    fact = "path KL / w² near w = 0"
    if known.path_kl is None:
        yield not_applicable(fact, known.why_not())
        return
    scaled = []
    for paths in (runs.fine, runs.coarse):
        assert paths.path_kl is not None
        kl = paths.path_kl.double().numpy()  # [W, N]
        far_below, below, above, far_above = (kl[runs.at(w)] for w in SMALL)
        near, wide = (below + above) / 2 / SMALL[2] ** 2, (far_below + far_above) / 2 / SMALL[3] ** 2  # odd powers cancel
        scaled.append((near, abs(float((near - wide).mean()))))
    (fine, curved), (coarse, _) = scaled
    yield _mean(fact, known.path_kl, fine, coarse, also=curved)


def martingale(known: Known, runs: Simulated) -> Iterator[Finding]:
    """Fact 5: E f_t(Y_t) is constant at w = 0 and moves one way for w > 0."""
    constant, moving = f"E {known.f_t} constant along w = 0", "falls" if known.sign < 0 else "rises"
    if known.baseline is None or known.heavy is not None or known.log_f_t is None or not known.unit_noise:
        yield not_applicable(constant, known.why_not())
        return
    values = np.stack([_noised(known, runs, paths, 0.0) for paths in (runs.fine, runs.coarse)])  # [2, F, N]
    fine, coarse = runs.start.mean_of(values, known.baseline, runs.built.plan.unguided)
    yield _worst([_mean(constant, known.baseline, a, b) for a, b in zip(fine, coarse, strict=True)])
    if not known.plain:
        yield not_applicable(f"E {known.f_t} {moving} for w > 0", known.why_not())
        return
    for w in _own_of(runs):
        fact = f"E {known.f_t} {moving} along w = {w:g}"
        fine, coarse = (known.sign * np.diff(_noised(known, runs, p, w), axis=0) for p in (runs.fine, runs.coarse))  # [F - 1, N]
        yield _worst([_rises(fact, a, b) for a, b in zip(fine, coarse, strict=True)])


def identity(known: Known, runs: Simulated) -> Iterator[Finding]:
    """The improvement identity: E f(Y^w) = E f(Y^0) +- w Int E[...] du, along the same guided paths."""
    if known.baseline is None or known.heavy is not None or runs.fine.gain is None or runs.coarse.gain is None:
        yield not_applicable("improvement identity", known.why_not())
        return
    assert runs.log_reward is not None
    for w in _own_of(runs):
        fact, k, sign = f"identity for E {known.f} at w = {w:g}", runs.at(w), known.sign
        gains = [paths.gain[k].double().numpy() for paths in (runs.fine, runs.coarse) if paths.gain is not None]
        predicted = [known.baseline * (1 + sign * w * gain) for gain in gains]  # [N]
        values = [np.exp(sign * log_r[k]) for log_r in runs.log_reward]  # [N]
        if not (tail(values[0]).reliable and tail(gains[0]).reliable):
            yield not_applicable(fact, "the tails are too heavy for a mean of so many samples")
            continue
        weights = runs.start.weights(runs.built.plan.unguided)  # [N]
        gap, coarse_gap = (weights * (a - b) for a, b in zip(values, predicted, strict=True))  # [N], mean 0 as the step goes to 0
        expected = float(predicted[0].mean())
        finding = _mean(fact, 0.0, gap, coarse_gap, size=expected)
        measured = None if finding.p_value is None else float(values[0].mean())
        yield replace(finding, expected=expected, measured=measured)


FACTS = (means_at_zero, laws_sampled, special_mean, slope_at_zero, path_kl, martingale, identity)


# ---------------------------------------------------------------------- how they are decided
def _own_of(runs: Simulated) -> list[float]:
    return [w for w in runs.w if w > 0 and w not in SMALL] or [w for w in runs.w if w > 0]


def _mean(
    fact: str,
    expected: float,
    fine: Array,
    coarse: Array,
    sd: float | None = None,
    also: float = 0.0,
    size: float | None = None,
) -> Finding:
    """The mean of fine [N] against its expected value; `sd` where it is known exactly, else the sample's, if its tail allows."""
    keep = np.isfinite(fine) & np.isfinite(coarse)
    if not keep.all():
        return not_applicable(fact, f"{int((~keep).sum()):,} particles overflowed", expected)
    if sd is None:
        if not tail(np.abs(fine)).reliable:
            return not_applicable(fact, "the tail is too heavy for a mean of so many samples", expected)
        sd = float(fine.std(ddof=1))
    step = abs(float(fine.mean() - coarse.mean())) + also
    return normal(fact, expected, float(fine.mean()), sd / math.sqrt(len(fine)), step, size)


def _rises(fact: str, fine: Array, coarse: Array) -> Finding:
    """The mean of fine [N] is not below 0, one-sided."""
    mean, se = float(fine.mean()), float(fine.std(ddof=1)) / math.sqrt(len(fine))
    step = abs(mean - float(coarse.mean()))
    return Finding(fact, 0.0, mean, se, step, two_sided(-mean - step, se) / 2 if mean + step < 0 else 1.0)


def _worst(findings: list[Finding]) -> Finding:
    """The least likely of several looks at one fact, its p-value multiplied by their number (Bonferroni)."""
    judged = [f for f in findings if f.p_value is not None]
    if not judged:
        return findings[0]
    worst = min(judged, key=lambda f: (f.p_value or 0.0, f.measured or 0.0))
    return replace(worst, p_value=min(1.0, len(judged) * (worst.p_value or 0.0)))


def _follows(runs: Simulated, w: float, law: Law) -> Finding:
    """Largest distance of the distribution functions, over the axes, to samples of the law.

    Kolmogorov-Smirnov with Massart's form of the Dvoretzky-Kiefer-Wolfowitz bound, less what half as many steps change and less
    the total variation that the start is off by.
    """
    fact = f"w = {w:g} samples {law.name}"
    goal = law.sample(GOAL_SAMPLES, torch.Generator().manual_seed(1)).x  # [m, d]
    k, n, m = runs.at(w), runs.particles, len(goal)
    fine, coarse = (law.nearest(paths.x[k].double()).numpy() for paths in (runs.fine, runs.coarse))  # [N, d]
    if not (np.isfinite(fine).all() and np.isfinite(coarse).all()):
        return not_applicable(fact, "some particles overflowed")
    effective, looks, start = n * m / (n + m), [], runs.start.total_variation(law)
    for axis in range(law.dimension):
        own, other, exact = (np.sort(x[:, axis]) for x in (fine, coarse, goal.numpy()))
        at = np.concatenate([own, exact])
        cdf, half, goal_cdf = (np.searchsorted(v, at, side="right") / len(v) for v in (own, other, exact))
        distance, step = float(np.abs(cdf - goal_cdf).max()), float(np.abs(cdf - half).max()) + start
        beyond = max(0.0, distance - step)
        looks.append(Finding(fact, 0.0, distance, None, step, min(1.0, 2 * math.exp(-2 * effective * beyond**2))))
    return _worst(looks)


def _noised(known: Known, runs: Simulated, paths: Paths, w: float) -> Array:
    """f_t along the kept frames of one w, [F, N]."""
    assert known.log_f_t is not None and paths.frames is not None
    frames = paths.frames[runs.at(w)].double()  # [N, F, d]
    return np.stack([torch.exp(known.log_f_t(frames[:, j], float(t))).numpy() for j, t in enumerate(runs.t)])
