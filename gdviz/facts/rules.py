"""The step rules that a caller may have written: our samplers, and the variants of them that papers and libraries have."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

import numpy as np
from torch import Tensor

from gdviz.diffusion import Levels, Moment, Noise
from gdviz.facts.chain import chain_law
from gdviz.facts.problem import Gaussian, Laws
from gdviz.samplers import SAMPLERS, LinearStep, SamplerKind
from gdviz.samplers._sampler import GuideLike, Step
from gdviz.samplers.ancestral import Ancestral
from gdviz.samplers.ddpm import Ddpm
from gdviz.samplers.heun import Heun

Variance = Literal["beta/alpha", "beta", "posterior"]


class HoDdpm(Ddpm):
    """Algorithm 2 of Ho et al. (2020, arXiv 2006.11239): DDPM's mean, and noise of variance beta in place of beta / alpha."""

    def linear_step(self, moment: Moment) -> LinearStep:
        keep, drift, _ = super().linear_step(moment)
        return LinearStep(keep, drift, math.sqrt(moment.beta))


class HeunThroughout(Heun):
    """Algorithm 1 of EDM (arXiv 2206.00364) to the letter: corrected wherever t' > 0, here on the last step too."""

    def run(self, guide: GuideLike, levels: Levels, noise: Noise, x: Tensor) -> Iterator[Step]:
        end = float(levels.t[-1]) / 2  # a level beyond the last, so that the last step has one after it
        beyond = Levels(np.append(levels.alpha_bar, 1 - end), np.append(levels.t, end))
        yield from islice(super().run(guide, beyond, noise, x), levels.steps)


VARIANCES: dict[str, type[SamplerKind]] = {"beta/alpha": Ddpm, "beta": HoDdpm, "posterior": Ancestral}
"""DDPM's mean with each of the usual variances of its noise; Ho et al. write of the last two, section 3.2."""


@dataclass(frozen=True, eq=False)
class Rule:
    """A step rule, and how it is asked for.

    Attributes
    ----------
    words : str
        As in "as many steps of ...".
    asked : str
        The arguments of `gdviz.check` that demand it.
    sampler : SamplerKind
    remembers : bool
        A step depends on the length of the one before.
    """

    words: str
    asked: str
    sampler: SamplerKind
    remembers: bool = False


@lru_cache(maxsize=16)
def known_rules(steps: int) -> tuple[Rule, ...]:
    """Every rule whose N-step law is tried on samples that do not follow the one they should, or when none is named."""

    def rule(kind: type[SamplerKind], words: str = "", asked: str = "", **fields: Any) -> Rule:
        name = kind.kind_name()
        told = {"kind": name, **fields}
        words = words or kind.card.title + "".join(f", {key} = {value:g}" for key, value in fields.items())
        asked = asked or f"rule={told if fields else name!r}"
        return Rule(words, asked, kind.model_validate({**told, "steps": steps}), remembers=name == "dpmpp_2m")

    ddim, churn = SAMPLERS.kinds["ddim"], SAMPLERS.kinds["churn"]
    ours = [rule(kind) for kind in SAMPLERS.kinds.values() if issubclass(kind, SamplerKind) and kind.step_rule]
    between = [rule(ddim, eta=eta) for eta in (0.25, 0.5, 0.75)]  # type: ignore[arg-type]
    return (
        *ours,
        rule(HoDdpm, "DDPM with variance beta, Algorithm 2 of Ho et al., which is right too", "rule='ddpm', variance='beta'"),
        rule(HeunThroughout, "Heun, corrected on the last step too, as EDM's algorithm 1 is where t' > 0", "rule='heun'"),
        *between,
        rule(churn, churn=0.25),  # type: ignore[arg-type]
    )


def law_of(rule: Rule, levels: Levels, laws: Laws) -> Callable[[float], Gaussian]:
    """The rule's exact law on the levels at each w; kept, for a session checks more than once."""
    packed = np.stack([levels.alpha_bar, levels.t]).tobytes()
    return lambda w: _law(rule, packed, laws, w)


@lru_cache(maxsize=4096)
def _law(rule: Rule, packed: bytes, laws: Laws, w: float) -> Gaussian:
    alpha_bar, t = np.frombuffer(packed).reshape(2, -1)
    return chain_law(rule.sampler, Levels(alpha_bar, t), laws, w)


def as_good(sampler: SamplerKind) -> list[tuple[SamplerKind, str]]:
    """What a named rule may be as well, with what is then said."""
    if type(sampler) is not Heun:
        return []
    words = "It corrects the last step too, as EDM's algorithm 1 does wherever t' > 0; ours leaves that step plain."
    return [(HeunThroughout.model_validate(sampler.model_dump(mode="json")), words)]
