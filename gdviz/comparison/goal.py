"""The goal that all methods are held against: p r^w / E r^w with p the law of w = 0 (MATH section 4)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from gdviz.errors import GdvizError
from gdviz.guidance import Plan
from gdviz.laws import Law
from gdviz.laws.tilt import tilt
from gdviz.rewards import Reward
from gdviz.rewards._breaks import Break
from gdviz.rewards._exponentials import Exponentials


class Power(Reward):
    """r^w: one exponential of a quadratic stays one, and a sum of them to a whole power is one again."""

    def __init__(self, of: Reward, w: float) -> None:
        self.of, self.w = of, w

    def log(self, x: Tensor) -> Tensor:
        return self.w * self.of.log(x)

    def exponentials(self) -> Exponentials | None:
        terms = self.of.exponentials()
        if terms is None or len(terms.constant) == 1:
            return None if terms is None else terms.power(self.w)
        if self.w < 1 or self.w != int(self.w):
            return None
        product: Exponentials | None = terms
        for _ in range(int(self.w) - 1):
            product = None if product is None else product.times(terms)
        return product

    def breaks(self) -> tuple[Break, ...]:
        return self.of.breaks()


@dataclass(frozen=True)
class Goal:
    """The goal at one w.

    Attributes
    ----------
    title : str
    plan : Plan
    w : float
    law : Law or None
        The goal's law; None where it is known by its samples alone (the powered law of a label).
    """

    title: str
    plan: Plan
    w: float
    law: Law | None

    def draw(self, n: int, seed: int) -> Tensor:
        """Exact samples, [n, d] float64.

        Raises
        ------
        GdvizError
            If the powered law cannot be drawn: the factor p(c | x)^w accepts too few.
        """
        generator = torch.Generator().manual_seed(seed)
        if self.law is not None:
            return self.law.sample(n, generator).x
        x = self.plan.goals[-1].draw(self.w, n, generator)
        if x is None:
            raise GdvizError(f"w: found {self.w:g}, at which the goal cannot be sampled; take a smaller one.")
        return x


def goal_of(plan: Plan, w: float) -> Goal:
    """The goal of a plan at w.

    Raises
    ------
    GdvizError
        If the plan has no reward or no unified rule, or E r^w is infinite.
    """
    if plan.reward is None or not plan.constant:
        raise GdvizError("guidance: found a method without a goal of its own; a comparison starts from cfg or reward guidance.")
    if plan.identity == "mean_reciprocal" and plan.goals and plan.goals[-1].name == "powered":
        return Goal(plan.goals[-1].title.replace("(1+w)", f"{1 + w:g}").replace("(-w)", f"{-w:g}"), plan, w, None)
    if plan.unguided.by_samples:
        raise GdvizError("target: found one that is known by samples alone; a comparison needs its exact law.")
    law = plan.unguided if w == 0 else tilt(plan.unguided, plan.reward if w == 1 else Power(plan.reward, w))
    power = "r(x)" if w == 1 else f"r(x)^{w:g}"
    return Goal(f"{plan.unguided.name} {power} / E {power}" if w else plan.unguided.name, plan, w, law)
