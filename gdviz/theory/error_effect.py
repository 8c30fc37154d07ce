"""What a score's error does to the means that guidance moves: predicted, and measured on the same noise (MATH section 2).

Let f_t = E[f(X_0) | X_t], a martingale along the unguided path. By Ito's formula any path whose drift has h_t more ends at
E f(Y) = E f(Y^0) + Int E<h_t, grad f_t> du. With exact scores h = w push, with wrong ones h = w push + e, so that

    E f(wrong) - E f(exact) = Int E<e_t, grad f_t> du along the wrong path
                              + w Int E<push, grad f_t> du along the wrong path - the same along the exact path.

To first order in e the first line may be taken along the exact path: that is the prediction. The second line is of first
order too, for the wrong path has moved by O(e) and meets another push there; it is absent at w = 0 only. The formula of the
literature, Int E<e_t, grad f_t> du, is therefore the whole first order without guidance and a part of it with guidance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gdviz.diffusion import Levels
from gdviz.errors import GdvizError
from gdviz.guidance import Plan
from gdviz.metrics.mean import UNKNOWN, Array, Mean, mean
from gdviz.metrics.reading import Reader
from gdviz.metrics.row import mean_reward, reciprocal
from gdviz.metrics.skewness import KnownSkewness
from gdviz.metrics.tails import tail
from gdviz.progress import ProgressCallback, part, silent
from gdviz.samplers import SamplerKind
from gdviz.sweep import Chunk, PlanExecutor, RunHere, SweepOptions, gathered
from gdviz.theory.error_along import ErrorAlong


@dataclass(frozen=True)
class ErrorEffect:
    """How far a wrong score moves E f at one w; f is r where guidance seeks reward, 1/r where it avoids cost.

    Attributes
    ----------
    w : float
    of : {"mean_reward", "mean_reciprocal"}
        Which mean f is.
    rewards, reciprocals : (Mean, Mean)
        E r and E 1/r under the exact and the wrong scores, from the same start and increments; unknown where the tail of
        1/r allows no normal interval.
    measured : Mean
        Wrong less exact E f, particle by particle.
    predicted : Mean
        Int E<e_t, grad f_t> du along the exact guided paths: first order in the error e_t of the guided score. At w = 0
        it is the whole first-order effect. At other w it leaves out that the moved path meets another push.
    accounted : Mean
        E f(Y^0) + Int E<w push + e_t, grad f_t> du along the wrong paths, which is E f under the wrong scores
        without approximation, but for the step size.
    accounted_effect : Mean
        `accounted` less the same account of the exact paths, E f(Y^0) + Int E<w push, grad f_t> du: all of the effect.
    gap : Mean
        `measured` less `accounted_effect`, particle by particle: 0 but for noise and step size.
    particles, nonfinite : int
        How many were run, and how many of them overflowed in either run (left out of every mean).
    """

    w: float
    of: str
    rewards: tuple[Mean, Mean]
    reciprocals: tuple[Mean, Mean]
    measured: Mean
    predicted: Mean
    accounted: Mean
    accounted_effect: Mean
    gap: Mean
    particles: int
    nonfinite: int

    @property
    def exact(self) -> Mean:
        """E f under the exact scores."""
        return (self.rewards if self.of == "mean_reward" else self.reciprocals)[0]

    @property
    def wrong(self) -> Mean:
        """E f under the wrong scores."""
        return (self.rewards if self.of == "mean_reward" else self.reciprocals)[1]


@dataclass(frozen=True)
class ErrorPaths:
    """What one range of particles did, shape [W, n] each; NaN for a particle that is not finite.

    Attributes
    ----------
    exact, wrong : array
        log r at the ends of the paths of exact and of wrong scores.
    first_order : array
        Int <e_t, grad f_t> du along the exact paths, relative to E f(Y^0).
    exact_whole, wrong_whole : array
        Int <w push, grad f_t> du along the exact paths and Int <w push + e_t, grad f_t> du along the wrong ones, relative to
        E f(Y^0).
    """

    exact: Array
    wrong: Array
    first_order: Array
    exact_whole: Array
    wrong_whole: Array

    @classmethod
    def joined(cls, parts: Sequence[ErrorPaths]) -> ErrorPaths:
        """The particles of several ranges."""
        return cls(*(np.concatenate(arrays, axis=1) for arrays in zip(*(part.arrays for part in parts), strict=True)))

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All of them, in the order of the fields."""
        return self.exact, self.wrong, self.first_order, self.exact_whole, self.wrong_whole

    def first(self, n: int) -> ErrorPaths:
        """The first n particles."""
        return ErrorPaths(*(part[:, :n] for part in self.arrays))


