"""One step in slow motion: what the score does, what guidance adds, what the noise adds, and the next point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from gdviz.diffusion import Moment
from gdviz.errors import GdvizError
from gdviz.guidance import Guide
from gdviz.metrics.mean import Mean
from gdviz.samplers import LinearStepSampler
from gdviz.theory.subject import Subject
from gdviz.theory.verdict import signed_mean

DRAWS = 4096
"""Draws of the step's noise over which f after the step is averaged."""

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class OneStep:
    """Y' = keep Y + drift (base + w omega push) + noise Z, part by part.

    Attributes
    ----------
    moment : Moment
    x : array, shape [d]
        Y.
    by_score, by_guidance, by_noise : array, shape [d]
        What is added in turn: keep Y - Y + drift base, drift w omega push, noise Z.
    after : array, shape [d]
        Y', their sum.
    before_f, after_f : float
        f_t(Y), f_t'(Y').
    average_f : Mean
        E[f_t'(Y') | Y] over the noise; f_t(Y) without guidance, but for the size of the step.
    expected_change : float
        +-w omega |push|^2 f_t(Y) du: the improvement identity's integrand for this step.
    """

    moment: Moment
    x: Vector
    by_score: Vector
    by_guidance: Vector
    by_noise: Vector
    after: Vector
    before_f: float
    after_f: float
    average_f: Mean
    expected_change: float


def one_step(subject: Subject, w: float, index: int, x: Vector, z: Vector, seed: int = 0) -> OneStep:
    """Take the step of that index from x with noise z.

    Parameters
    ----------
    x, z : array, shape [d]
        The point before the step and the standard normal increment.
    seed : int
        Of the draws for the average.

    Raises
    ------
    GdvizError
        If the sampler's step is not linear in one score.
    """
    if not isinstance(subject.sampler, LinearStepSampler):
        name = subject.sampler.kind_name()
        raise GdvizError(f"one step: found the sampler {name!r}; a step is taken apart for those linear in one score, as ddpm.")
    moment = next(m for m in subject.levels.moments() if m.index == index)
    keep, drift, spread = subject.sampler.linear_step(moment)
    point = torch.from_numpy(np.asarray(x, float))[None]  # [1, d]
    with torch.no_grad():
        guided = Guide(subject.plan.rule, w)(point, moment)
        base, push = guided.base[0].numpy(), guided.push[0].numpy()  # [d]
        by_score, by_guidance = (keep - 1) * x + drift * base, drift * w * guided.omega * push  # [d]
        mean = x + by_score + by_guidance  # [d]
        after = mean + spread * z  # [d]
        draws = torch.randn(DRAWS, len(x), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)  # [n, d]
        f = subject.baseline
        before_f = f * float(subject.relative(point, moment.t)[0])
        after_f = f * float(subject.relative(torch.from_numpy(after)[None], moment.t_next)[0])
        ends = f * subject.relative(torch.from_numpy(mean) + spread * draws, moment.t_next).numpy()  # [n]
    change = subject.sign * w * guided.omega * float(push @ push) * before_f * moment.du
    return OneStep(moment, x, by_score, by_guidance, spread * z, after, before_f, after_f, signed_mean(ends), change)
