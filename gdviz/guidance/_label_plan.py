"""Plans of guidance by a label, with whatever rule: their laws, what is read off, and what they are held against."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gdviz.guidance._guidance import GuidanceContext
from gdviz.guidance._plan import Goal, Plan
from gdviz.guidance._rule import Guidance
from gdviz.laws import Law, Mixture, Pair
from gdviz.rewards.class_probability import ClassProbabilityReward

POOL = 200_000
"""Candidates from which powered samples are accepted."""


def label_plan(context: GuidanceContext, label: str, rule: Callable[[Pair], Guidance]) -> Plan:
    """The plan of a method that samples p(. | label) at w = 0 and is pushed by score of p(. | label) - score of p.

    Parameters
    ----------
    context : GuidanceContext
    label : str
    rule : callable
        (x, t) -> both scores, their difference and the density ratio; gives the rule.

    Raises
    ------
    GdvizError
        If the target has no such label.
    """
    law = context.law
    toward = law.given(label)
    return Plan(
        rule=rule(context.scores.pair(toward, law)),
        unguided=toward,
        toward=toward,
        away=law,
        reward=ClassProbabilityReward(label, law.log_posterior(label)),
        reward_title=f"p({label} | x)",
        mean_w0=mean_reciprocal(law, label),
        goals=label_goals(law, label),
    )


def mean_reciprocal(law: Law, label: str) -> float | None:
    """E 1/p(c | x) under p(. | c): 1/p(c), as long as p(. | c) > 0 wherever p > 0; None otherwise (MATH section 2, fact 1).

    None as well for a law known by samples alone: its p(c | x) is a classifier's, not Bayes' rule.
    """
    if law.by_samples:
        return None
    if isinstance(law, Mixture) and law.atomic:
        log_p = law.log_posterior(label)(law.components.means[law.support])  # [K']
        if not bool(torch.isfinite(log_p).all()):
            return None
    return 1 / law.class_probability(label)


def label_goals(law: Law, label: str) -> tuple[Goal, ...]:
    """The conditional law p(x | c) and the powered law p(x | c)^g p(x)^(1 - g), g = 1 + w.

    The powered law is proportional to p(x) p(c | x)^g and, for w >= 0, to p(x | c) p(c | x)^w. The
    last factor is at most 1, so rejection samples it exactly (MATH section 4). For a law known by samples alone there
    is no powered law, only the samples that carry the label.
    """
    given = law.given(label)
    posterior = law.log_posterior(label)

    def conditional(w: float, n: int, generator: torch.Generator) -> Tensor | None:
        return given.sample(n, generator).x

    def powered(w: float, n: int, generator: torch.Generator) -> Tensor | None:
        if w < -1:
            return None
        proposal, power = (given, w) if w >= 0 else (law, 1 + w)
        for size in (8 * n, POOL):  # the bound p(c | x) <= 1 first; where it accepts too few, the largest value found
            x = proposal.sample(size, generator).x  # [size, d]
            log_accept = power * posterior(x)  # [size]
            log_uniform = torch.rand(size, generator=generator, dtype=torch.float64).log()
            accepted = x[log_uniform < log_accept - (0 if size < POOL else log_accept.max())]
            if len(accepted) >= n:
                return accepted[:n]
        return None

    name = f"x | {label}"
    if law.by_samples:
        return (Goal("conditional", f"p({name})", conditional),)
    return (
        Goal("conditional", f"p({name})", conditional),
        Goal("powered", f"p({name})^(1+w) p(x)^(-w)", powered, depends_on_w=True),
    )
