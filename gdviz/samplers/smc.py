"""Sequential Monte Carlo: particles that are weighed by what they promise, and resampled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator
from torch import Tensor

from gdviz.diffusion import Levels, Noise
from gdviz.diffusion.noise import TILE
from gdviz.family import Card
from gdviz.guidance import Guide, Plan
from gdviz.samplers._sampler import GuideLike, LinearStepSampler, SamplerKind, Step
from gdviz.samplers.ancestral import Ancestral
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.particles.engine import Engine
from gdviz.samplers.particles.needs import check_reward
from gdviz.samplers.particles.resamplers import RESAMPLERS, ResamplerKind
from gdviz.samplers.particles.resamplers.systematic import Systematic
from gdviz.samplers.particles.twists import TWISTS, TwistKind
from gdviz.samplers.particles.twists.exact import ExactTwist


class Smc(SamplerKind):
    """p r^w / E r^w by populations of K particles, p the law of w = 0 and r the reward or p(c | x).

    Its settings give methods of the field: no twist is importance resampling, the look-ahead twists with the base
    proposal are FK steering, with their gradient TDS or DAS (tempered), the corrector is FKC.
    """

    step_rule: ClassVar[bool] = False

    kind: Literal["smc"] = "smc"
    step: Annotated[Literal["ddpm", "ancestral"], Field(description="The base step, which a proposal bends.")] = "ddpm"
    population: Annotated[
        int, Field(ge=1, le=TILE, description="K, particles weighed and resampled together: a power of two.")
    ] = 64
    twist: Annotated[TwistKind, TWISTS, Field(description="What a weight foresees of the reward on the way.")] = ExactTwist()
    gradient: Annotated[
        float, Field(ge=0, le=1, description="Share of the twist's gradient that the proposal follows; 0 is the base step.")
    ] = 1.0
    temper: Annotated[
        float, Field(ge=0, le=20, description="The twist counts to the power progress^temper; 0 counts it whole at once.")
    ] = 0.0
    resample: Annotated[ResamplerKind, RESAMPLERS, Field(description="How survivors are drawn, and when.")] = Systematic()

    card = Card(
        title="Sequential Monte Carlo",
        idea="Let particles that promise reward have offspring and the others none. What w means is exact: the reward counts to "
        "the power w.",
        formula="weight p(x' | x) psi'(x')^w / (q(x' | x) psi(x)^w); resample where the weights grow uneven",
        base_law="p(x), or p(x | c) for a label",
        aims_at="p(x) r(x)^w / E r^w, or the powered law p(x | c)^(1+w) p(x)^(-w); met as K grows",
        cost="K particles a population; two scores a step",
        citation="Doucet, de Freitas, Gordon 2001; Wu et al. 2023, arXiv 2306.17775; Singhal et al. 2025, arXiv 2501.06848",
    )
    examples = (
        {},
        {"population": 8, "twist": {"kind": "look_ahead"}, "temper": 2, "resample": {"kind": "ssp"}},
        {"population": 16, "twist": {"kind": "corrector"}, "step": "ancestral", "resample": {"kind": "multinomial", "every": 5}},
    )

    @field_validator("population")
    @classmethod
    def _power_of_two(cls, population: int) -> int:
        if population & (population - 1):
            raise ValueError(f"found {population}; populations are powers of two: 1, 2, 4, ..., {TILE}")
        return population

    @model_validator(mode="after")
    def _whole_gradient(self) -> Smc:
        if self.twist.integrates and (self.gradient != 1 or self.temper):
            raise ValueError("found a corrector with gradient or temper of its own; its weights belong to gradient 1, temper 0")
        return self

    @property
    def together(self) -> int:
        return self.population

    def check(self, plan: Plan) -> None:
        check_reward(self.kind, plan)

    def base_step(self) -> LinearStepSampler:
        """The base step on the same levels."""
        kind = Ddpm if self.step == "ddpm" else Ancestral
        return kind(steps=self.steps, levels=self.levels)

    def run(self, guide: GuideLike, levels: Levels, noise: Noise, x: Tensor) -> Iterator[Step]:
        assert isinstance(guide, Guide)
        engine = Engine(self.base_step(), self.population, self.twist, self.gradient, self.temper, self.resample)
        return engine.run(guide, levels, noise, x)