class ErrorStudy:
    """Exact and wrong scores under the same guidance, run on the same noise.

    Parameters
    ----------
    exact, wrong : Plan
        The same guidance built on exact and on other scores.
    sampler : SamplerKind
        One with unit noise; for others the formula does not hold.
    levels : Levels
    w : sequence of float
    seed : int

    Raises
    ------
    GdvizError
        If the plan's mean or its value at w = 0 is not known, or the sampler has not the full noise.
    """

    def __init__(self, exact: Plan, wrong: Plan, sampler: SamplerKind, levels: Levels, w: Sequence[float], seed: int) -> None:
        if exact.identity is None or exact.baseline is None or exact.reward is None:
            raise GdvizError("score error: found guidance without an improvement identity; cfg and reward guidance have one.")
        if not sampler.unit_noise:
            name = sampler.kind_name()
            raise GdvizError(f"score error: found the sampler {name!r}; the formula holds for ddpm, ancestral and churn 1.")
        self.exact, self.wrong, self.sampler, self.levels, self.w, self.seed = exact, wrong, sampler, levels, tuple(w), seed
        self.baseline, self.of = exact.baseline, exact.identity
        self._read = Reader(exact.unguided, exact.reward)
        self._known = KnownSkewness(exact, self._read, False, seed)

    def paths(
        self,
        first: int,
        particles: int,
        *,
        halved: bool = False,
        progress: ProgressCallback = silent,
        executors: tuple[PlanExecutor, PlanExecutor] | None = None,
    ) -> ErrorPaths:
        """Run the particles first, ..., first + particles - 1 under both scores.

        Parameters
        ----------
        first : int
            A multiple of 1024 (`TILE`).
        halved : bool
            At half the steps, on coupled noise.
        progress : callable
            Called with the share done.
        executors : (PlanExecutor, PlanExecutor), optional
            Where the sweeps of the exact and of the wrong plan run; here by default.
        """
        exact, wrong = executors or [RunHere(plan, self.sampler, self.levels) for plan in (self.exact, self.wrong)]

        def run(followed: PlanExecutor, other: PlanExecutor, follow_wrong: bool, start: float) -> Chunk:
            observers = (ErrorAlong(other.source, follow_wrong),)
            options = SweepOptions(self.w, particles, self.seed, first, int(halved), observers=observers, padded=False)
            return gathered(followed(options), part(progress, start, 0.5))

        runs = run(exact, wrong, False, 0.0), run(wrong, exact, True, 0.5)
        weight = torch.tensor(self.w, dtype=torch.float64)[:, None]  # [W, 1]
        error, gain = ([chunk.readings[name].double() for chunk in runs] for name in ("error", "gain"))  # [W, n] each
        wholes = weight * gain[0], error[1] + weight * gain[1]  # [W, n] each
        ends = [np.stack([self._log_reward(x) for x in chunk.x]) for chunk in runs]  # [W, n] each
        return ErrorPaths(ends[0], ends[1], error[0].numpy(), wholes[0].numpy(), wholes[1].numpy())

    def effects(self, paths: ErrorPaths) -> tuple[ErrorEffect, ...]:
        """What the particles so far say, at each w."""
        return tuple(self._effect(k, paths) for k in range(len(self.w)))

    def _log_reward(self, x: Tensor) -> Array:
        log_r = self._read(x).log_reward
        assert log_r is not None
        return log_r

    def _effect(self, k: int, paths: ErrorPaths) -> ErrorEffect:
        w = self.w[k]
        parts = [array[k] for array in paths.arrays]  # [N] each
        keep: NDArray[np.bool_] = np.logical_and.reduce([np.isfinite(part) for part in parts])  # [N]
        exact, wrong, first_order, exact_whole, wrong_whole = (part[keep] for part in parts)
        n = max(1, len(exact))
        known, of_reward = self._known.at(w, n), self._known.of_reward(w, n)
        rewards = mean_reward(exact, of_reward), mean_reward(wrong, of_reward)
        reciprocals = reciprocal(exact, known)[0], reciprocal(wrong, known)[0]
        sign = 1.0 if self.of == "mean_reward" else -1.0
        estimable = None not in [each.se for each in (rewards if sign > 0 else reciprocals)]
        with np.errstate(over="ignore"):
            before, after = np.exp(sign * exact), np.exp(sign * wrong)  # [N]
        effect = self.baseline * (wrong_whole - exact_whole)  # [N]
        return ErrorEffect(
            w,
            self.of,
            rewards,
            reciprocals,
            mean(after - before) if estimable else UNKNOWN,
            _signed(self.baseline * first_order),
            _signed(self.baseline * (1 + wrong_whole)),
            _signed(effect),
            mean(after - before - effect) if estimable else UNKNOWN,
            len(keep),
            int((~keep).sum()),
        )


def error_effects(
    exact: Plan,
    wrong: Plan,
    sampler: SamplerKind,
    levels: Levels,
    w: Sequence[float],
    particles: int,
    seed: int,
    progress: ProgressCallback = silent,
) -> tuple[ErrorEffect, ...]:
    """The effect of a score's error at each w: an `ErrorStudy` of all particles at once.

    Parameters
    ----------
    progress : callable
        Called with the share done.

    Raises
    ------
    GdvizError
        As `ErrorStudy`.
    """
    study = ErrorStudy(exact, wrong, sampler, levels, w, seed)
    return study.effects(study.paths(0, particles, progress=progress))


def _signed(values: Array) -> Mean:
    """The mean of values of both signs, where the tail of their size allows one."""
    estimate = mean(values)
    if estimate.se is None or not math.isfinite(estimate.se):
        return UNKNOWN
    return estimate if estimate.se == 0 or tail(np.abs(values)).reliable else UNKNOWN
