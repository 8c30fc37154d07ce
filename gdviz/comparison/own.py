"""A method of the caller's own on a scene: the same function that `gdviz.check` takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gdviz.diffusion import Levels, Moment, TileNoise
from gdviz.errors import GdvizError
from gdviz.facts.functions import is_whole, returned
from gdviz.facts.problem import Array, Backend, Problem, ScoreProblem, Scores
from gdviz.guidance import Guided, Plan, WeightedGuidance
from gdviz.own_file import first_line
from gdviz.rewards import Reward

TRIED_LEVELS = (0.99, 0.9, 0.5, 0.1)
TRIED_POINTS = 64
"""Noise variances, and noised samples at each, on which a guided score is tried before it is run."""

AT_ZERO = 1e-3
"""How far, relative to the largest score, a guided score at w = 0 may be from the one without guidance."""


@dataclass(frozen=True)
class OwnCode:
    """A guided score ``fn(problem, x, t, w) -> [n, d]``, or a whole sampler ``fn(problem, w) -> [n, d]``.

    Attributes
    ----------
    name : str
        What sentences call it.
    fn : callable
    backend : {"numpy", "torch"}
        Kind of the arrays that it is given.
    """

    name: str
    fn: Callable[..., Any]
    backend: Backend = "numpy"

    @cached_property
    def whole(self) -> bool:
        """Whether it is a sampler."""
        return is_whole(self.fn, self.name)

    def score(self, problem: ScoreProblem, x: Tensor, t: float, w: float) -> Tensor:
        """The guided score that it returns at x [n, d] float64.

        Raises
        ------
        GdvizError
            If it raises, returns something else, or changes x.
        """
        given = problem.own(x.clone())
        value = returned(self._call(problem, given, t, w), x.shape, self.name)
        if not torch.equal(torch.as_tensor(given).nan_to_num(), x.nan_to_num()):
            raise GdvizError(f"{self.name}: found x changed in place; a guided score returns a new array.")
        return value

    def draw(self, plan: Plan, levels: Levels, w: float, particles: int, seed: int, budget: int) -> Tensor:
        """The samples of a whole sampler, [n, d] float64, from the noise that every method of that seed is given.

        Raises
        ------
        GdvizError
            If it raises, returns something else or nothing finite, or asks for more scores than it may.
        """
        noise = TileNoise(seed, plan.unguided.dimension, 0, particles)
        problem = SceneProblem(plan, levels, noise, self, budget)
        with torch.no_grad():
            x = returned(self._call(problem, w), (particles, plan.unguided.dimension), self.name)
        if not bool(x.isfinite().any()):
            raise GdvizError(f"{self.name}: found no finite sample among {particles:,}; finite numbers are required.")
        return x

    def _call(self, *arguments: Any) -> Any:
        try:
            with np.errstate(all="ignore"):  # what overflows is counted as lost
                return self.fn(*arguments)
        except GdvizError:
            raise
        except Exception as error:
            raise GdvizError(f"{self.name}: found {type(error).__name__} in your function ({first_line(error)}).") from error


class SceneScores(ScoreProblem):
    """What a guided score is given on a scene.

    Attributes
    ----------
    log_reward : callable
        x -> log r(x), [n]; log p(c | x) where a label guides.
    """

    def __init__(self, plan: Plan, n: int, code: OwnCode) -> None:
        super().__init__(scores_of(plan), n, code.backend)
        self.log_reward = _log_reward(plan, self.own)


class SceneProblem(Problem):
    """What a whole sampler is given on a scene.

    Attributes
    ----------
    log_reward : callable
        As in `SceneScores`.
    budget : int
        Network evaluations that a sample may cost; one more is refused.
    """

    def __init__(self, plan: Plan, levels: Levels, noise: TileNoise, code: OwnCode, budget: int) -> None:
        def increments() -> Array:
            return np.stack([noise.step(moment).double().numpy() for moment in levels.moments()])  # [steps, n, d]

        self.budget, self._name = budget, code.name
        super().__init__(scores_of(plan), levels, noise.start().double().numpy(), increments, code.backend)
        self.log_reward = _log_reward(plan, self.own)

    def count(self, x: Tensor) -> None:
        super().count(x)
        if self.evaluations > self.budget + 1e-6:
            raise GdvizError(
                f"{self._name}: found more than {self.budget} network evaluations a sample; problem.budget says how many it has, "
                "and evaluations_a_step how many steps are made of them."
            )


class OwnGuidance(WeightedGuidance):
    """A guided score of the caller's as a rule: the scene's own base and push, moved to what the function returns.

    Where w = 0 nothing is moved, as for every rule.
    """

    def __init__(self, plan: Plan, code: OwnCode) -> None:
        super().__init__(plan.rule)
        self.plan, self.code = plan, code

    def at_weight(self, guided: Guided, x: Tensor, moment: Moment) -> Guided:
        weights = torch.as_tensor(guided.weight).flatten().tolist()  # one, or one a row of x [W, n, d]
        rows = x[None] if len(weights) == 1 else x
        totals = [self._total(points, moment.t, w) for points, w in zip(rows, weights, strict=True)]
        return guided.moved(torch.stack(totals).reshape(x.shape).to(x) - guided.total)

    def _total(self, x: Tensor, t: float, w: float) -> Tensor:
        points = x.reshape(-1, x.shape[-1]).detach().cpu().double()  # [n, d]
        if w == 0:
            return points
        return self.code.score(SceneScores(self.plan, len(points), self.code), points, t, w)


def with_own(plan: Plan, code: OwnCode) -> Plan:
    """The plan with a guided score of the caller's in place of its rule."""
    return replace(plan, rule=OwnGuidance(plan, code))


