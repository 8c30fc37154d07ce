"""Plans of guidance by a look-ahead, with whatever rule: its law, what is read off, and what it is held against."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from gdviz.diffusion import Moment
from gdviz.guidance._guidance import GuidanceContext
from gdviz.guidance._plan import Plan
from gdviz.guidance._reward_plan import tilted_goal
from gdviz.guidance._rule import Guidance
from gdviz.guidance.look_aheads import LookAheadKind
from gdviz.guidance.reward import where_mass_is
from gdviz.laws import Law
from gdviz.rewards import Reward, RewardKind, build_reward, check_positive
from gdviz.scores import Score

TRIED_LEVELS = (0.99, 0.9, 0.5, 0.1)
TRIED_POINTS = 1000
"""Noise variances, and noised samples at each, from which a look-ahead is tried before it is used."""


def look_ahead_plan(
    context: GuidanceContext, reward: RewardKind, look: LookAheadKind, rule: Callable[[Score, Reward], Guidance]
) -> Plan:
    """The plan of a method that samples p at w = 0 and is pushed by a look-ahead.

    The tilted law p r / E r is its goal and no part of it: it is worked out when somebody draws from it, and need not exist.

    Parameters
    ----------
    context : GuidanceContext
    reward : RewardKind
    look : LookAheadKind
    rule : callable
        (score of p, r) gives the rule.

    Raises
    ------
    GdvizError
        If r is not positive where the law has mass, or where the look-ahead lands from its noised samples.
    """
    law, r, score = context.law, build_reward(reward, context.for_rewards), context.scores.single(context.law)
    check_positive(r, where_mass_is(law), reward)
    check_positive(r, _landings(law, look, score), reward)
    return Plan(rule=rule(score, r), unguided=law, reward=r, goals=(tilted_goal(law, r),))


def _landings(law: Law, look: LookAheadKind, score: Score) -> Tensor:
    """Where the look-ahead lands from noised samples of the law, [n, d]."""
    generator = torch.Generator().manual_seed(0)
    clean = law.sample(TRIED_POINTS, generator).x  # [n, d]
    noise = torch.randn(clean.shape, generator=generator, dtype=torch.float64)  # [n, d]
    moments = [Moment(0, t, t / 2, 1 - t, 1 - t / 2, 1) for t in TRIED_LEVELS]
    return torch.cat([look.point(score, math.sqrt(m.alpha_bar) * clean + math.sqrt(m.t) * noise, m) for m in moments])
