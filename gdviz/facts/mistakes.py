"""Usual mistakes, each with the exact law that it samples: a failing sampler that follows one of them is told so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from gdviz.diffusion import Levels, Moment
from gdviz.facts.chain import chain_law, law_of_steps
from gdviz.facts.problem import Gaussian, Laws
from gdviz.facts.rules import known_rules, law_of
from gdviz.samplers import LinearStep, LinearStepSampler, SamplerKind


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
    WrongScale("w is rounded or cut down to a whole number", lambda w: float(int(w))),
    WrongScale("|w| is used for w", abs),
)

WRONG_NOISES = (
    WrongNoise("the last step's noise is left out", lambda moment, noise: 0.0 if moment.index == moment.total - 1 else noise),
    WrongNoise("no noise is added", lambda moment, noise: 0.0),
    WrongNoise("the noise has its variance for its standard deviation: a square root is missing", lambda moment, noise: noise**2),
)


def recognise(
    sampler: SamplerKind, levels: Levels, laws: Laws, follows: Callable[[Callable[[float], Gaussian]], bool]
) -> str:
    """The mistake, or the other rule, whose law the samples follow at every w, as a sentence; empty where none fits."""
    for mistake in WRONG_SCALES:
        if follows(partial(_scaled, sampler, levels, laws, mistake)):
            return f"What you return is what you would see if {mistake.words}."
    for wrong in WRONG_NOISES if isinstance(sampler, LinearStepSampler) else ():
        if follows(partial(law_of_steps, _altered(sampler, wrong), levels, laws)):
            return f"What you return is what you would see if {wrong.words}."
    for rule in known_rules(levels.steps):
        other = rule.sampler.model_copy(update={"steps": sampler.steps, "levels": sampler.levels})
        if other != sampler and follows(law_of(rule, levels, laws)):
            return f"What you return follows the law of as many steps of {rule.words}: {rule.asked} would pass."
    return ""


def _scaled(sampler: SamplerKind, levels: Levels, laws: Laws, mistake: WrongScale, w: float) -> Gaussian:
    return chain_law(sampler, levels, laws, mistake.w(w))


def _altered(sampler: SamplerKind, wrong: WrongNoise) -> Callable[[Moment], LinearStep]:
    assert isinstance(sampler, LinearStepSampler)

    def step(moment: Moment) -> LinearStep:
        keep, drift, noise = sampler.linear_step(moment)
        return LinearStep(keep, drift, wrong.noise(moment, noise))

    return step
