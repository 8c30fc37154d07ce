"""Usual mistakes, each with the exact law that it samples: a failing sampler that follows one of them is told so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from gdviz.diffusion import Levels, Moment
from gdviz.facts.chain import chain_law, law_of_steps
from gdviz.facts.problem import Gaussian, Laws
from gdviz.samplers import SAMPLERS, LinearStep, LinearStepSampler, SamplerKind


class WrongScale(NamedTuple):
    """A mistake that follows the right rule at another w."""

    words: str
    w: Callable[[float], float]


class WrongNoise(NamedTuple):
    """A mistake in the noise of the steps."""

    words: str
    noise: Callable[[Moment, float], float]


WRONG_SCALES = (
    WrongScale("w + 1 is used for w: gamma = 1 + w was put where w belongs", lambda w: w + 1),
    WrongScale("w - 1 is used for w: w was taken for gamma = 1 + w", lambda w: w - 1),
    WrongScale("-w is used for w: the sign of the push is turned", lambda w: -w),
    WrongScale("-1 - w is used for w: cond and uncond are swapped", lambda w: -1 - w),
    WrongScale("2 w is used for w: the push is added twice", lambda w: 2 * w),
    WrongScale("(1 + w)^2 - 1 is used for w: what is already guided is guided again", lambda w: (1 + w) ** 2 - 1),
    WrongScale("0 is used for w: there is no guidance", lambda w: 0.0),
)

WRONG_NOISES = (
    WrongNoise("the last step's noise is left out", lambda moment, noise: 0.0 if moment.index == moment.total - 1 else noise),
    WrongNoise("no noise is added", lambda moment, noise: 0.0),
    WrongNoise("the noise has its variance for its standard deviation: a square root is missing", lambda moment, noise: noise**2),
)


HO = WrongNoise(
    "the noise has variance beta, as in Algorithm 2 of Ho et al.: that is right too, but another rule than this one, whose "
    'variance is beta / alpha; rule="sde" holds it against the limit that both have',
    lambda moment, noise: noise * moment.a**0.5,
)
"""No mistake: the other usual variance of DDPM."""


def recognise(
    sampler: SamplerKind, levels: Levels, laws: Laws, follows: Callable[[Callable[[float], Gaussian]], bool]
) -> str:
    """The mistake whose law the samples follow at every w, as a sentence; empty where none fits."""
    for mistake in WRONG_SCALES:
        if follows(partial(_scaled, sampler, levels, laws, mistake)):
            return f"What you return is what you would see if {mistake.words}."
    noises = (*WRONG_NOISES, *([HO] if sampler.kind_name() == "ddpm" else []))
    for wrong in noises if isinstance(sampler, LinearStepSampler) else ():
        if follows(partial(law_of_steps, _altered(sampler, wrong), levels, laws)):
            return f"What you return is what you would see if {wrong.words}."
    for kind in SAMPLERS.kinds.values():
        other = kind.model_validate({**sampler.model_dump(mode="json", include={"steps", "levels"})})
        assert isinstance(other, SamplerKind)
        if other != sampler and follows(partial(chain_law, other, levels, laws)):
            return f"What you return follows the law of as many {other.card.title} steps: rule={other.kind_name()!r} would pass."
    return ""


def _scaled(sampler: SamplerKind, levels: Levels, laws: Laws, mistake: WrongScale, w: float) -> Gaussian:
    return chain_law(sampler, levels, laws, mistake.w(w))


def _altered(sampler: SamplerKind, wrong: WrongNoise) -> Callable[[Moment], LinearStep]:
    assert isinstance(sampler, LinearStepSampler)

    def step(moment: Moment) -> LinearStep:
        keep, drift, noise = sampler.linear_step(moment)
        return LinearStep(keep, drift, wrong.noise(moment, noise))

    return step
