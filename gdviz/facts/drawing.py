"""Samples of the caller's code: what it is given, how it is run, what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gdviz.diffusion import Levels, Moment, TileNoise
from gdviz.facts.functions import returned
from gdviz.facts.problem import Array, Backend, Laws, Predicts, Problem
from gdviz.guidance import Guided
from gdviz.samplers import SamplerKind

Sampler = Callable[[Problem, float], Any]


class Draw(NamedTuple):
    """Samples by w, each [n, 2], and the noise variances at which scores were asked for."""

    samples: dict[float, Array]
    asked: list[float]


class Caller(NamedTuple):
    """The caller's function and how it is called.

    Attributes
    ----------
    fn : callable
    whole : bool
        A sampler (problem, w), not a guided score (problem, x, t, w).
    n : int
        Samples at each w.
    scales : tuple of float
        The w; one more is passed where the caller's scale is gamma.
    """

    fn: Callable[..., Any]
    whole: bool
    n: int
    backend: Backend
    predicts: Predicts
    scales: Sequence[float]
    gamma: bool

    def draw(self, sampler: SamplerKind, laws: Laws, levels: Levels, seed: int) -> Draw:
        """Run it at every w; a guided score runs inside the given sampler."""
        problem = self._problem(laws, levels, np.random.default_rng(seed))
        run = self.fn if self.whole else _inside(self.fn, sampler, levels, self.predicts)
        samples = {w: _samples(problem, run, w, w + self.gamma) for w in self.scales}
        return Draw(samples, problem.asked)

    def _problem(self, laws: Laws, levels: Levels, rng: np.random.Generator) -> Problem:
        start = rng.standard_normal((self.n, len(laws.base.mean)))  # [n, d]
        return Problem(
            laws.scores, levels, start, lambda: rng.standard_normal((levels.steps, *start.shape)), self.backend, self.predicts
        )


def _inside(fn: Callable[..., Any], sampler: SamplerKind, levels: Levels, predicts: Predicts) -> Sampler:
    """A guided score as a whole sampler: ours, with that score."""

    def run(problem: Problem, value: float) -> Tensor:
        def guide(x: Tensor, moment: Moment) -> Guided:
            output = returned(fn(problem, problem.own(x), moment.t, value), x.shape, "your guided score")
            total = output if predicts == "score" else -output / moment.t**0.5
            return Guided(total, torch.zeros_like(x), weight=0.0)

        x = torch.as_tensor(problem.start)
        noise = _Given(problem)
        for step in sampler.run(guide, levels, noise, x):
            x = step.x
        return x

    return run


class _Given(TileNoise):
    """The problem's own noise."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(0, problem.start.shape[1], 0, problem.n, torch.float64)
        self.problem = problem

    def step(self, moment: Moment) -> Tensor:
        return torch.as_tensor(self.problem.noise[moment.index])


def _samples(problem: Problem, run: Sampler, w: float, passed: float) -> Array:
    """The samples that a sampler returns, [n, d] float64."""
    with torch.no_grad(), np.errstate(over="ignore", invalid="ignore"):  # what overflows is a finding
        samples = run(problem, passed)
    return returned(samples, problem.start.shape, f"your sampler at w = {w:g}").numpy()