def evaluations_of(code: OwnCode, plan: Plan, w: float) -> float:
    """Network evaluations that a guided score asks for at one point, at most: it is tried on noised samples.

    Raises
    ------
    GdvizError
        If what it returns is of another shape or not finite, if it changes x, or is not the base score at w = 0.
    """
    generator = torch.Generator().manual_seed(0)
    base_name = plan.unified.base if plan.unified else "base"
    clean = plan.unguided.sample(TRIED_POINTS, generator).x  # [n, d]
    most = 1.0
    for t in TRIED_LEVELS:
        noise = torch.randn(clean.shape, generator=generator, dtype=torch.float64)  # [n, d]
        x = math.sqrt(1 - t) * clean + math.sqrt(t) * noise
        problem = SceneScores(plan, len(x), code)
        with torch.no_grad():
            score = code.score(problem, x, t, w)
            most = max(most, problem.evaluations)
            zero, base = code.score(problem, x, t, 0.0), torch.as_tensor(problem.base(problem.own(x), t))
        if not bool(score.isfinite().all()):
            raise GdvizError(f"{code.name}: found NaN or infinity at noise variance {t:g}; finite numbers are required.")
        if not bool((zero - base).abs().max() <= AT_ZERO * base.abs().max()):
            raise GdvizError(
                f"{code.name}: found another score than problem.base's at w = 0, which is problem.{base_name} here; "
                "w = 0 is no guidance, and gamma is 1 + w."
            )
    return most


def scores_of(plan: Plan) -> Scores:
    """The scores that make a plan's push, from which its base is one; the scene's networks where it has them."""
    unified = plan.unified
    assert unified is not None, "a comparison's scene has cfg or reward guidance"

    def toward(x: Tensor, t: float) -> Tensor:
        return unified.pair(x, t).toward.to(x)

    def away(x: Tensor, t: float) -> Tensor:
        both = unified.pair(x, t)
        return (both.toward - both.push).to(x)

    return Scores(toward, away, unified.base)


def _log_reward(plan: Plan, own: Callable[[Any], Any]) -> Callable[[Any], Any]:
    reward = plan.reward
    assert isinstance(reward, Reward), "a comparison's scene has a reward or a label"
    return lambda x: own(reward.log(torch.as_tensor(x, dtype=torch.float64)))
