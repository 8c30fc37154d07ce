"""The seam of every sampler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import torch
from pydantic import Field
from torch import Tensor

from gdviz.diffusion import LEVELS, Levels, LevelsKind, Moment, Noise
from gdviz.diffusion.spacings.logit import Logit
from gdviz.family import Family, Kind
from gdviz.guidance import Guided, Plan
from gdviz.samplers._populations import Populations

SAMPLERS = Family("sampler", "gdviz.samplers")

GuideLike = Callable[[Tensor, Moment], Guided]


@dataclass(frozen=True, slots=True)
class Step:
    """What a sampler yields after each step.

    Attributes
    ----------
    moment : Moment
        The step taken, from moment.t to moment.t_next.
    x : Tensor, shape [..., d]
        Where the particles are after it.
    before : Tensor, shape [..., d]
        Where they were, the point at which `guided` was evaluated.
    guided : Guided
    noise : Tensor or None
        The standard normal increment, broadcasting to x.
    drift_gain, noise_gain : float
        x = keep * before + drift_gain * guided.total + noise_gain * noise for the rules that are
        linear in one score; NaN for the others.
    populations : Populations or None
        Weights and ancestors, where particles are resampled together.
    """

    moment: Moment
    x: Tensor
    before: Tensor
    guided: Guided
    noise: Tensor | None = None
    drift_gain: float = float("nan")
    noise_gain: float = float("nan")
    populations: Populations | None = None


class SamplerKind(Kind):
    """Description of a sampler, and the sampler itself."""

    steps: Annotated[int, Field(ge=2, le=20_000, description="Number of steps.")] = 400
    levels: Annotated[LevelsKind, LEVELS, Field(description="The noise levels.")] = Logit()

    step_rule: ClassVar[bool] = True
    """Whether it is one rule that follows the guided score: what a sampler of one's own can be held against."""

    evaluations_per_step: ClassVar[int] = 1
    """Guided scores a step."""

    @property
    def together(self) -> int:
        """How many particles know of each other: 1 where each goes its own way. Numbers are of whole populations."""
        return 1

    @property
    def unit_noise(self) -> bool:
        """Whether the step carries the full noise of the backward SDE.

        The improvement identity, the slope at w = 0, path KL and monotonicity hold for these
        samplers only (MATH section 2).
        """
        return False

    @property
    def stochastic(self) -> bool:
        """Whether any noise is drawn after the start."""
        return self.unit_noise

    @property
    def evaluations(self) -> int:
        """Guided scores a particle needs for the whole run."""
        return self.evaluations_in(self.steps)

    def evaluations_in(self, steps: int) -> int:
        """Guided scores a particle needs for a run of so many steps."""
        return steps * self.evaluations_per_step

    def check(self, plan: Plan) -> None:
        """Refuse a plan that the sampler cannot work with.

        Raises
        ------
        GdvizError
            In one sentence.
        """

    def yields(self, levels: Levels) -> int:
        """How many steps `run` yields on the levels: more than they have where it goes along them more than once."""
        return levels.steps

    def build_levels(self) -> Levels:
        return self.levels.build(self.steps)

    def run(self, guide: GuideLike, levels: Levels, noise: Noise, x: Tensor) -> Iterator[Step]:
        """Denoise x of shape [..., d] along `levels`, yielding every step."""
        raise NotImplementedError


class LinearStep(NamedTuple):
    """x' = keep * x + drift * score + noise * Z."""

    keep: float
    drift: float
    noise: float


class LinearStepSampler(SamplerKind):
    """A rule linear in one score evaluation: three numbers a step say it all."""

    def linear_step(self, moment: Moment) -> LinearStep:
        """The three numbers of a step."""
        raise NotImplementedError

    def run(self, guide: GuideLike, levels: Levels, noise: Noise, x: Tensor) -> Iterator[Step]:
        for moment in levels.moments():
            step = self.step(guide, moment, noise, x)
            yield step
            x = step.x

    def step(self, guide: GuideLike, moment: Moment, noise: Noise, x: Tensor) -> Step:
        """One step from x of shape [..., d]."""
        guided = guide(x, moment)
        keep, drift, spread = self.linear_step(moment)
        # Passes over [..., d] are what a step costs: the noise, common to all w, is scaled before it is spread.
        z = noise.step(moment) if spread else None
        after = x * keep if z is None else torch.add(z * spread, x, alpha=keep)  # [..., d]
        after.add_(guided.total, alpha=drift)
        return Step(moment, after, x, guided, z, drift, spread)
